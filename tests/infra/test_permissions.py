"""What the roles may not do, whatever their code comes to call: see also test_calls_and_rights.py."""

from tests.support.templates import Template, as_list

# Actions that AWS knows no resource for.
RESOURCELESS = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "ecr:GetAuthorizationToken",
}
WRITE = {"BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem"}
READ_STREAM = {"DescribeTable", "DescribeStream", "GetShardIterator", "GetRecords"}


def actions_on(template: Template, role: str, service: str, resource_part: str) -> set[str]:
    """Return the actions of a service that a role has on resources whose ARN names that part."""
    return {
        action.partition(":")[2]
        for name, statement in template.statements()
        if name.startswith(role)
        for action in as_list(statement["Action"])
        if action.startswith(f"{service}:")
        and any(resource_part in str(resource) for resource in as_list(statement["Resource"]))
    }


def test_no_action_is_a_wildcard(templates: dict[str, Template]) -> None:
    actions = {
        action
        for template in templates.values()
        for _, statement in template.statements()
        for action in as_list(statement["Action"])
    }
    assert actions
    assert not [action for action in actions if "*" in action]


def test_no_resource_is_a_wildcard_where_aws_knows_resources(templates: dict[str, Template]) -> None:
    unrestricted = {
        action
        for template in templates.values()
        for _, statement in template.statements()
        if "*" in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
    }
    assert unrestricted == RESOURCELESS


def test_no_role_has_a_managed_policy(templates: dict[str, Template]) -> None:
    for template in templates.values():
        for name, role in template.of_type("AWS::IAM::Role").items():
            assert "ManagedPolicyArns" not in role, name


def test_only_the_functions_of_evidence_people_and_clock_write_events(ingest: Template) -> None:
    roles = ("CloudTrail", "LogFiles", "State", "Falco", "Held", "Api")
    written = {role: actions_on(ingest, f"{role}Role", "dynamodb", "EventsTable") & WRITE for role in roles}
    for role in ("CloudTrail", "LogFiles", "Falco", "Api"):
        assert written[role] == {"PutItem"}, role
    for role in ("State", "Held"):
        # What is settled is removed.
        assert written[role] == {"PutItem", "DeleteItem"}, role
    states = {role: actions_on(ingest, f"{role}Role", "dynamodb", "StateTable") & WRITE for role in roles}
    assert {role for role, actions in states.items() if actions} == {"State"}
    assert not any(actions_on(ingest, f"{role}Role", "dynamodb", "FeedTable") for role in roles)


def test_the_tasks_read_events_stream_and_states_and_write_the_feed(stream: Template) -> None:
    role = "StreamingTaskTaskRole"
    events = actions_on(stream, role, "dynamodb", "EventsTable")
    assert events == {"BatchGetItem", "GetItem", "Query"} | READ_STREAM
    assert not actions_on(stream, role, "dynamodb", "StateTable") & WRITE
    assert actions_on(stream, role, "dynamodb", "FeedTable") & WRITE == {"PutItem"}
    assert actions_on(stream, role, "s3", "") == set()


def test_only_the_functions_that_fetch_objects_read_buckets(ingest: Template) -> None:
    readers = {
        role
        for role in ("CloudTrail", "LogFiles", "State", "Falco", "Held", "Api")
        if actions_on(ingest, f"{role}Role", "s3", "")
    }
    assert readers == {"LogFiles", "State"}
    reads = {"GetObject", "GetObjectVersion"}
    assert actions_on(ingest, "LogFilesRole", "s3", "CloudTrailSourceLogFiles") == reads
    # Whoever may not list a bucket is told that a missing object is forbidden.
    assert actions_on(ingest, "StateRole", "s3", "StateSourceBucket") == {*reads, "ListBucket"}
    assert actions_on(ingest, "LogFilesRole", "s3", "StateSourceBucket") == set()
    assert actions_on(ingest, "StateRole", "s3", "CloudTrailSourceLogFiles") == set()


def test_only_the_functions_that_fingerprint_read_the_key(ingest: Template) -> None:
    readers = {
        role
        for role in ("CloudTrail", "LogFiles", "State", "Falco", "Held", "Api")
        if "GetSecretValue" in actions_on(ingest, f"{role}Role", "secretsmanager", "FingerprintKey")
    }
    assert readers == {"CloudTrail", "LogFiles", "State", "Falco", "Held"}

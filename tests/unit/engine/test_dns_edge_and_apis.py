"""DNS, edge and API calls: ids in every form, values as Terraform writes them."""

from typing import Any

import pytest

from tests.unit.engine.scene import call, changes, detected, managed
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import ChangeType, Fidelity, Severity

BALANCER_ARN = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188"


def record_set(**more: Any) -> dict[str, Any]:
    return {"name": "WWW.example.com.", "type": "A", **more}


def dns(action: str, *sets: dict[str, Any], zone: str = "Z1") -> CloudTrailRecord:
    listed = [{"action": action, "resourceRecordSet": one} for one in sets]
    request = {"hostedZoneId": zone, "changeBatch": {"changes": listed}}
    return call("route53", "ChangeResourceRecordSets", request, region="us-east-1")


ADDRESS = managed(
    "aws_route53_record.www",
    id="Z1_www.example.com_A",
    zone_id="Z1",
    name="www",
    fqdn="www.example.com",
    type="A",
    ttl=300,
    records=["192.0.2.1"],
    alias=[],
)


@pytest.mark.parametrize("zone", ["Z1", "/hostedzone/Z1"])
def test_a_record_goes_by_zone_name_and_type(zone: str):
    record = dns("UPSERT", record_set(tTL=60, resourceRecords=[{"value": "192.0.2.9"}]), zone=zone)
    found = changes(record, ADDRESS)
    assert found["ttl"] == (300, 60, True)
    assert found["records"] == (["192.0.2.1"], ["192.0.2.9"], True)
    assert not found["alias"][2]


def test_a_record_becomes_an_alias():
    target = {"hostedZoneId": "Z2", "dNSName": "dualstack.web.example.net.", "evaluateTargetHealth": False}
    found = changes(dns("UPSERT", record_set(aliasTarget=target)), ADDRESS)
    assert found["records"] == (["192.0.2.1"], None, True)
    assert found["alias[0].name"][1:] == ("dualstack.web.example.net.", True)


def test_an_alias_is_the_same_with_dot_and_dualstack():
    alias = managed(
        "aws_route53_record.www",
        id="Z1_www.example.com_A",
        zone_id="Z1",
        name="www.example.com",
        fqdn="www.example.com",
        type="A",
        ttl=0,
        records=[],
        alias=[{"name": "web.example.net", "zone_id": "Z2", "evaluate_target_health": True}],
    )
    target = {"hostedZoneId": "Z2", "dNSName": "dualstack.Web.example.net.", "evaluateTargetHealth": True}
    found = changes(dns("UPSERT", record_set(aliasTarget=target)), alias)
    assert [name for name, (_, _, differs) in found.items() if differs] == []


def test_each_change_of_a_batch_is_its_own_and_a_weighted_record_goes_by_its_identifier():
    weighted = [
        managed(
            f"aws_route53_record.{name}",
            id=f"Z1_www.example.com_A_{name}",
            zone_id="Z1",
            fqdn="www.example.com",
            type="A",
            set_identifier=name,
            ttl=60,
            records=["192.0.2.1"],
            weighted_routing_policy=[{"weight": 50}],
        )
        for name in ("blue", "green")
    ]
    values = {"tTL": 60, "resourceRecords": [{"value": "192.0.2.1"}]}
    record = dns(
        "UPSERT",
        record_set(setIdentifier="blue", weight=0, **values),
        record_set(setIdentifier="green", weight=100, **values),
    )
    found = detected(record, *weighted).findings
    assert {finding.address: finding.actual for finding in found if finding.differs} == {
        "aws_route53_record.blue": 0,
        "aws_route53_record.green": 100,
    }
    gone = detected(dns("DELETE", record_set(setIdentifier="blue", **values)), *weighted).findings
    assert [finding.address for finding in gone if finding.managed] == ["aws_route53_record.blue"]


def test_texts_and_wildcards_are_as_the_provider_writes_them():
    text = managed(
        "aws_route53_record.any",
        id="Z1_*.example.com_TXT",
        zone_id="Z1",
        fqdn="*.example.com",
        type="TXT",
        ttl=60,
        records=["v=spf1 -all"],
    )
    request = {
        "name": "\\052.example.com.",
        "type": "TXT",
        "tTL": 60,
        "resourceRecords": [{"value": '"v=spf1 -all"'}],
    }
    found = changes(dns("UPSERT", request), text)
    assert [name for name, (_, _, differs) in found.items() if differs] == []


def test_an_unmanaged_record_is_told_with_its_zone():
    zone = managed("aws_route53_zone.main", id="Z1", zone_id="Z1", name="example.com")
    record = dns("CREATE", record_set(tTL=60, resourceRecords=[{"value": "192.0.2.66"}]))
    (finding,) = detected(record, zone).findings
    assert (finding.managed, finding.parent, finding.resource_id) == (False, zone, "Z1_www.example.com_A")


DISTRIBUTION = managed(
    "aws_cloudfront_distribution.site",
    id="E53370FUHBNLK",
    arn="arn:aws:cloudfront::111122223333:distribution/E53370FUHBNLK",
    enabled=True,
    web_acl_id="arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/1",
    aliases=["www.example.com"],
    http_version="http2",
    default_cache_behavior=[{"viewer_protocol_policy": "redirect-to-https", "target_origin_id": "site"}],
)


def test_a_distributions_configuration_is_given_whole():
    config = {
        "enabled": True,
        "webACLId": "",
        "httpVersion": "HTTP2",
        "aliases": {"quantity": 0},
        "defaultCacheBehavior": {"viewerProtocolPolicy": "allow-all", "targetOriginId": "site"},
    }
    request = {"id": "E53370FUHBNLK", "distributionConfig": config}
    found = changes(call("cloudfront", "UpdateDistribution", request, region="us-east-1"), DISTRIBUTION)
    assert {name for name, (_, _, differs) in found.items() if differs} == {
        "web_acl_id",
        "aliases",
        "default_cache_behavior[0].viewer_protocol_policy",
    }
    assert found["aliases"] == (["www.example.com"], [], True)


def test_a_web_acls_association_goes_by_the_resource():
    association = managed(
        "aws_wafv2_web_acl_association.web", id="a,b", web_acl_arn="a", resource_arn=BALANCER_ARN
    )
    (finding,) = detected(
        call("wafv2", "DisassociateWebACL", {"resourceArn": BALANCER_ARN}), association
    ).findings
    assert (finding.address, finding.change_type) == (association.address, ChangeType.DELETED)
    assert finding.severity is Severity.HIGH


def test_a_set_of_addresses_is_replaced():
    addresses = managed("aws_wafv2_ip_set.office", id="s-1", addresses=["192.0.2.0/24"])
    found = changes(call("wafv2", "UpdateIPSet", {"id": "s-1", "addresses": ["0.0.0.0/1"]}), addresses)
    assert found == {"addresses": (["192.0.2.0/24"], ["0.0.0.0/1"], True)}


REST_STAGE = managed(
    "aws_api_gateway_stage.live",
    id="ags-abc-live",
    rest_api_id="abc",
    stage_name="live",
    arn="arn:aws:apigateway:eu-central-1::/restapis/abc/stages/live",
    xray_tracing_enabled=True,
    deployment_id="d1",
    tags={},
)
HTTP_STAGE = managed(
    "aws_apigatewayv2_stage.live",
    id="live",
    api_id="abc",
    name="live",
    auto_deploy=False,
)


def test_a_rest_apis_stage_is_patched():
    operations = [
        {"op": "replace", "path": "/tracingEnabled", "value": "false"},
        {"op": "replace", "path": "/deploymentId", "value": "d1"},
    ]
    request = {
        "restApiId": "abc",
        "stageName": "live",
        "template": False,
        "updateStageInput": {"patchOperations": operations},
    }
    found = changes(call("apigateway", "UpdateStage", request), REST_STAGE, HTTP_STAGE)
    assert found == {"xray_tracing_enabled": (True, False, True), "deployment_id": ("d1", "d1", False)}


def test_an_http_apis_stage_of_the_same_name_is_another():
    request = {"apiId": "abc", "stageName": "live", "autoDeploy": True}
    found = detected(call("apigateway", "UpdateStage", request), REST_STAGE, HTTP_STAGE).findings
    assert [(finding.address, finding.actual) for finding in found] == [("aws_apigatewayv2_stage.live", True)]


def test_tags_of_a_rest_api_stand_in_their_own_input():
    request = {
        "resourceArn": "arn:aws:apigateway:eu-central-1::/restapis/abc/stages/live",
        "tagResourceInput": {"tags": {"team": "shop"}},
        "template": False,
    }
    assert changes(call("apigateway", "TagResource", request), REST_STAGE) == {
        "tags": ({}, {"team": "shop"}, True)
    }


@pytest.mark.parametrize(
    ("path", "mapping_id"), [("v1", "api.example.com/v1"), ("(none)", "api.example.com/")]
)
def test_a_path_mapping_of_no_path(path: str, mapping_id: str):
    mapping = managed("aws_api_gateway_base_path_mapping.m", id=mapping_id, stage_name="live")
    request = {"domainName": "api.example.com", "basePath": path}
    found = detected(call("apigateway", "DeleteBasePathMapping", request), mapping).findings
    assert [finding.address for finding in found if finding.managed] == [mapping.address]


def test_a_route_loses_its_authorizer():
    route = managed("aws_apigatewayv2_route.r", id="r1", api_id="abc", authorization_type="JWT")
    request = {"apiId": "abc", "routeId": "r1", "authorizationType": "NONE"}
    (finding,) = detected(call("apigateway", "UpdateRoute", request), route).findings
    assert (finding.attribute, finding.expected, finding.actual) == ("authorization_type", "JWT", "NONE")
    assert finding.severity is Severity.HIGH


def test_a_rest_apis_policy_is_followed_where_it_is_managed():
    inline = managed("aws_api_gateway_rest_api.a", id="abc", policy='{"Statement":[]}')
    separate = managed(
        "aws_api_gateway_rest_api_policy.a", id="abc", rest_api_id="abc", policy='{"Statement":[]}'
    )
    policy = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*"}]}'
    operations = [{"op": "replace", "path": "/policy", "value": policy}]
    request = {"restApiId": "abc", "updateRestApiInput": {"patchOperations": operations}}
    record = call("apigateway", "UpdateRestApi", request)
    assert [finding.address for finding in detected(record, inline).findings] == [inline.address]
    assert [finding.address for finding in detected(record, inline, separate).findings] == [separate.address]


def test_firewall_and_accelerator_and_name_servers():
    firewall = managed("aws_networkfirewall_firewall.f", id="arn:f", name="edge", delete_protection=True)
    request = {"firewallName": "edge", "deleteProtection": False}
    found = detected(call("network-firewall", "UpdateFirewallDeleteProtection", request), firewall).findings
    assert [(finding.attribute, finding.severity) for finding in found] == [
        ("delete_protection", Severity.HIGH)
    ]
    accelerator = managed("aws_globalaccelerator_accelerator.a", id="arn:a", arn="arn:a", enabled=True)
    request = {"acceleratorArn": "arn:a", "enabled": False}
    assert changes(call("globalaccelerator", "UpdateAccelerator", request), accelerator) == {
        "enabled": (True, False, True)
    }
    domains = managed(
        "aws_route53_resolver_firewall_domain_list.d", id="rslvr-fdl-1", domains=["a.example.com."]
    )
    request = {"firewallDomainListId": "rslvr-fdl-1", "operation": "REMOVE", "domains": ["a.example.com."]}
    assert changes(call("route53resolver", "UpdateFirewallDomains", request), domains) == {
        "domains": (["a.example.com."], [], True)
    }


def test_parts_of_a_graphql_api_go_by_composed_ids():
    resolver = managed(
        "aws_appsync_resolver.r",
        id="api-Query-orders",
        api_id="api",
        type="Query",
        field="orders",
        data_source="orders",
    )
    request = {"apiId": "api", "typeName": "Query", "fieldName": "orders", "dataSourceName": "evil"}
    assert changes(call("appsync", "UpdateResolver", request), resolver) == {
        "data_source": ("orders", "evil", True)
    }
    api = managed("aws_appsync_graphql_api.a", id="api", authentication_type="AWS_IAM")
    request = {"apiId": "api", "authenticationType": "API_KEY"}
    assert changes(call("appsync", "UpdateGraphqlApi", request), api) == {
        "authentication_type": ("AWS_IAM", "API_KEY", True)
    }


def test_a_certificates_import_is_seen_and_never_its_key():
    certificate = managed(
        "aws_acm_certificate.c", id="arn:c", arn="arn:c", certificate_body="-----BEGIN", private_key=None
    )
    record = call(
        "acm", "ImportCertificate", {"certificateArn": "arn:c", "certificate": {}, "privateKey": {}}
    )
    found = detected(record, certificate).findings
    assert {finding.fidelity for finding in found} == {Fidelity.PARTIAL}
    assert {finding.actual for finding in found} == {None}


def test_an_instance_that_somebody_registers_belongs_to_its_service():
    service = managed("aws_service_discovery_service.s", id="srv-1")
    request = {"serviceId": "srv-1", "instanceId": "i-1", "attributes": {"AWS_INSTANCE_IPV4": "192.0.2.1"}}
    (finding,) = detected(call("servicediscovery", "RegisterInstance", request), service).findings
    assert (finding.managed, finding.parent, finding.resource_id) == (False, service, "srv-1/i-1")


def test_an_interface_of_direct_connect_is_deleted():
    interface = managed("aws_dx_private_virtual_interface.v", id="dxvif-1", mtu=1500)
    found = changes(
        call(
            "directconnect",
            "UpdateVirtualInterfaceAttributes",
            {"virtualInterfaceId": "dxvif-1", "mtu": 8500},
        ),
        interface,
    )
    assert found == {"mtu": (1500, 8500, True)}
    (gone,) = detected(
        call("directconnect", "DeleteVirtualInterface", {"virtualInterfaceId": "dxvif-1"}), interface
    ).findings
    assert gone.change_type is ChangeType.DELETED


def test_an_action_of_a_web_acl_is_an_empty_object():
    acl = managed(
        "aws_wafv2_web_acl.w",
        id="w-1",
        default_action=[{"allow": [], "block": [{"custom_response": []}]}],
        rule=[
            {
                "name": "geo",
                "priority": 1,
                "action": [{"allow": [], "block": [{"custom_response": []}], "count": []}],
                "statement": [
                    {"geo_match_statement": [{"country_codes": ["AF"], "forwarded_ip_config": []}]}
                ],
                "visibility_config": [{"metric_name": "geo", "sampled_requests_enabled": True}],
            }
        ],
    )
    rule = {
        "name": "geo",
        "priority": 1,
        "action": {"block": {}},
        "statement": {"geoMatchStatement": {"countryCodes": ["AF"]}},
        "visibilityConfig": {"metricName": "geo", "sampledRequestsEnabled": True},
    }
    same = call("wafv2", "UpdateWebACL", {"id": "w-1", "defaultAction": {"block": {}}, "rules": [rule]})
    assert {name for name, (_, _, differs) in changes(same, acl).items() if differs} == set()
    opened = {"id": "w-1", "defaultAction": {"allow": {}}, "rules": [{**rule, "action": {"count": {}}}]}
    found = detected(call("wafv2", "UpdateWebACL", opened), acl).findings
    assert {finding.attribute: finding.fidelity for finding in found if finding.differs} == {
        "default_action": Fidelity.EXACT,
        "rule": Fidelity.PARTIAL,
    }


def test_a_distributions_origins_are_known_to_be_the_same():
    origin = {
        "origin_id": "site",
        "domain_name": "site.example.com",
        "origin_path": "",
        "connection_attempts": 3,
        "connection_timeout": 10,
        "custom_header": [],
        "custom_origin_config": [
            {"http_port": 80, "https_port": 443, "origin_ssl_protocols": ["TLSv1.2"], "ip_address_type": ""}
        ],
        "s3_origin_config": [],
        "origin_shield": [],
    }
    site = managed("aws_cloudfront_distribution.site", id="E1", origin=[origin])
    sent = {
        "id": "site",
        "domainName": "site.example.com",
        "originPath": "",
        "connectionAttempts": 3,
        "connectionTimeout": 10,
        "customHeaders": {"quantity": 0, "items": []},
        "customOriginConfig": {
            "hTTPPort": 80,
            "hTTPSPort": 443,
            "originSslProtocols": {"quantity": 1, "items": ["TLSv1.2"]},
        },
        "originShield": {"enabled": False},
    }
    request = {"id": "E1", "distributionConfig": {"origins": {"quantity": 1, "items": [sent]}}}
    assert not changes(call("cloudfront", "UpdateDistribution", request), site)["origin"][2]
    sent["domainName"] = "evil.example.net"
    assert changes(call("cloudfront", "UpdateDistribution", request), site)["origin"][2]

"""Writes the inputs of the benchmarks: log files of recorded calls, and states of any size."""

import gzip
import json
import tomllib
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
RECORDED = PROJECT.parent / "shared" / "data" / "cloudtrail.jsonl"
LABELS = PROJECT / "tests" / "corpus" / "labels"

RECORDS_A_FILE = 10_000
RECORDS_A_LOG_FILE = 2_500
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_ACCOUNT = "111122223333"
_REGION = "us-east-1"


class Mix(StrEnum):
    """Which of the recorded calls log files are made of."""

    CORPUS = "the recorded calls over and over, with new ids and times"
    TRAIL = "94 reads, 2 failures and 4 other calls in a hundred, with new ids and times"
    REPEAT = "the recorded calls over and over, as they are"


def write_logs(folder: Path, count: int, mix: Mix = Mix.CORPUS) -> None:
    """Write `count` records as files of JSON lines.

    With new ids and times no record is a duplicate of another, and each is later than the one before. Most of
    the recorded calls change something; of a trail's few do, as those who keep trails report.
    """
    lines = [line for line in RECORDED.read_text("utf-8").splitlines() if line]
    line_of = _trail(lines) if mix is Mix.TRAIL else lambda number: lines[number % len(lines)]
    folder.mkdir()
    numbers = range(count)
    for first in numbers[::RECORDS_A_FILE]:
        part = numbers[first : first + RECORDS_A_FILE]
        texts = (line_of(number) if mix is Mix.REPEAT else _fresh(line_of(number), number) for number in part)
        (folder / f"{first:08}.jsonl").write_text("".join(f"{text}\n" for text in texts), "utf-8")


def write_log_files(folder: Path, lines: Path) -> None:
    """Write the records of a folder of lines as CloudTrail delivers them to S3, in gzip files."""
    folder.mkdir()
    for source in sorted(lines.iterdir()):
        records = source.read_text("utf-8").splitlines()
        for first in range(0, len(records), RECORDS_A_LOG_FILE):
            part = ",".join(records[first : first + RECORDS_A_LOG_FILE])
            packed = gzip.compress(f'{{"Records":[{part}]}}'.encode())
            (folder / f"{source.stem}-{first:05}.json.gz").write_bytes(packed)


def _trail(lines: Sequence[str]) -> Callable[[int], str]:
    """Return what chooses the line of a number so that calls are mixed as in a trail."""
    reads, failures, others = _sorted_by_effect(lines)

    def line_of(number: int) -> str:
        hundreds, place = divmod(number, 100)
        if place % 25 == 0:
            return others[(hundreds * 4 + place // 25) % len(others)]
        if place % 50 == 1:
            return failures[(hundreds * 2 + place // 50) % len(failures)]
        return reads[number % len(reads)]

    return line_of


def _sorted_by_effect(lines: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    reads: list[str] = []
    failures: list[str] = []
    others: list[str] = []
    for line in lines:
        record = json.loads(line)
        kind = failures if "errorCode" in record else reads if record.get("readOnly") is True else others
        kind.append(line)
    return reads, failures, others


def _fresh(line: str, number: int) -> str:
    record = json.loads(line)
    if "eventID" in record:
        record["eventID"] = str(uuid.UUID(int=number))
    record["eventTime"] = f"{_BEGIN + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}"
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def write_state(file: Path, count: int, *, related: bool = True) -> None:
    """Write a state of `count` resources of common types.

    With `related` every resource that a recorded call changes is among them: the most work that the calls
    can make, since each is then compared and changes a drift.
    """
    touched = list(_touched())[:count] if related else []
    made = (_made(number) for number in range(count - len(touched)))
    document = {
        "version": 4,
        "terraform_version": "1.13.4",
        "serial": 1,
        "lineage": "11111111-2222-3333-4444-555555555555",
        "outputs": {},
        "resources": [*touched, *made],
    }
    file.write_text(json.dumps(document, indent=2), "utf-8")


def _touched() -> Iterator[dict[str, Any]]:
    """Yield each resource that a recorded call changes by its label, so that the calls meet managed ones."""
    seen: set[tuple[str, str]] = set()
    for file in sorted(LABELS.glob("*.toml")):
        labels = tomllib.loads(file.read_text("utf-8"))["record"]
        for label in (label for record in labels for label in record["resource"]):
            key = (label["types"][0], label.get("id") or "")
            if key[1] and key not in seen:
                seen.add(key)
                yield _entry(key[0], f"touched_{len(seen)}", {"id": key[1]})


def _made(number: int) -> dict[str, Any]:
    makers = (_security_group, _instance, _role, _function, _bucket, _queue, _rule, _parameter)
    resource_type, attributes = makers[number % len(makers)](number)
    return _entry(resource_type, f"made_{number}", attributes)


def _entry(resource_type: str, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "module": "module.platform",
        "mode": "managed",
        "type": resource_type,
        "name": name,
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [
            {
                "schema_version": 1,
                "attributes": attributes,
                "sensitive_attributes": [],
                "private": "bnVsbA==",
                "dependencies": ["module.platform.aws_vpc.main", "module.platform.aws_kms_key.main"],
            }
        ],
    }


def _tags(number: int) -> dict[str, Any]:
    tags = {"Name": f"made-{number}", "team": f"team-{number % 17}", "environment": "production"}
    return {"tags": tags, "tags_all": {**tags, "managed-by": "terraform"}}


def _arn(service: str, resource: str, region: str = _REGION, account: str = _ACCOUNT) -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def _security_group(number: int) -> tuple[str, dict[str, Any]]:
    group = f"sg-{number:017x}"
    rules = [
        {
            "cidr_blocks": [f"10.{number % 256}.{port % 256}.0/24"],
            "description": f"port {port}",
            "from_port": port,
            "ipv6_cidr_blocks": [],
            "prefix_list_ids": [],
            "protocol": "tcp",
            "security_groups": [],
            "self": False,
            "to_port": port,
        }
        for port in (443, 5432)
    ]
    return "aws_security_group", {
        "arn": _arn("ec2", f"security-group/{group}"),
        "description": "Managed by Terraform",
        "egress": rules[:1],
        "id": group,
        "ingress": rules,
        "name": f"made-{number}",
        "name_prefix": "",
        "owner_id": _ACCOUNT,
        "revoke_rules_on_delete": False,
        "timeouts": None,
        "vpc_id": "vpc-0123456789abcdef0",
        **_tags(number),
    }


def _instance(number: int) -> tuple[str, dict[str, Any]]:
    instance = f"i-{number:017x}"
    return "aws_instance", {
        "ami": "ami-0123456789abcdef0",
        "arn": _arn("ec2", f"instance/{instance}"),
        "associate_public_ip_address": False,
        "availability_zone": f"{_REGION}a",
        "credit_specification": [{"cpu_credits": "unlimited"}],
        "disable_api_termination": True,
        "ebs_optimized": False,
        "iam_instance_profile": "web",
        "id": instance,
        "instance_type": "t3.medium",
        "metadata_options": [
            {"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1}
        ],
        "primary_network_interface_id": f"eni-{number:017x}",
        "private_ip": f"10.0.{number // 256 % 256}.{number % 256}",
        "root_block_device": [
            {
                "delete_on_termination": True,
                "encrypted": True,
                "volume_id": f"vol-{number:017x}",
                "volume_size": 20,
            }
        ],
        "subnet_id": "subnet-0123456789abcdef0",
        "user_data": None,
        "vpc_security_group_ids": [f"sg-{number - 1:017x}"],
        **_tags(number),
    }


def _role(number: int) -> tuple[str, dict[str, Any]]:
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}
    return "aws_iam_role", {
        "arn": _arn("iam", f"role/made-{number}", region=""),
        "assume_role_policy": json.dumps({"Statement": [statement], "Version": "2012-10-17"}),
        "description": "",
        "force_detach_policies": False,
        "id": f"made-{number}",
        "inline_policy": [],
        "managed_policy_arns": [],
        "max_session_duration": 3600,
        "name": f"made-{number}",
        "path": "/",
        "permissions_boundary": "",
        "unique_id": f"AROA{number:017}",
        **_tags(number),
    }


def _function(number: int) -> tuple[str, dict[str, Any]]:
    return "aws_lambda_function", {
        "architectures": ["arm64"],
        "arn": _arn("lambda", f"function:made-{number}"),
        "environment": [{"variables": {"STAGE": "production", "TABLE": f"table-{number}"}}],
        "function_name": f"made-{number}",
        "handler": "app.handler",
        "id": f"made-{number}",
        "layers": [],
        "memory_size": 512,
        "role": _arn("iam", f"role/made-{number - 1}", region=""),
        "runtime": "python3.13",
        "timeout": 30,
        "tracing_config": [{"mode": "Active"}],
        "vpc_config": [],
        **_tags(number),
    }


def _bucket(number: int) -> tuple[str, dict[str, Any]]:
    bucket = f"made-{number}"
    return "aws_s3_bucket", {
        "arn": _arn("s3", bucket, region="", account=""),
        "bucket": bucket,
        "bucket_domain_name": f"{bucket}.s3.amazonaws.com",
        "force_destroy": False,
        "hosted_zone_id": "Z3AQBSTGFYJSTF",
        "id": bucket,
        "region": _REGION,
        "server_side_encryption_configuration": [
            {"rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]}
        ],
        "versioning": [{"enabled": True, "mfa_delete": False}],
        **_tags(number),
    }


def _queue(number: int) -> tuple[str, dict[str, Any]]:
    return "aws_sqs_queue", {
        "arn": _arn("sqs", f"made-{number}"),
        "delay_seconds": 0,
        "fifo_queue": False,
        "id": f"https://sqs.{_REGION}.amazonaws.com/{_ACCOUNT}/made-{number}",
        "kms_master_key_id": "alias/aws/sqs",
        "message_retention_seconds": 345600,
        "name": f"made-{number}",
        "policy": "",
        "redrive_policy": json.dumps({"deadLetterTargetArn": _arn("sqs", "dead"), "maxReceiveCount": 5}),
        "visibility_timeout_seconds": 30,
        **_tags(number),
    }


def _rule(number: int) -> tuple[str, dict[str, Any]]:
    return "aws_vpc_security_group_ingress_rule", {
        "arn": _arn("ec2", f"security-group-rule/sgr-{number:017x}"),
        "cidr_ipv4": f"10.{number % 256}.0.0/16",
        "cidr_ipv6": None,
        "description": "from the office",
        "from_port": 443,
        "id": f"sgr-{number:017x}",
        "ip_protocol": "tcp",
        "prefix_list_id": None,
        "referenced_security_group_id": None,
        "security_group_id": f"sg-{number - number % 8:017x}",
        "security_group_rule_id": f"sgr-{number:017x}",
        "to_port": 443,
        **_tags(number),
    }


def _parameter(number: int) -> tuple[str, dict[str, Any]]:
    return "aws_ssm_parameter", {
        "arn": _arn("ssm", f"parameter/made/{number}"),
        "data_type": "text",
        "id": f"/made/{number}",
        "key_id": "alias/aws/ssm",
        "name": f"/made/{number}",
        "tier": "Standard",
        "type": "SecureString",
        "value": f"not-a-secret-{number}",
        "version": 1,
        **_tags(number),
    }

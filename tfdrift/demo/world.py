"""The demo's AWS account: resources really made in the emulator, and the Terraform state of them."""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from tfdrift.demo.emulator import REGION
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.domain.json_value import JsonObject, JsonValue

ROLE = "orders-app"
BUCKET = "invoices-demo"
ORDERS = "orders"
WORKER = "orders-worker"
_LINEAGE = "5f0c9a52-6d1e-4f7b-9c7a-2f1f6b1d3c10"
_PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'
_TRUST: JsonObject = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@dataclass(frozen=True, slots=True)
class World:
    """The ids that the emulator gave to the demo's resources."""

    account_id: str
    region: str
    vpc_id: str
    subnet_id: str
    security_group_id: str
    instance_id: str


def build_world(clients: EmulatorClients) -> World:
    """Make the resources that the demo's Terraform manages, as its first apply would have."""
    ec2 = clients("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    subnet_id = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]
    group_id = ec2.create_security_group(GroupName="web", Description="HTTPS only", VpcId=vpc_id)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group_id,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "HTTPS"}],
            }
        ],
    )
    instance = ec2.run_instances(
        ImageId="ami-0f00d5a1e7e0c0de0",
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet_id,
        SecurityGroupIds=[group_id],
    )["Instances"][0]
    role_arn = clients("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"][
        "Arn"
    ]
    _create_functions(clients("lambda"), role_arn)
    _create_bucket(clients("s3"))
    account_id: str = clients("sts").get_caller_identity()["Account"]
    return World(account_id, REGION, vpc_id, subnet_id, group_id, instance["InstanceId"])


def _create_functions(functions: Any, role_arn: str) -> None:  # noqa: ANN401 - a boto3 client
    for name in (ORDERS, WORKER):
        functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role_arn,
            Handler="index.handler",
            MemorySize=128,
            Timeout=30,
            Code={"ZipFile": _source_archive()},
        )


def _source_archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return event\n")
    return packed.getvalue()


def _create_bucket(s3: Any) -> None:  # noqa: ANN401 - a boto3 client
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_encryption(
        Bucket=BUCKET,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
        },
    )


def state_document(world: World, *, serial: int, worker_timeout: int) -> bytes:
    """Return the Terraform state (version 4) of the world; only the worker's timeout ever changes."""
    document: JsonObject = {
        "version": 4,
        "terraform_version": "1.13.3",
        "serial": serial,
        "lineage": _LINEAGE,
        "outputs": {},
        "resources": [
            _resource("aws_security_group", "web", _security_group(world)),
            _resource("aws_instance", "web", _instance(world)),
            _resource("aws_iam_role", "app", _role(world)),
            _resource("aws_lambda_function", "orders", _function(world, ORDERS, 30)),
            _resource("aws_lambda_function", "worker", _function(world, WORKER, worker_timeout)),
            _resource("aws_s3_bucket", "invoices", _bucket()),
            _resource("aws_s3_bucket_server_side_encryption_configuration", "invoices", _encryption()),
        ],
        "check_results": None,
    }
    return json.dumps(document, indent=2).encode()


def _resource(resource_type: str, name: str, attributes: JsonObject) -> JsonValue:
    return {
        "mode": "managed",
        "type": resource_type,
        "name": name,
        "provider": _PROVIDER,
        "instances": [{"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}],
    }


def _security_group(world: World) -> JsonObject:
    return {
        "arn": f"arn:aws:ec2:{world.region}:{world.account_id}:security-group/{world.security_group_id}",
        "description": "HTTPS only",
        "egress": [],
        "id": world.security_group_id,
        "ingress": [
            {
                "cidr_blocks": ["0.0.0.0/0"],
                "description": "HTTPS",
                "from_port": 443,
                "ipv6_cidr_blocks": [],
                "prefix_list_ids": [],
                "protocol": "tcp",
                "security_groups": [],
                "self": False,
                "to_port": 443,
            }
        ],
        "name": "web",
        "owner_id": world.account_id,
        "tags": {},
        "tags_all": {},
        "vpc_id": world.vpc_id,
    }


def _instance(world: World) -> JsonObject:
    return {
        "ami": "ami-0f00d5a1e7e0c0de0",
        "arn": f"arn:aws:ec2:{world.region}:{world.account_id}:instance/{world.instance_id}",
        "id": world.instance_id,
        "instance_type": "t3.micro",
        "monitoring": False,
        "subnet_id": world.subnet_id,
        "tags": {"Name": "web"},
        "tags_all": {"Name": "web"},
        "vpc_security_group_ids": [world.security_group_id],
    }


def _role(world: World) -> JsonObject:
    return {
        "arn": f"arn:aws:iam::{world.account_id}:role/{ROLE}",
        "assume_role_policy": json.dumps(_TRUST),
        "id": ROLE,
        "managed_policy_arns": [],
        "max_session_duration": 3600,
        "name": ROLE,
        "path": "/",
        "tags": {},
        "tags_all": {},
    }


def _function(world: World, name: str, timeout: int) -> JsonObject:
    return {
        "arn": f"arn:aws:lambda:{world.region}:{world.account_id}:function:{name}",
        "function_name": name,
        "handler": "index.handler",
        "id": name,
        "memory_size": 128,
        "role": f"arn:aws:iam::{world.account_id}:role/{ROLE}",
        "runtime": "python3.13",
        "tags": {},
        "tags_all": {},
        "timeout": timeout,
    }


def _bucket() -> JsonObject:
    return {
        "arn": f"arn:aws:s3:::{BUCKET}",
        "bucket": BUCKET,
        "force_destroy": False,
        "id": BUCKET,
        "tags": {},
        "tags_all": {},
    }


def _encryption() -> JsonObject:
    return {
        "bucket": BUCKET,
        "expected_bucket_owner": "",
        "id": BUCKET,
        "rule": [
            {
                "apply_server_side_encryption_by_default": [
                    {"kms_master_key_id": "", "sse_algorithm": "aws:kms"}
                ],
                "bucket_key_enabled": False,
            }
        ],
    }

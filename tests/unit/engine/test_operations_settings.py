"""One call a service of recording, messages, security and governance, and what it sets exactly."""

from typing import Any

import pytest

from tests.unit.engine.scene import ACCOUNT, call, detected, managed
from tfdrift.domain.drift import Fidelity
from tfdrift.domain.managed_resource import ManagedResource


@pytest.mark.parametrize(
    ("service", "name", "request_", "resource", "attribute", "actual"),
    [
        (
            "scheduler",
            "UpdateSchedule",
            {"name": "s", "state": "DISABLED"},
            managed(
                "aws_scheduler_schedule.s", id="default/s", name="s", group_name="default", state="ENABLED"
            ),
            "state",
            "DISABLED",
        ),
        (
            "config",
            "StopConfigurationRecorder",
            {"configurationRecorderName": "default"},
            managed(
                "aws_config_configuration_recorder_status.r", id="default", name="default", is_enabled=True
            ),
            "is_enabled",
            False,
        ),
        (
            "securityhub",
            "UpdateStandardsControl",
            {"StandardsControlArn": "arn:c", "ControlStatus": "DISABLED"},
            managed(
                "aws_securityhub_standards_control.c",
                id="arn:c",
                standards_control_arn="arn:c",
                control_status="ENABLED",
            ),
            "control_status",
            "DISABLED",
        ),
        (
            "backup",
            "PutBackupVaultLockConfiguration",
            {"backupVaultName": "v", "minRetentionDays": 1},
            managed(
                "aws_backup_vault_lock_configuration.v", id="v", backup_vault_name="v", min_retention_days=30
            ),
            "min_retention_days",
            1,
        ),
        (
            "cognito-idp",
            "SetUserPoolMfaConfig",
            {"userPoolId": "p_1", "mfaConfiguration": "OFF"},
            managed("aws_cognito_user_pool.p", id="p_1", mfa_configuration="ON"),
            "mfa_configuration",
            "OFF",
        ),
        (
            "cognito-identity",
            "UpdateIdentityPool",
            {"identityPoolId": "r:1", "allowUnauthenticatedIdentities": True},
            managed("aws_cognito_identity_pool.p", id="r:1", allow_unauthenticated_identities=False),
            "allow_unauthenticated_identities",
            True,
        ),
        (
            "inspector2",
            "Disable",
            {"accountIds": [ACCOUNT], "resourceTypes": ["EC2"]},
            managed("aws_inspector2_enabler.e", id="x", account_ids=[ACCOUNT], resource_types=["EC2", "ECR"]),
            "resource_types",
            ["ECR"],
        ),
        (
            "macie2",
            "UpdateMacieSession",
            {"status": "PAUSED"},
            managed("aws_macie2_account.m", id=ACCOUNT, status="ENABLED"),
            "status",
            "PAUSED",
        ),
        (
            "access-analyzer",
            "UpdateAnalyzer",
            {"analyzerName": "a", "configuration": {"unusedAccess": {"unusedAccessAge": 180}}},
            managed(
                "aws_accessanalyzer_analyzer.a",
                id="a",
                analyzer_name="a",
                configuration=[{"unused_access": [{"unused_access_age": 90}]}],
            ),
            "configuration[0].unused_access[0].unused_access_age",
            180,
        ),
        (
            "ram",
            "UpdateResourceShare",
            {"resourceShareArn": "arn:s", "allowExternalPrincipals": True},
            managed("aws_ram_resource_share.s", id="arn:s", arn="arn:s", allow_external_principals=False),
            "allow_external_principals",
            True,
        ),
        (
            "budgets",
            "UpdateBudget",
            {
                "accountId": ACCOUNT,
                "newBudget": {"budgetName": "b", "budgetLimit": {"amount": "500", "unit": "USD"}},
            },
            managed(
                "aws_budgets_budget.b",
                id=f"{ACCOUNT}:b",
                account_id=ACCOUNT,
                name="b",
                limit_amount="100.0",
                limit_unit="USD",
            ),
            "limit_amount",
            "500",
        ),
        (
            "ses",
            "PutConfigurationSetSendingOptions",
            {"configurationSetName": "c", "sendingEnabled": False},
            managed("aws_ses_configuration_set.c", id="c", name="c", sending_enabled=True),
            "sending_enabled",
            False,
        ),
        (
            "ses",
            "PutConfigurationSetDeliveryOptions",
            {"configurationSetName": "c", "deliveryOptions": {"tlsPolicy": "Optional"}},
            managed(
                "aws_sesv2_configuration_set.c",
                id="c",
                configuration_set_name="c",
                delivery_options=[{"tls_policy": "REQUIRE"}],
            ),
            "delivery_options[0].tls_policy",
            "OPTIONAL",
        ),
        (
            "servicequotas",
            "RequestServiceQuotaIncrease",
            {"serviceCode": "vpc", "quotaCode": "L-1", "desiredValue": 75.0},
            managed(
                "aws_servicequotas_service_quota.q",
                id="vpc/L-1",
                service_code="vpc",
                quota_code="L-1",
                value=5,
            ),
            "value",
            75,
        ),
        (
            "signer",
            "RevokeSigningProfile",
            {"profileName": "s"},
            managed("aws_signer_signing_profile.s", id="s", name="s", status="Active"),
            "status",
            "Revoked",
        ),
        (
            "resource-groups",
            "UpdateGroup",
            {"group": "g", "description": "x"},
            managed("aws_resourcegroups_group.g", id="g", name="g", description=""),
            "description",
            "x",
        ),
        (
            "organizations",
            "MoveAccount",
            {"accountId": ACCOUNT, "sourceParentId": "r-1", "destinationParentId": "ou-2"},
            managed("aws_organizations_account.a", id=ACCOUNT, parent_id="r-1"),
            "parent_id",
            "ou-2",
        ),
    ],
)
def test_what_a_call_sets(
    service: str, name: str, request_: dict[str, Any], resource: ManagedResource, attribute: str, actual: Any
):
    found = detected(call(service, name, request_), resource).findings
    (finding,) = [each for each in found if each.differs]
    assert (finding.address, finding.attribute, finding.actual) == (resource.address, attribute, actual)
    assert finding.fidelity is Fidelity.EXACT

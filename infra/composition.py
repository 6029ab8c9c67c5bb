"""Composes the stacks of one deployment and puts the security checks on them."""

import os

from aws_cdk import App, Aws, Tags, Validations
from aws_cdk import aws_logs as logs
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks

from infra.config import CONTEXT_KEY, GLOBAL_REGION, ConfigError, DeploymentConfig
from infra.stacks.data import DataStack
from infra.stacks.forwarder import ForwarderProps, ForwarderStack
from infra.stacks.ingest import IngestProps, IngestStack
from infra.stacks.notify import NotifyProps, NotifyStack
from infra.stacks.stream import StreamProps, StreamStack

_RETENTIONS = {
    1: logs.RetentionDays.ONE_DAY,
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    731: logs.RetentionDays.TWO_YEARS,
}


def compose(app: App) -> None:
    """Add the stacks that the app's context asks for; synthesis fails on any unacknowledged finding.

    Raises
    ------
    ConfigError
        If the context is not usable or the functions' bundle is not there.
    """
    config = _located(DeploymentConfig.from_context(app.node.try_get_context(CONTEXT_KEY)))
    if not (config.lambda_bundle / "handlers").is_dir():
        raise ConfigError(
            f"no bundle of the functions in {config.lambda_bundle}: run 'python -m infra.bundle aws' first"
        )
    retention = _RETENTIONS[config.log_retention_days]
    data = DataStack(
        app,
        "Data",
        alarm_topic_arn=config.alarm_topic_arn,
        own_key=config.own_key,
        stack_name=f"{config.name}-data",
    )
    ingest = IngestStack(
        app,
        "Ingest",
        IngestProps(config=config, data=data, log_retention=retention),
        stack_name=f"{config.name}-ingest",
    )
    StreamStack(
        app,
        "Stream",
        StreamProps(config=config, data=data, ingest=ingest, log_retention=retention),
        stack_name=f"{config.name}-stream",
    )
    if config.notifications:
        NotifyStack(
            app,
            "Notify",
            NotifyProps(config=config, data=data, log_retention=retention),
            stack_name=f"{config.name}-notify",
        )
    if config.forwards_global_services:
        _forward_global_services(app, config)
    Tags.of(app).add("application", config.name)
    add_security_checks(app)


def _located(config: DeploymentConfig) -> DeploymentConfig:
    """Return the options with the region that CDK's command deploys to, unless they say one."""
    region = config.region or os.environ.get("CDK_DEFAULT_REGION") or None
    return config.model_copy(update={"region": region})


def _forward_global_services(app: App, config: DeploymentConfig) -> None:
    """Add what hands on, from where global services are told of, to this account's own bus."""
    owner = f"{config.region}:{Aws.ACCOUNT_ID}"
    bus_arn = f"arn:{Aws.PARTITION}:events:{owner}:event-bus/{config.central_bus_name}"
    ForwarderStack(
        app,
        "GlobalServices",
        ForwarderProps(name=config.name, bus_arn=bus_arn, region=GLOBAL_REGION),
        stack_name=f"{config.name}-global-services",
    )


def add_security_checks(app: App) -> None:
    """Have every finding of the AWS Solutions and the NIST 800-53 (revision 5) rules stop the synthesis."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), NIST80053R5Checks(app))

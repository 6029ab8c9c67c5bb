"""CDK's feature flags that this app relies on, the same for the CDK command and a plain synthesis."""

from typing import Any

FEATURE_FLAGS: dict[str, Any] = {
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/core:checkSecretUsage": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
    "@aws-cdk/core:target-partitions": ["aws", "aws-cn"],
    "@aws-cdk/aws-ecs:arnFormatIncludesClusterName": True,
    "@aws-cdk/aws-ecs:disableExplicitDeploymentControllerForCircuitBreaker": True,
    "@aws-cdk/aws-lambda:recognizeVersionProps": True,
    "@aws-cdk/aws-lambda:recognizeLayerVersion": True,
    "@aws-cdk/aws-events:eventsTargetQueueSameAccount": True,
    "@aws-cdk/aws-elasticloadbalancingv2:usePostQuantumTlsPolicy": True,
    # What a stack uses of another cannot be taken away under it.
    "@aws-cdk/core:defaultCrossStackReferences": "strong",
    # CDK's own checks of the templates fail the synthesis too.
    "@aws-cdk/core:validateAgainstDefaultRules": True,
    # Templates say nothing of the machine they were made on.
    "aws:cdk:disable-version-reporting": True,
    "@aws-cdk/core:disableGitSource": True,
}

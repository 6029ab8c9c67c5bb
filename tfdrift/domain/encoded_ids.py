"""Ids that stood in the address of a call, where CloudTrail leaves them URL encoded."""

from urllib.parse import unquote

from tfdrift.domain.json_value import JsonValue


def decoded(value: JsonValue) -> tuple[str, ...]:
    """Return an id as it was before it was put into an address; one that is not encoded stays as it is.

    Recorded calls of Amazon MSK show ``arn%3Aaws%3Akafka%3A…`` as the cluster's ARN. No ARN has a percent
    sign of its own: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    return (unquote(value),) if isinstance(value, str) and value else ()

"""Domain names and zone ids of DNS calls, in the form that Terraform's ids have."""

import re

from tfdrift.domain.json_value import JsonValue

_OCTAL = re.compile(r"\\(?P<code>[0-3][0-7]{2})")
_ZONE_PREFIX = "/hostedzone/"


def plain_name(name: str) -> str:
    r"""Return a domain name in lower case, without the last dot and with ``\052`` as ``*``.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html (escape codes)
    """
    return _OCTAL.sub(lambda match: chr(int(match["code"], 8)), name).lower().removesuffix(".")


def record_name(value: JsonValue) -> tuple[str, ...]:
    """Return a record's name as `plain_name` does."""
    return (plain_name(value),) if isinstance(value, str) and value else ()


def hosted_zone(value: JsonValue) -> tuple[str, ...]:
    """Return a hosted zone's id without the path that the API's answers have before it."""
    return (value.removeprefix(_ZONE_PREFIX),) if isinstance(value, str) and value else ()

"""Values of DNS records, as the provider writes them to state."""

from tfdrift.domain.dns_names import plain_name
from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.normalisers.collections import unordered
from tfdrift.domain.normalisers.plain import plain

_DUAL_STACK = "dualstack."
_SHORTEST_QUOTED = 2


def domain_name(value: JsonValue) -> JsonValue:
    """Return a domain name without its last dot, in lower case, and without ``dualstack.``.

    The provider ignores each of these in an alias's name:
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_record
    """
    return plain_name(value).removeprefix(_DUAL_STACK) if isinstance(value, str) else plain(value)


def record_values(value: JsonValue) -> JsonValue:
    """Return the values of a record as a set, texts without the quotation marks around them.

    The provider takes them off TXT records; of other types no value begins with one.
    """
    values = value if isinstance(value, list) else [] if value is None else [value]
    return unordered([_unquoted(item) for item in values])


def _unquoted(value: JsonValue) -> JsonValue:
    if isinstance(value, str) and len(value) >= _SHORTEST_QUOTED and value[0] == value[-1] == '"':
        return value[1:-1]
    return value

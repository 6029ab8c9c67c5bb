"""The ways in which two values are brought to one form before they are compared, by name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.normalisers.blocks import (
    acl_entries,
    blocks,
    inline_policies,
    parameters,
    protocol,
    structure,
)
from tfdrift.domain.normalisers.collections import pairs, tags, unordered, words
from tfdrift.domain.normalisers.dns import domain_name, record_values
from tfdrift.domain.normalisers.grants import acl_grants, bucket_grants
from tfdrift.domain.normalisers.plain import folded, number, plain, text
from tfdrift.domain.normalisers.policy import json_document, policy
from tfdrift.domain.normalisers.references import kms_reference, named
from tfdrift.domain.normalisers.times import moment

VERSION = "version"
"""The normaliser of versions, of which the shorter one stands for every longer one."""

Normaliser = Callable[[JsonValue], JsonValue]

NORMALISERS: Mapping[str, Normaliser] = MappingProxyType(
    {
        "plain": plain,
        "folded": folded,
        "number": number,
        VERSION: text,
        "set": unordered,
        "words": words,
        "domain": domain_name,
        "records": record_values,
        "tags": tags,
        "pairs": pairs,
        "policy": policy,
        "json": json_document,
        "named": named,
        "kms": kms_reference,
        "blocks": blocks,
        "structure": structure,
        "parameters": parameters,
        "inline_policies": inline_policies,
        "acl_entries": acl_entries,
        "protocol": protocol,
        "acl_grants": acl_grants,
        "bucket_grants": bucket_grants,
        "time": moment,
    }
)
"""Each is total: a value that it does not understand comes back as it is."""

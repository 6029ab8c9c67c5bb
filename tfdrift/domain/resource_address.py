"""Terraform's addresses of resource instances: their module instances, and the address in the configuration.

Source of the form: https://developer.hashicorp.com/terraform/cli/state/resource-addressing
"""

import re

_KEY = r'\[(?:-?[0-9]+|"(?:[^"\\]|\\.)*")\]'
_KEYS = re.compile(_KEY)
_MODULE = re.compile(rf"module\.(?P<name>[^.\[]+)(?P<key>{_KEY})?\.")


def configuration_address(address: str) -> str:
    """Return the address without keys: of ``module.web["a"].aws_eip.x[0]``, ``module.web.aws_eip.x``."""
    return _KEYS.sub("", address)


def module_instances(address: str) -> tuple[tuple[str, str], ...]:
    """Return the modules that an address lies in, outermost first, each with its key (empty without one)."""
    found = []
    match = _MODULE.match(address)
    while match is not None:
        found.append((match["name"], match["key"] or ""))
        match = _MODULE.match(address, match.end())
    return tuple(found)


def local_address(address: str) -> str:
    """Return the address within its module: ``aws_eip.x[0]``."""
    end = 0
    match = _MODULE.match(address)
    while match is not None:
        end = match.end()
        match = _MODULE.match(address, end)
    return address[end:]

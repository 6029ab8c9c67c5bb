"""Addresses are taken apart as Terraform prints them, whatever stands in their keys."""

import pytest

from tfdrift.domain.resource_address import configuration_address, local_address, module_instances

ODD = r'module.a["x.y[0]\"].module.b."].module.c[2].aws_eip.e["]"]'


@pytest.mark.parametrize(
    ("address", "configuration", "modules", "local"),
    [
        ("aws_eip.e", "aws_eip.e", (), "aws_eip.e"),
        ("aws_eip.e[0]", "aws_eip.e", (), "aws_eip.e[0]"),
        ("module.a.aws_eip.e", "module.a.aws_eip.e", (("a", ""),), "aws_eip.e"),
        (
            'module.a["k"].module.b[1].aws_eip.e',
            "module.a.module.b.aws_eip.e",
            (("a", '["k"]'), ("b", "[1]")),
            "aws_eip.e",
        ),
        (
            ODD,
            "module.a.module.c.aws_eip.e",
            (("a", r'["x.y[0]\"].module.b."]'), ("c", "[2]")),
            'aws_eip.e["]"]',
        ),
        ("module", "module", (), "module"),
        ("", "", (), ""),
    ],
)
def test_addresses(
    address: str, configuration: str, modules: tuple[tuple[str, str], ...], local: str
) -> None:
    assert configuration_address(address) == configuration
    assert module_instances(address) == modules
    assert local_address(address) == local

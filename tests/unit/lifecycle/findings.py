"""Findings for the tests of life cycle and rules."""

from dataclasses import replace
from typing import Any

from tests.support.lifecycle_samples import managed
from tfdrift.domain.drift import ChangeType, Fidelity, Severity
from tfdrift.domain.finding import Finding


def finding(**changes: Any) -> Finding:
    """Return a finding of an instance's type; changed as given."""
    resource = managed()
    found = Finding(
        resource=resource,
        resource_type=resource.resource_type,
        resource_id=resource.resource_id,
        address=resource.address,
        attribute="instance_type",
        expected="t3.micro",
        actual="t3.large",
        differs=True,
        change_type=ChangeType.MODIFIED,
        severity=Severity.MEDIUM,
        severity_reason="a reason",
        fidelity=Fidelity.EXACT,
    )
    return replace(found, **changes)


def reverting(**changes: Any) -> Finding:
    """Return a finding that sets Terraform's value."""
    return finding(actual="t3.micro", differs=False, **changes)


def unmanaged(**changes: Any) -> Finding:
    """Return a finding of a resource that no state holds."""
    found = finding(
        resource=None,
        address=None,
        resource_id="i-new",
        attribute=None,
        expected=None,
        actual=None,
        change_type=ChangeType.CREATED,
    )
    return replace(found, **changes)

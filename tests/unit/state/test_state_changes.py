"""Two versions of a state differ by added, modified and removed resources."""

from tests.support.lifecycle_samples import managed, reference
from tfdrift.domain.state_changes import StateAction, state_changes


def test_each_altered_resource_is_named_once_by_address() -> None:
    kept, gone = managed("aws_instance.a", "i-a"), managed("aws_instance.b", "i-b")
    changed_before = managed("aws_instance.c", "i-c")
    changed_after = managed(
        "aws_instance.c", "i-c", attributes={"id": "i-c", "instance_type": "t3.large", "monitoring": None}
    )
    new = managed("aws_instance.d", "i-d")
    # when a version keeps one, loses one, changes one and gains one; the serial alone is no change
    kept_again = managed("aws_instance.a", "i-a", state=reference(2))
    changes = state_changes([kept, gone, changed_before], [new, changed_after, kept_again])
    assert [(change.action, change.resource.address, change.changed_attributes) for change in changes] == [
        (StateAction.REMOVED, "aws_instance.b", ()),
        (StateAction.MODIFIED, "aws_instance.c", ("instance_type", "monitoring", "tags")),
        (StateAction.ADDED, "aws_instance.d", ()),
    ]


def test_equal_versions_have_no_changes() -> None:
    assert state_changes([managed()], [managed(state=reference(9))]) == ()

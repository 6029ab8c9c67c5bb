"""S3's notices are read in every shape, and anything else is told apart from them."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.tfstate.notices import InvalidNotice, NoticeKind, StateNotice, notices_of, read_notices
from tests.support.lambda_events import (
    ACCOUNT,
    object_event,
    object_notification,
    sns_event,
    sns_notification,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["Records", "detail-type", "detail", "source", "Message", "TopicArn", "s3", "object", "key",
                 "bucket", "name", "eventName", "EventSource", "Sns", "Event"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)  # fmt: skip

ODD_KEY = "a b/ü+%2F/terraform.tfstate"


@given(VALUES)
def test_arbitrary_messages_are_notices_or_refused(value: object) -> None:
    found: tuple[StateNotice, ...] = ()
    with suppress(InvalidNotice):
        found = read_notices(json.dumps(value))

    assert all(notice.bucket and notice.key for notice in found)


@pytest.mark.parametrize(
    "message",
    [
        object_event("states", ODD_KEY, "v1"),
        object_notification("states", ODD_KEY, "v1"),
        sns_notification(object_notification("states", ODD_KEY, "v1")),
        sns_notification(object_event("states", ODD_KEY, "v1")),
        sns_event(object_notification("states", ODD_KEY, "v1")),
    ],
)
def test_the_key_is_the_objects_own_in_every_shape(message: object) -> None:
    (notice,) = notices_of(json.loads(json.dumps(message)))
    assert replace(notice, bucket_owner_id=None) == StateNotice(NoticeKind.WRITTEN, "states", ODD_KEY, "v1")


@pytest.mark.parametrize(
    ("account", "owner"), [(ACCOUNT, ACCOUNT), ("", None), (111122223333, None), ("a" * 12, None)]
)
def test_the_buckets_owner_is_told_by_eventbridge_alone(account: object, owner: str | None) -> None:
    (notice,) = notices_of({**object_event("states", "prod.tfstate"), "account": account})
    assert notice.bucket_owner_id == owner
    (other,) = notices_of(object_notification("states", "prod.tfstate"))
    assert other.bucket_owner_id is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ObjectCreated:Put", NoticeKind.WRITTEN),
        ("s3:ObjectCreated:CompleteMultipartUpload", NoticeKind.WRITTEN),
        ("ObjectRemoved:Delete", NoticeKind.DELETED),
        ("ObjectRemoved:DeleteMarkerCreated", NoticeKind.DELETED),
        ("LifecycleExpiration:Delete", NoticeKind.DELETED),
    ],
)
def test_what_happened_is_told_by_the_events_name(name: str, kind: NoticeKind) -> None:
    [notice] = notices_of(object_notification("states", "k", event_name=name))

    assert notice.kind is kind


@pytest.mark.parametrize("name", ["ReducedRedundancyLostObject", "ObjectTagging:Put", ""])
def test_other_events_of_s3_are_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidNotice, match="not of a state object"):
        notices_of(object_notification("states", "k", event_name=name))


@pytest.mark.parametrize(("key", "is_lock"), [("a.tfstate.tflock", True), ("a.tfstate", False)])
def test_terraforms_lock_file_is_known(key: str, *, is_lock: bool) -> None:
    assert StateNotice(NoticeKind.WRITTEN, "b", key, None).is_lock is is_lock

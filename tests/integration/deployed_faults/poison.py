"""Messages and objects that no function can ever take, as data: what is wrong, and the bytes."""

import base64
import gzip
import json
import random
import string
from typing import Any

from bench.deployed.product import packed
from tests.support.lambda_events import call_event
from tfdrift.domain.json_value import JsonObject

_NONSENSE_BYTES = 255 * 1024
_DEEP = 100_000


def poison_messages(record: JsonObject) -> dict[str, str]:
    """Return bodies of messages by what is wrong with them; some are made from `record`, a good one."""
    whole = json.dumps(call_event(record))
    subscribed = {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": json.dumps(record)}]}
    cut = base64.b64encode(gzip.compress(json.dumps(subscribed).encode(), mtime=0)[:-40]).decode()
    dice = random.Random(255)  # noqa: S311 - a repeatable test
    return {
        "no JSON": "Somebody typed this into the console.",
        "truncated JSON": whole[: len(whole) // 2],
        "gzip that ends early": json.dumps({"awslogs": {"data": cut}}),
        "wrong types": json.dumps(call_event(_of_wrong_types(record))),
        "no record": json.dumps({**call_event(record), "detail": ["a", "list"]}),
        "nonsense": "".join(dice.choices(string.printable[:95], k=_NONSENSE_BYTES)),
        "nested": "[" * _DEEP,
        "strange encodings": "\ufeff{'ключ': '\u202eдиф\u2028', '\U0001f4a5': \"é\u0301\ufffd\u200b\"",
        "quoted twice": json.dumps(whole[:-1]),
        "an alert of Falco's": json.dumps({"rule": "r", "output": "o", "priority": "Notice", "time": "t"}),
    }


def _of_wrong_types(record: JsonObject) -> JsonObject:
    wrong: dict[str, Any] = {"eventID": 7, "eventTime": ["2026"], "userIdentity": "oncall"}
    return {**record, **wrong}


def poison_log_files(good: JsonObject, cut: JsonObject) -> dict[str, bytes]:
    """Return contents of log files by what is wrong with them.

    `good` stands beside a broken record in one of them, `cut` in a file that ends early.
    """
    return {
        "one broken record": packed([_of_wrong_types(good), good]),
        "cut short": packed([cut])[:-30],
        "no gzip": b"\x00\x01\x02 not a log file \xff\xfe",
        "UTF-16": gzip.compress(json.dumps({"Records": [cut]}).encode("utf-16"), mtime=0),
        "damaged": _damaged(packed([cut])),
    }


def _damaged(content: bytes) -> bytes:
    middle = len(content) // 2
    return (
        content[:middle]
        + bytes(byte ^ 0xFF for byte in content[middle : middle + 20])
        + content[middle + 20 :]
    )


POISON_ALERTS = {
    "no JSON": "A shell was spawned",
    "wrong types": json.dumps({"rule": 7, "output": [], "priority": {"a": 1}, "time": False}),
}
POISON_STATES = {
    "truncated": b'{"version": 4, "serial": 9, "lineage": "l", "resour',
    "version": b'{"version": 3}',
}

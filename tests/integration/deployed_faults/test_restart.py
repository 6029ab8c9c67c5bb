"""The emulator is stopped and started while functions work: what is handed in again is counted once.

Stopped in order it keeps items, objects and queued messages, and loses those records of the tables' streams
that nobody has read yet. So a change of that moment may miss on the stream, where a gap must say so; in the
table none may miss.
"""

import uuid
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.deployed.accounts import expected, told, told_in_feed, told_to_client
from bench.deployed.calls import Effect, resized, with_memory, written
from bench.deployed.product import gaps, watched
from bench.waiting import wait_until
from tests.integration.deployed_faults.conftest import ARRIVES_WITHIN, tables_of
from tests.integration.deployed_faults.judge import await_drained, await_told, upload_state
from tests.support.sse_client import open_stream
from tests.support.streaming_process import streaming_process
from tfdrift.demo.deploy import deploy
from tfdrift.demo.emulator import free_port, running_emulator
from tfdrift.domain.json_value import JsonObject

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(400)]

BEFORE, DURING, AFTER = range(5), range(5, 25), range(25, 27)
VISIBLE_AGAIN_SECONDS = 8


def changes(numbers: range) -> tuple[dict[str, Effect], list[JsonObject]]:
    """Return changes of the state's instances and functions of these numbers: effects and records."""
    effects: dict[str, Effect] = {}
    records: list[JsonObject] = []
    for number in numbers:
        for made in (resized(number, "m7i.large"), with_memory(number, 1024)):
            event_id = uuid.uuid4()
            effects[str(event_id)] = made.effect
            records.append(written(made.call, event_id, datetime.now(UTC)))
    return effects, records


async def test_what_is_handed_in_again_after_a_restart_is_counted_once(tmp_path: Path) -> None:
    port = free_port()
    before, during, after = changes(BEFORE), changes(DURING), changes(AFTER)
    with ExitStack() as first, ExitStack() as rest:
        # Given a product at work
        emulator = first.enter_context(running_emulator(tmp_path / "emulator", port, persist=True))
        deployment = deploy(emulator)
        app = rest.enter_context(streaming_process(emulator, tables_of(deployment), tmp_path))
        product = rest.enter_context(watched(emulator, deployment, app.base))
        upload_state(product, tmp_path, 8 * AFTER.stop)
        product.clients("sqs").set_queue_attributes(
            QueueUrl=deployment.cloudtrail_queue_url,
            Attributes={"VisibilityTimeout": str(VISIBLE_AGAIN_SECONDS)},
        )
        product.put_events(before[1])
        await_told(product, before[0])
        last_id = product.watch.snapshot()[-1].id
        # When the emulator is restarted as soon as some of the next changes are told of
        product.put_events(during[1])
        known = len(told_to_client(product))
        wait_until(lambda: len(told_to_client(product)) > known, ARRIVES_WITHIN, lambda: known)
        first.close()
        rest.enter_context(running_emulator(tmp_path / "emulator", port, persist=True))
        # Then messages that were not done with are delivered again
        await_drained(product, deployment.cloudtrail_queue_url)
        # And when all of it comes once more as a log file, with a few new changes
        product.put_log_file("after-restart", [*before[1], *during[1], *after[1]])
        await_told(product, after[0])
        await_drained(product, deployment.log_file_queue_url)
        # Then the table has each change once
        effects = {**before[0], **during[0], **after[0]}
        drifts = product.drifts()
        assert told(drifts) == expected(effects)
        for drift in drifts:
            assert [step["transition"] for step in product.drift(drift["id"])["history"]] == ["opened"]
        # And the feed has none twice, and says that there is a gap if it lacks any
        feed = product.feed()
        assert not told(told_in_feed(product)) - expected(effects)
        if expected(effects) - told(told_in_feed(product)):
            assert gaps(feed) > 0
        # And so has the client that was there all the time, and one that comes back
        assert told(told_to_client(product)) == told(told_in_feed(product))
        arrivals = product.watch.snapshot()
        following = [one.id for one in arrivals[[one.id for one in arrivals].index(last_id) + 1 :]]
        async with open_stream(app.base, headers={"Last-Event-ID": last_id}) as stream:
            assert [block.id for block in await stream.events(len(following))] == following
        assert not any(product.waiting(url) for url in product.dead_letter_urls.values())
        print({"gaps": gaps(feed), "told": len(told_in_feed(product)), "changes": len(effects)})

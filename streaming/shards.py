"""Which shards may be read now: a child only after its parent was read to its end, whatever is listed."""

from collections.abc import Iterable, Mapping

from tfdrift.service.stream_ports import END, Shard


def roots(shards: Iterable[Shard]) -> tuple[str, ...]:
    """Return the shards with which the stream begins: those whose parent is not listed (any more)."""
    listed = {shard.shard_id: shard for shard in shards}
    return tuple(sorted(s.shard_id for s in listed.values() if s.parent_id not in listed))


def ready(shards: Iterable[Shard], positions: Mapping[str, str]) -> frozenset[str]:
    """Return the shards to read: begun and not ended, or of an ended parent.

    A parent that is not listed and has no position is returned too: its reader finds out whether the stream
    still has it. One page of the list may have missed it, and a list may be stale.
    """
    listed = {shard.shard_id: shard for shard in shards}
    begun = {shard_id for shard_id, position in positions.items() if position != END}
    wanted = set(begun)
    for shard in listed.values():
        parent = shard.parent_id
        if shard.shard_id in positions:
            continue
        if parent is None or positions.get(parent) == END:
            wanted.add(shard.shard_id)
        elif parent not in listed and parent not in positions:
            wanted.add(parent)
    return frozenset(wanted)

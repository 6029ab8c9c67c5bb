"""The index of Terraform's states in DynamoDB: whole versions, switched at once, found by every id."""

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from tfdrift.adapters.dynamodb import Item, Key, Query, Table
from tfdrift.adapters.state_items import (
    HEADS,
    Head,
    Signpost,
    address_name,
    chunk_of,
    generation_partition,
    head_item,
    head_of,
    identifier_name,
    new_generation,
    pack_generation,
    part_name,
    parts_of,
    registration,
    signposts,
    state_hash,
    unpack_chunks,
)
from tfdrift.domain.drift import StateReference
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.service.ports import ConcurrentUpdate, StateSummary, types_of

_Result = TypeVar("_Result")
_ATTEMPTS = 5
_ABANDONED_AFTER = timedelta(hours=1)


class _Superseded(Exception):  # noqa: N818 - names what happened
    """The generation being read was replaced and removed meanwhile: read again from the head."""


def _epoch_milliseconds() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class DynamoStateIndex:
    """`tfdrift.service.ports.StateIndex` on the state table (see `tfdrift.adapters.state_items`)."""

    table: Table
    milliseconds: Callable[[], int] = _epoch_milliseconds

    def find(
        self, resource_type: str, account_id: str, region: str, identifier: str
    ) -> tuple[ManagedResource, ...]:
        """Return every managed instance of that type known by that id; several states may hold it."""
        found = self.find_any_type(account_id, region, identifier)
        return tuple(resource for resource in found if resource.resource_type == resource_type)

    def find_any_type(self, account_id: str, region: str, identifier: str) -> tuple[ManagedResource, ...]:
        """Return every managed instance of whatever type known by that id."""

        def wanted(resource: ManagedResource) -> bool:
            return (
                identifier in resource.identifiers
                and resource.account_id in {None, account_id}
                and resource.region in {None, region}
            )

        return self._follow(identifier_name(identifier), wanted)

    def by_address(self, address: str) -> tuple[ManagedResource, ...]:
        """Return the instances with that address, one a state."""
        return self._follow(address_name(address), lambda resource: resource.address == address)

    def resources_of(self, bucket: str | None, key: str) -> tuple[ManagedResource, ...]:
        """Return the current content of one state, in its order, empty if it is not indexed."""
        return _reread(lambda: self._content(self._head(state_hash(bucket, key))))

    def resources_after(self, bucket: str | None, key: str, address: str) -> Iterator[ManagedResource]:
        """Yield one state's resources whose addresses come after one, by address, a chunk at a time.

        Where a newer version takes the state's place meanwhile, the rest is that version's.
        """
        hashed = state_hash(bucket, key)
        while found := _reread(partial(self._next_in_order, hashed, address)):
            yield from found
            address = found[-1].address

    def states(self) -> tuple[StateSummary, ...]:
        """Return the indexed states, by bucket and key."""
        heads = (head_of(item).summary for item in self.table.query(Query(partition=HEADS)))
        return tuple(sorted(heads, key=lambda summary: _place(summary.reference)))

    def replace(
        self,
        reference: StateReference,
        resources: Iterable[ManagedResource],
        *,
        terraform_version: str | None,
        indexed_at: datetime,
    ) -> bool:
        """Make `resources` the content of that state, atomically; False if a newer serial is there.

        Serials count within one lineage: a state with another lineage is another state under the same key,
        and takes its place. Raises `ConcurrentUpdate` when other writers were faster over all attempts.
        """
        content = list(resources)
        summary = StateSummary(reference, terraform_version, types_of(content), indexed_at)
        for _ in range(_ATTEMPTS):
            current = self._head(state_hash(reference.bucket, reference.key))
            if current is not None and _is_newer(current.reference, reference):
                return False
            if self._switch(current, summary, content):
                return True
        raise ConcurrentUpdate(f"the state {reference.key} is being replaced by others")

    def remove(self, reference: StateReference) -> bool:
        """Remove a state, if that version of it is still the current one; False if it is not."""
        head = self._head(state_hash(reference.bucket, reference.key))
        if head is None or head.reference != reference:
            return False
        posts = signposts(head.state_hash, _reread(lambda: self._content(head)))
        removal = new_generation(self._next_number(head), "")
        expected = {":expected": {"S": head.generation}}
        if not self.table.delete_if((HEADS, head.state_hash), "generation = :expected", expected):
            return False
        self._take_down(posts, removal)
        self._remove_generation(head.state_hash, head.generation)
        return True

    def _next_number(self, current: Head | None) -> int:
        """Return a number greater than that of every generation before, removed states' included."""
        return max(self.milliseconds(), 0 if current is None else current.number + 1)

    def _take_down(self, posts: Iterable[Signpost], generation: str) -> None:
        """Remove signposts, but not one that a later generation has put up again meanwhile."""
        for post in posts:
            self.table.delete_if(post.key, "written_by < :mine", {":mine": {"S": generation}})

    def _switch(self, current: Head | None, summary: StateSummary, content: list[ManagedResource]) -> bool:
        """Write a generation and make it current if `current` still is; else remove it again."""
        hashed = state_hash(summary.reference.bucket, summary.reference.key)
        try:
            before = signposts(hashed, self._content(current))
        except _Superseded:
            return False
        number = self._next_number(current)
        generation = new_generation(number, uuid.uuid4().hex[:12])
        self.table.write_many(puts=[registration(hashed, generation, summary.indexed_at)])
        bounds, parts = pack_generation(hashed, generation, content)
        self.table.write_many(puts=parts)
        after = signposts(hashed, content)
        self.table.write_many(puts=[post.item(generation) for post in after - before])
        head = Head(summary, hashed, number, generation, bounds, len(parts))
        if not self._make_current(current, head):
            self._remove_generation(hashed, generation)
            return False
        self._take_down(before - after, generation)
        self._remove_others(head, replaced=current, now=summary.indexed_at)
        return True

    def _make_current(self, current: Head | None, head: Head) -> bool:
        if current is None:
            return self.table.put_if(head_item(head), "attribute_not_exists(pk)")
        expected = {":expected": {"S": current.generation}}
        return self.table.put_if(head_item(head), "generation = :expected", expected)

    def _remove_others(self, head: Head, *, replaced: Head | None, now: datetime) -> None:
        """Remove the replaced generation, and those that a writer left half-done long ago."""
        abandoned_before = registration("", "", now - _ABANDONED_AFTER)["started_at"]["S"]
        for item in self.table.query(Query(partition=f"GENERATIONS#{head.state_hash}")):
            generation = item["sk"]["S"]
            is_replaced = replaced is not None and generation == replaced.generation
            is_abandoned = generation < head.generation and item["started_at"]["S"] < abandoned_before
            if is_replaced or is_abandoned:
                self._remove_generation(head.state_hash, generation)

    def _remove_generation(self, hashed: str, generation: str) -> None:
        parts = self.table.query(
            Query(partition=generation_partition(hashed, generation), attributes=("pk", "sk"))
        )
        self.table.write_many(deletes=[_key(item) for item in parts])
        self.table.write_many(deletes=[(f"GENERATIONS#{hashed}", generation)])

    def _head(self, hashed: str) -> Head | None:
        item = self.table.get((HEADS, hashed))
        return None if item is None else head_of(item)

    def _content(self, head: Head | None) -> tuple[ManagedResource, ...]:
        if head is None:
            return ()
        items = list(
            self.table.query(Query(partition=generation_partition(head.state_hash, head.generation)))
        )
        if len(items) != head.parts:
            raise _Superseded
        entries = sorted(unpack_chunks(items, head.reference), key=lambda entry: entry[0])
        return tuple(resource for _, resource in entries)

    def _next_in_order(self, hashed: str, address: str) -> list[ManagedResource]:
        """Return what comes after an address in the first chunk that has any of it, by address."""
        head = self._head(hashed)
        if head is None:
            return []
        for chunk in range(chunk_of(address, head.bounds), len(head.bounds)):
            entries = unpack_chunks(self._chunks(head, {chunk}), head.reference)
            later = [resource for _, resource in entries if resource.address > address]
            if later:
                return sorted(later, key=lambda resource: resource.address)
        return []

    def _follow(self, name: str, wanted: Callable[[ManagedResource], bool]) -> tuple[ManagedResource, ...]:
        """Return the wanted resources that the signposts of a name lead to, by state and address."""
        found = _reread(lambda: [resource for resource in self._destinations(name) if wanted(resource)])
        return tuple(sorted(found, key=lambda resource: (*_place(resource.state), resource.address)))

    def _destinations(self, name: str) -> list[ManagedResource]:
        addresses: dict[str, set[str]] = defaultdict(set)
        for post in self.table.query(Query(partition=name)):
            addresses[post["state"]["S"]].add(post["address"]["S"])
        heads = self.table.get_many((HEADS, hashed) for hashed in addresses)
        found = []
        for item in heads.values():
            head = head_of(item)
            wanted = addresses[head.state_hash] if head.bounds else set()
            resources = unpack_chunks(
                self._chunks(head, {chunk_of(address, head.bounds) for address in wanted}), head.reference
            )
            found += [resource for _, resource in resources if resource.address in wanted]
        return found

    def _chunks(self, head: Head, chunks: set[int]) -> list[Item]:
        """Return the parts of some chunks; raises _Superseded where the generation is being removed."""
        partition = generation_partition(head.state_hash, head.generation)
        first = self.table.get_many((partition, part_name(chunk, 0)) for chunk in sorted(chunks))
        more = [
            (partition, part_name(chunk, part))
            for chunk in sorted(chunks)
            if (partition, part_name(chunk, 0)) in first
            for part in range(1, parts_of(first[partition, part_name(chunk, 0)]))
        ]
        rest = self.table.get_many(more)
        if len(first) < len(chunks) or len(rest) < len(more):
            raise _Superseded
        return [first[key] for key in sorted(first)] + [rest[key] for key in more]


def _reread(read: Callable[[], _Result]) -> _Result:
    """Read, and again where what was read was replaced meanwhile."""
    for _ in range(_ATTEMPTS):
        try:
            return read()
        except _Superseded:
            continue
    raise ConcurrentUpdate("a state was replaced again and again while it was read")


def _is_newer(there: StateReference, offered: StateReference) -> bool:
    return there.lineage == offered.lineage and there.serial > offered.serial


def _place(reference: StateReference) -> tuple[str, str]:
    return (reference.bucket or "", reference.key)


def _key(item: Item) -> Key:
    return (item["pk"]["S"], item["sk"]["S"])

"""How an indexed state lies in the state table: a head, a generation in chunks, and signposts to resources.

- The **head** names the state's current generation. Writing it is the act that makes a new version current.
- A **generation** is immutable: compressed chunks, by address; the head knows the first address of each.
- A **signpost** leads from an id or an address to (state, address). Signposts are only hints: readers check
  each against the current generation, so one too many does no harm. One too few would, hence they are written
  before the head and removed after it.
"""

import hashlib
import zlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any

from tfdrift.adapters.dynamodb import Item, Key, text, texts
from tfdrift.adapters.json_text import dumps, loads
from tfdrift.domain.drift import StateReference
from tfdrift.domain.json_value import JsonObject
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.timestamps import format_time, parse_time
from tfdrift.service.ports import StateSummary, TypeCount

HEADS = "HEADS"
_CHUNK_BYTES = 64 * 1024
_PART_BYTES = 350 * 1024
# Their first addresses stand in the state's head, an item of at most 400 KB.
_MOST_CHUNKS = 2000
_LONGEST_NAME = 1024

_Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Head:
    """The current version of one state: its summary, and where its content lies.

    `number` grows with each version; `generation` begins with it. `bounds` are its chunks' first addresses.
    """

    summary: StateSummary
    state_hash: str
    number: int
    generation: str
    bounds: tuple[str, ...]
    parts: int

    @property
    def reference(self) -> StateReference:
        """Return the state's version."""
        return self.summary.reference


@dataclass(frozen=True, slots=True)
class Signpost:
    """An id or an address of a resource of a state."""

    name: str
    state_hash: str
    address: str

    @property
    def key(self) -> Key:
        """Return the item's key."""
        return (self.name, f"{self.state_hash}#{_digest(self.address, 24)}")

    def item(self, generation: str) -> Item:
        """Return the item, marked with the generation that put it there."""
        pk, sk = self.key
        return texts(pk=pk, sk=sk, state=self.state_hash, address=self.address, written_by=generation)


def state_hash(bucket: str | None, key: str) -> str:
    """Return the hash that names a state in keys, since bucket and key together can be too long for one."""
    return _digest(f"{bucket or ''}\x1f{key}", 32)


def identifier_name(identifier: str) -> str:
    """Return the partition of an id's signposts."""
    return f"ID#{_short(identifier)}"


def address_name(address: str) -> str:
    """Return the partition of an address's signposts."""
    return f"ADDRESS#{_short(address)}"


def signposts(hashed: str, resources: Iterable[ManagedResource]) -> set[Signpost]:
    """Return every signpost that leads to the resources of a state."""
    found: set[Signpost] = set()
    for resource in resources:
        names = {identifier_name(identifier) for identifier in resource.identifiers}
        names.add(address_name(resource.address))
        found.update(Signpost(name, hashed, resource.address) for name in names)
    return found


def generation_partition(hashed: str, generation: str) -> str:
    """Return the partition that holds a generation's chunks."""
    return f"CONTENT#{hashed}#{generation}"


def chunk_of(address: str, bounds: Sequence[str]) -> int:
    """Return the chunk that a resource with that address lies in, if it lies in any."""
    return max(0, bisect_right(bounds, address) - 1)


def part_name(chunk: int, part: int) -> str:
    """Return the sort key of a part of a chunk."""
    return f"{chunk:04d}#{part:04d}"


def parts_of(part: Item) -> int:
    """Return how many parts the chunk of a part has."""
    return int(part["parts"]["N"])


def pack_generation(
    hashed: str, generation: str, resources: Sequence[ManagedResource]
) -> tuple[tuple[str, ...], list[Item]]:
    """Return the first addresses of the chunks that the resources take, by address, and the chunks' items."""
    lines = sorted(
        (resource.address, dumps([position, _resource_json(resource)]))
        for position, resource in enumerate(resources)
    )
    chunks = _chunked(lines, _CHUNK_BYTES)
    partition = generation_partition(hashed, generation)
    items = [item for number, chunk in enumerate(chunks) for item in _part_items(partition, number, chunk)]
    return tuple(chunk[0][0] for chunk in chunks), items


def unpack_chunks(items: Iterable[Item], state: StateReference) -> list[tuple[int, ManagedResource]]:
    """Return the resources of whole chunks, each with its position; a chunk's parts stand in their order."""
    chunks: dict[str, list[bytes]] = defaultdict(list)
    for item in items:
        chunks[item["sk"]["S"].partition("#")[0]].append(item["data"]["B"])
    return [entry for parts in chunks.values() for entry in _resources_in(b"".join(parts), state)]


def head_item(head: Head) -> Item:
    """Return the item of a head."""
    reference = head.reference
    return {
        **texts(
            pk=HEADS,
            sk=head.state_hash,
            bucket=reference.bucket,
            key=reference.key,
            lineage=reference.lineage,
            version_id=reference.version_id,
            terraform_version=head.summary.terraform_version,
            indexed_at=format_time(head.summary.indexed_at),
            generation=head.generation,
        ),
        "serial": {"N": str(reference.serial)},
        "number": {"N": str(head.number)},
        "parts": {"N": str(head.parts)},
        "types": _packed_json([astuple(entry) for entry in head.summary.types]),
        "bounds": _packed_json(head.bounds),
    }


def head_of(item: Item) -> Head:
    """Return the head of an item."""
    reference = StateReference(
        key=item["key"]["S"],
        serial=int(item["serial"]["N"]),
        lineage=item["lineage"]["S"],
        bucket=text(item, "bucket"),
        version_id=text(item, "version_id"),
    )
    summary = StateSummary(
        reference=reference,
        terraform_version=text(item, "terraform_version"),
        types=tuple(TypeCount(*entry) for entry in _unpacked_json(item["types"])),
        indexed_at=parse_time(item["indexed_at"]["S"]),
    )
    return Head(
        summary=summary,
        state_hash=item["sk"]["S"],
        number=int(item["number"]["N"]),
        generation=item["generation"]["S"],
        bounds=tuple(_unpacked_json(item["bounds"])),
        parts=int(item["parts"]["N"]),
    )


def new_generation(number: int, token: str) -> str:
    """Return the name of a generation; names of later ones are greater as text."""
    return f"{number:015d}-{token}"


def registration(hashed: str, generation: str, started_at: datetime) -> Item:
    """Return the note that a generation is being written: by it, one left half-done is found and removed."""
    return texts(pk=f"GENERATIONS#{hashed}", sk=generation, started_at=format_time(started_at))


def _chunked(lines: Sequence[_Line], size: int) -> list[list[_Line]]:
    """Return lines in chunks of about a size in bytes, and in no more chunks than a head can name."""
    total = sum(len(line.encode("utf-8")) for _, line in lines)
    size = max(size, total // _MOST_CHUNKS)
    chunks: list[list[_Line]] = []
    room = 0
    for entry in lines:
        if room <= 0:
            chunks.append([])
            room = size
        chunks[-1].append(entry)
        room -= len(entry[1].encode("utf-8"))
    return chunks


def _part_items(partition: str, number: int, chunk: Sequence[_Line]) -> Iterator[Item]:
    packed = zlib.compress("\n".join(line for _, line in chunk).encode("utf-8"))
    parts = [packed[start : start + _PART_BYTES] for start in range(0, len(packed), _PART_BYTES)]
    for part, data in enumerate(parts):
        yield {
            **texts(pk=partition, sk=part_name(number, part)),
            "data": {"B": data},
            "parts": {"N": str(len(parts))},
        }


def _packed_json(value: Any) -> Item:  # noqa: ANN401 - any JSON value, tuples included
    return {"B": zlib.compress(dumps(value).encode("utf-8"))}


def _unpacked_json(attribute: Item) -> Any:  # noqa: ANN401 - what was packed
    return loads(zlib.decompress(attribute["B"]).decode("utf-8"))


def _resource_json(resource: ManagedResource) -> JsonObject:
    fields = asdict(resource)
    del fields["state"]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}


def _resources_in(packed: bytes, state: StateReference) -> Iterator[tuple[int, ManagedResource]]:
    for line in zlib.decompress(packed).decode("utf-8").split("\n"):
        entry: Any = loads(line)
        position, fields = entry
        identifiers, depends_on = tuple(fields.pop("identifiers")), tuple(fields.pop("depends_on"))
        yield (
            position,
            ManagedResource(**fields, identifiers=identifiers, depends_on=depends_on, state=state),
        )


def _short(name: str) -> str:
    if len(name.encode("utf-8", "surrogatepass")) <= _LONGEST_NAME:
        return name
    return "sha256:" + _digest(name, 64)


def _digest(value: str, length: int) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:length]

"""The bound for what waits for all slow clients together: the fullest go, and only as many as needed."""

from dataclasses import dataclass

from streaming.buffered_bytes import BufferedBytes


@dataclass(eq=False)
class Held:
    """A client for which a number of bytes waits."""

    size: int

    def buffered(self) -> int:
        return self.size

    def cut(self) -> None:
        raise AssertionError("whom to drop is told, and not done")


def test_the_fullest_go_until_the_rest_is_within_the_bound() -> None:
    buffers = BufferedBytes(100)
    clients = [Held(size) for size in (30, 60, 50, 10)]
    for client in clients:
        buffers.add(client)

    assert buffers.beyond() == [clients[1]]


def test_what_counts_is_what_waits_now() -> None:
    buffers = BufferedBytes(100)
    one, other = Held(90), Held(90)
    buffers.add(one)
    buffers.add(other)
    one.size = 10
    assert buffers.beyond() == []

    one.size = 95
    assert buffers.beyond() == [one]
    buffers.discard(one)
    assert buffers.beyond() == []
    assert len(buffers) == 1

"""The boto3 clients that a piece of work on the emulator uses: one a service, closed when it is done."""

from types import TracebackType
from typing import Any, Self

from tfdrift.demo.emulator import REGION, Emulator


class EmulatorClients:
    """Makes each service's client at its first use and closes them all at the end of the context."""

    def __init__(self, emulator: Emulator, region: str = REGION, account_id: str | None = None) -> None:
        self.emulator = emulator
        self._region = region
        self._account_id = account_id
        self._clients: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            client.close()

    def __call__(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes each service's client at run time
        """Return the client of a service."""
        if service not in self._clients:
            self._clients[service] = self.emulator.client(service, self._region, self._account_id)
        return self._clients[service]

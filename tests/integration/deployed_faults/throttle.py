"""Puts a fault proxy between deployed functions and DynamoDB: the emulator itself refuses nothing."""

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from bench.deployed.product import Product
from tests.faults.proxy import Proxy, Weather

_THROTTLED = ("throttled", "ThrottlingException", "RequestLimitExceeded")
_BATCHES = ("left undone", *_THROTTLED)
_BROKEN = ("500", "dropped", "slow")
# What DynamoDB answers under load, by operation.
THROTTLING: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("GetItem", "Query", "PutItem", "DeleteItem"), _THROTTLED),
    **dict.fromkeys(("BatchGetItem", "BatchWriteItem"), _BATCHES),
    "TransactWriteItems": (*_THROTTLED, "throttled inside", "conflict"),
}
# What a network does: of a write whose answer is lost nobody knows whether it was made.
BREAKING: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("GetItem", "Query", "BatchGetItem", "BatchWriteItem"), _BROKEN),
    **dict.fromkeys(("PutItem", "DeleteItem", "TransactWriteItems"), (*_BROKEN, "answer lost")),
}


@contextmanager
def between_functions_and_tables(product: Product, weather: Weather) -> Iterator[None]:
    """Have the functions reach their tables through the proxy while the context lasts; they start anew."""
    deployment, functions = product.deployment, product.clients("lambda")
    names = (deployment.cloudtrail_function, deployment.log_files_function, deployment.state_function)
    before = {
        name: functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        for name in names
    }
    with _running(Proxy(int(product.deployment.endpoint.rpartition(":")[2]), weather)) as endpoint:
        for name, variables in before.items():
            changed = {**variables, "AWS_ENDPOINT_URL_DYNAMODB": endpoint}
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": changed})
        try:
            yield
        finally:
            for name, variables in before.items():
                functions.update_function_configuration(
                    FunctionName=name, Environment={"Variables": variables}
                )


@contextmanager
def _running(proxy: Proxy) -> Iterator[str]:
    """Serve a proxy in a thread of its own; yields its endpoint."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fault-proxy")
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(proxy.listen("functions"), loop).result()
    finally:
        asyncio.run_coroutine_threadsafe(proxy.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

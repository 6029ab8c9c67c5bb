"""Lambda: the REST API, behind a load balancer, an API Gateway or a function URL."""

from functools import cache
from typing import TYPE_CHECKING, Any

from handlers.product import product

if TYPE_CHECKING:
    from mangum import Mangum


@cache
def adapter() -> "Mangum":
    """Return the app behind its adapter, built once for each execution environment."""
    from mangum import Mangum

    return Mangum(product().rest_app(), lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's untyped context
    """Answer one HTTP request."""
    return dict(adapter()(event, context))

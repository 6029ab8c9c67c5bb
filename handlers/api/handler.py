"""Lambda: the REST API, behind a load balancer, an API Gateway or a function URL."""

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from handlers.product import product

if TYPE_CHECKING:
    from mangum import Mangum

Answer = dict[str, Any]


@cache
def adapter() -> "Mangum":
    """Return the app behind its adapter, built once for each execution environment."""
    from mangum import Mangum

    return Mangum(product().rest_app(), lifespan="off")


def handler(event: dict[str, Any], context: Any) -> Answer:  # noqa: ANN401 - Lambda's untyped context
    """Answer one HTTP request."""
    answer = dict(adapter()(event, context))
    if "elb" in event.get("requestContext", {}):
        return _passed_on(answer)
    return answer


def _passed_on(answer: Answer) -> Answer:
    """Return the answer, or what is wrong with it where a load balancer would answer 502 in its place."""
    from tfdrift.rest.envelope import LARGEST_ANSWER, failure

    if len(json.dumps(answer)) <= LARGEST_ANSWER:
        return answer
    refusal = failure(
        406,
        "answer_too_large",
        "the answer is larger than a load balancer passes on; ask for it with Accept-Encoding: gzip",
    )
    headers = {"content-type": str(refusal.media_type)}
    many = {name: [value] for name, value in headers.items()}
    return {
        "statusCode": refusal.status_code,
        "body": bytes(refusal.body).decode(),
        "isBase64Encoded": False,
        **({"multiValueHeaders": many} if "multiValueHeaders" in answer else {"headers": headers}),
    }

"""REST: people take note of a drift, and take that back."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tfdrift.domain.drift import DriftRecord
from tfdrift.domain.drift_json import drift_detail_to_json
from tfdrift.rest.authentication import require_token
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import ApiError, EnvelopeResponse, Success, success
from tfdrift.rest.models import DriftDetailModel
from tfdrift.rest.openapi import errors
from tfdrift.rest.parameters import DriftId, time_of
from tfdrift.rest.people import person_of
from tfdrift.rest.reads import drift_not_found
from tfdrift.rest.shapes import Moment
from tfdrift.service.acknowledge import DriftIsOver, TimeHasPassed, UnknownDrift

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


def require_json(request: Request) -> None:
    """Refuse a body that does not say it is JSON: a page of another origin can send such a one unasked."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError(415, "unsupported_media_type", "send the body as application/json")


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class UnacknowledgeBody(_Body):
    """Who takes it back, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"by": "oncall", "note": "it is urgent"}]})

    by: Name
    note: Note | None = None


class AcknowledgeBody(_Body):
    """Who takes note, with what words, and until when that is to hold."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"by": "oncall", "note": "until the release", "until": "2099-01-01T00:00:00Z"}]
        }
    )

    by: Name
    note: Note | None = None
    until: Moment | None = Field(None, description="ISO-8601 time in the future; UTC without an offset.")


router = APIRouter(
    prefix="/api/v1/drifts",
    tags=["drifts"],
    dependencies=[Depends(require_token), Depends(require_json)],
    responses=errors(404, 409, 415),
)


@router.post("/{drift_id}/acknowledge", response_model=Success[DriftDetailModel])
def acknowledge_drift(
    services: ServicesDependency, request: Request, drift_id: DriftId, body: AcknowledgeBody
) -> EnvelopeResponse:
    """Take note of a drift: it stays acknowledged until its value changes, or until the given moment."""
    until = time_of("until", body.until)
    return _answer(
        drift_id,
        lambda: services.acknowledgements.acknowledge(
            drift_id, _who(request, body), note=body.note or None, until=until
        ),
    )


@router.post("/{drift_id}/unacknowledge", response_model=Success[DriftDetailModel])
def unacknowledge_drift(
    services: ServicesDependency, request: Request, drift_id: DriftId, body: UnacknowledgeBody
) -> EnvelopeResponse:
    """Take an acknowledgement back: the drift is open again."""
    return _answer(
        drift_id,
        lambda: services.acknowledgements.unacknowledge(
            drift_id, _who(request, body), note=body.note or None
        ),
    )


def _who(request: Request, body: AcknowledgeBody | UnacknowledgeBody) -> str:
    """Return the name of who signed in, whatever the body says; without an identity provider the body's."""
    person = person_of(request)
    return person.name if person else body.by


def _answer(drift_id: str, say: Callable[[], DriftRecord]) -> EnvelopeResponse:
    try:
        return success(drift_detail_to_json(say()))
    except UnknownDrift as error:
        raise drift_not_found(drift_id) from error
    except DriftIsOver as error:
        raise ApiError(409, "drift_is_over", "the drift is resolved") from error
    except TimeHasPassed as error:
        raise ApiError(400, "invalid_until", f"until: {error}") from error

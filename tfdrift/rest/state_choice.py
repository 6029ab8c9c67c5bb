"""REST: which state is meant, where several may be."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Query

from tfdrift.domain.drift import StateReference
from tfdrift.rest.envelope import ApiError
from tfdrift.rest.openapi import errors
from tfdrift.rest.shapes import TEXT
from tfdrift.service.graph import StateChoice

_MOST_NAMED = 10

NONE_OR_SEVERAL = errors(404, 409)


def choice_from(
    bucket: Annotated[str | None, TEXT, Query(description="The bucket of the state that is meant.")] = None,
    key: Annotated[str | None, TEXT, Query(description="The key of the state that is meant.")] = None,
) -> StateChoice:
    """Return which state is meant, as far as the request says."""
    return StateChoice(bucket, key)


ChoiceDependency = Annotated[StateChoice, Depends(choice_from)]


def several_states(code: str, states: Sequence[StateReference]) -> ApiError:
    """Return the error that more than one state may be meant, which names them."""
    places = ", ".join(f"{state.bucket or ''}/{state.key}" for state in states[:_MOST_NAMED])
    message = f"{len(states)} states may be meant, say which by bucket and key: {places}"
    return ApiError(409, code, message)

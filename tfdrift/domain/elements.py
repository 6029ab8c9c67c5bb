"""Takes a call on several things apart into calls on one each."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.parameters import as_list, unwrapped


def one_by_one(record: CloudTrailRecord, path: str | None) -> Iterator[CloudTrailRecord]:
    """Yield the record once for each element of a list of its parameters, as the list's only element.

    ``PutTargets`` sets several targets, of which each is a resource of its own with its own attributes: read
    together, one's attributes would be taken for another's.

    Parameters
    ----------
    record
        The call.
    path
        The list's path in the request (``request.targets``, ``request.changeBatch.changes``); None yields the
        record as it is, as does a path at which nothing stands.
    """
    if path is None:
        yield record
        return
    for request in _each(unwrapped(record.request), path.removeprefix("request.").split(".")):
        yield replace(record, request=request)


def _each(parameters: JsonObject, names: Sequence[str]) -> Iterator[JsonObject]:
    name = names[0].casefold()
    key = next((key for key in parameters if key.casefold() == name), None)
    inner: JsonValue = None if key is None else parameters[key]
    if key is None or (len(names) > 1 and not isinstance(inner, dict)):
        yield parameters
    elif len(names) > 1 and isinstance(inner, dict):
        yield from ({**parameters, key: part} for part in _each(inner, names[1:]))
    else:
        yield from ({**parameters, key: [element]} for element in as_list(inner))

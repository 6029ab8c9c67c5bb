"""What each process does with which table: the actions that its code calls, as tests/infra compares them."""

from dataclasses import dataclass

from tfdrift.adapters.table_schema import BY_PRINCIPAL, BY_RESOURCE, BY_STATUS, BY_TIME

_WRITING = {"BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem"}


@dataclass(frozen=True, slots=True)
class TableAccess:
    """Actions on a table's items, and the indexes that are queried; nothing may scan.

    The parts of a transaction are asked for by what they do: a conditional put is a PutItem.
    """

    actions: tuple[str, ...]
    indexes: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether items are changed."""
        return not _WRITING.isdisjoint(self.actions)


# The functions that take calls and alerts.
EVENTS_OF_CALLS = TableAccess(("BatchGetItem", "GetItem", "PutItem", "Query"))
STATES_OF_CALLS = TableAccess(("BatchGetItem", "Query"))
# The function that takes states also ends drifts and lets go of held calls.
EVENTS_OF_STATES = TableAccess(("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query"), (BY_STATUS,))
STATES_OF_STATES = TableAccess(
    ("BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query")
)
# The scheduled pass over held calls and acknowledgements.
EVENTS_OF_PASS = TableAccess(
    ("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query"), (BY_STATUS, BY_TIME)
)
# The REST API's function writes acknowledgements; the tasks answer the same questions and write nothing here.
_LISTED = (BY_PRINCIPAL, BY_RESOURCE, BY_STATUS, BY_TIME)
EVENTS_OF_API = TableAccess(("BatchGetItem", "GetItem", "PutItem"), _LISTED)
EVENTS_OF_TASKS = TableAccess(("BatchGetItem", "GetItem"), _LISTED)
STATES_OF_READERS = TableAccess(("BatchGetItem", "GetItem", "Query"))
FEED_OF_TASKS = TableAccess(("GetItem", "PutItem", "Query"))
FEED_OF_NOTIFICATIONS = TableAccess(("Query",))
# Powertools keeps here what was delivered, and which receivers rest.
DELIVERIES = TableAccess(("DeleteItem", "GetItem", "PutItem", "UpdateItem"))

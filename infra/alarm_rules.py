"""The alarms as a table: what each watches for, from when on it rings, and the runbook's section about it."""

from dataclasses import dataclass

RUNBOOK = "docs/runbook.md"


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """When one alarm rings.

    Attributes
    ----------
    name
        The section of the runbook, and the end of the alarm's construct id.
    meaning
        One sentence for whoever is woken by it.
    threshold
        The value from which on a period counts, in the metric's own unit.
    below
        Whether values below the threshold count instead.
    minutes
        Length of a period.
    periods
        Consecutive periods that must count.
    silence_counts
        Whether a period without any data counts.
    """

    name: str
    meaning: str
    threshold: float
    below: bool = False
    minutes: int = 1
    periods: int = 1
    silence_counts: bool = False

    @property
    def description(self) -> str:
        """The text of the alarm, which says where to go on."""
        return f"{self.meaning} See {RUNBOOK}#{self.name}."


DEAD_LETTERS = AlarmRule("dead-letters", "Evidence could not be used and is kept for 14 days.", 1)
WAITING_CALLS = AlarmRule("waiting-evidence", "Evidence waits for 5 minutes or longer.", 300, periods=3)
WAITING_FILES = AlarmRule("waiting-evidence", "Whole files wait for 30 minutes or longer.", 1800, periods=3)
# Lambda gives the age in milliseconds: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
WAITING_NEWS = AlarmRule(
    "waiting-news", "What happened waits for 5 minutes or longer to be announced.", 300_000, periods=3
)
FUNCTION_ERRORS = AlarmRule("function-errors", "A function fails again and again.", 3, minutes=5)
FUNCTION_THROTTLES = AlarmRule(
    "function-throttles", "Lambda refuses to run a function.", 1, minutes=5, periods=2
)
HELD_PASS = AlarmRule(
    "held-pass",
    "The scheduled pass does not run: unexplained calls of Terraform's own are not reported.",
    1,
    below=True,
    minutes=5,
    periods=2,
    silence_counts=True,
)
TOKEN_ROTATION = AlarmRule(
    "token-rotation",
    "The machines' token could not be rotated, and stays as it is.",
    1,
    minutes=60,
)
TABLE_THROTTLES = AlarmRule("table-throttles", "DynamoDB throttles a table.", 10, minutes=5, periods=3)
NO_TASK = AlarmRule(
    "no-task",
    "No streaming task answers: nobody receives events.",
    1,
    below=True,
    periods=3,
    silence_counts=True,
)
TASKS_MISSING = AlarmRule(
    "tasks-missing", "Fewer streaming tasks run than wanted.", 0, below=True, minutes=5, periods=3
)
TAILER_LAG = AlarmRule(
    "tailer-lag",
    "Stored events do not reach the clients: the tailer is a minute behind, or no task tails.",
    60,
    periods=5,
    silence_counts=True,
)
SERVER_ERRORS = AlarmRule("server-errors", "Requests end in errors of the server.", 10, minutes=5, periods=2)
TASK_MEMORY = AlarmRule(
    "task-memory", "Streaming tasks use nearly all of their memory.", 85, minutes=5, periods=3
)

RULES = (
    DEAD_LETTERS,
    WAITING_CALLS,
    WAITING_FILES,
    WAITING_NEWS,
    FUNCTION_ERRORS,
    FUNCTION_THROTTLES,
    HELD_PASS,
    TOKEN_ROTATION,
    TABLE_THROTTLES,
    NO_TASK,
    TASKS_MISSING,
    TAILER_LAG,
    SERVER_ERRORS,
    TASK_MEMORY,
)

"""How the command line reads its arguments: several values after one option, and exit code 1 for mistakes."""

from collections.abc import Iterator, Sequence

import typer
from typer.core import TyperCommand, TyperGroup

USAGE_ERROR = 2
ERROR = 1


class ManyValuesCommand(TyperCommand):
    """A command whose repeatable options take all values up to the next option: ``--state a b --falco c``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Parse the arguments, each value of a repeatable option under the option's own name."""
        repeatable = {
            name
            for parameter in self.params
            if getattr(parameter, "multiple", False)
            for name in parameter.opts
        }
        return super().parse_args(ctx, list(repeat_options(args, repeatable)))


def repeat_options(args: Sequence[str], repeatable: set[str]) -> Iterator[str]:
    """Yield the arguments with a repeatable option's name before each of its values.

    >>> list(repeat_options(["--state", "a", "-", "--format", "json"], {"--state"}))
    ['--state', 'a', '--state', '-', '--format', 'json']
    """
    current, has_value = "", False
    for arg in args:
        is_option = arg.startswith("-") and arg != "-"
        if is_option:
            current, has_value = (arg if arg in repeatable else ""), False
        elif current and has_value:
            yield current
        else:
            has_value = True
        yield arg


class OneForErrors(TyperGroup):
    """A group whose usage errors exit with 1, since 2 says that drift is open."""

    def main(self, *args: object, **extra: object) -> object:
        """Run, and tell a mistake in the arguments from the exit code of a command."""
        try:
            return super().main(*args, **extra)  # type: ignore[arg-type]
        except SystemExit as leaving:
            if leaving.code == USAGE_ERROR and not isinstance(leaving.__context__, typer.Exit):
                raise SystemExit(ERROR) from leaving
            raise

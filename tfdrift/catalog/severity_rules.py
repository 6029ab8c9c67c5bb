"""Reads severity rules: the catalog's own, and in the same form an installation's."""

import tomllib

from pydantic import ValidationError

from tfdrift.catalog.schema import SeverityFile
from tfdrift.domain.mapping import SeverityRule, SeverityRules


class InvalidSeverityRules(ValueError):  # noqa: N818 - names what was found
    """The text is no list of severity rules; the message names the place and what was wrong with it."""


def parse_severity_rules(text: str) -> SeverityRules:
    """Return the rules of a TOML text with one ``[[rule]]`` each, in their order; none of an empty text.

    Raises
    ------
    InvalidSeverityRules
        Where the text is no TOML, or a rule has an unknown field, severity, kind of change or test.
    """
    try:
        document = tomllib.loads(text)
        read = SeverityFile.model_validate(document) if document else SeverityFile(rule=())
    except tomllib.TOMLDecodeError as error:
        raise InvalidSeverityRules(f"the text is not TOML: {error}") from error
    except ValidationError as error:
        raise InvalidSeverityRules(_described(error)) from error
    return rules_of(read)


def rules_of(file: SeverityFile) -> SeverityRules:
    """Return the rules of a file that fits the schema, in their order."""
    return SeverityRules(
        SeverityRule(row.severity, row.reason, row.types, row.attributes, row.events, row.changes, row.test)
        for row in file.rule
    )


def _described(error: ValidationError) -> str:
    """Return the complaints, each with its place; rules count from 1."""
    return "; ".join(
        f"{'.'.join(str(part + 1 if isinstance(part, int) else part) for part in complaint['loc'])}: "
        f"{complaint['msg']}"
        for complaint in error.errors()
    )

"""Derives the attribute names of the catalog's provider types from bindings generated from the schema.

The provider's schema needs Terraform itself; the package cdktf-cdktf-provider-aws on PyPI holds the same
names. It is large, so it is installed aside, and only the derived names are kept:

    uv venv /path/aside && uv pip install --python /path/aside/bin/python --no-deps cdktf-cdktf-provider-aws
    uv run python tools/provider_schema.py /path/aside/lib/python3.11/site-packages
"""

import argparse
import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tfdrift.catalog import load_catalog
from tfdrift.domain.identifiers import COMPOSED
from tfdrift.domain.mapping import ANY_TYPE

SCHEMA_FILE = Path(__file__).resolve().parents[1] / "tests/unit/catalog/provider_schema.json"
_TITLE = re.compile(r"# `(?P<type>aws_\w+)`")
_VERSION = re.compile(r"hashicorp/aws/(?P<version>[\d.]+)/")
# Properties of the bindings themselves.
_OWN = frozenset(
    (
        "cdktf_stack",
        "connection",
        "constructs_library",
        "count",
        "depends_on",
        "dynamic_attributes",
        "for_each",
        "fqn",
        "friendly_unique_id",
        "internal_value",
        "is_complex_list",
        "lifecycle",
        "node",
        "provider",
        "provisioners",
        "raw_overrides",
        "terraform_generator_metadata",
        "terraform_meta_arguments",
        "terraform_resource_type",
    )
)
# The bindings lose the underscore before a digit.
_NAMES = {f"address_line{number}": f"address_line_{number}" for number in (1, 2, 3)}
_DEPTH = 5


def main() -> None:
    """Write the schema file for the types that the catalog names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("site_packages", type=Path)
    wanted = catalog_types()
    schema: dict[str, Any] = {}
    version = ""
    for name, text in _modules(parser.parse_args().site_packages):
        if name in wanted:
            schema[name] = _attributes(text)
            version = (_VERSION.search(text) or {"version": version})["version"]
    missing = sorted(wanted - set(schema))
    document = {"provider": "hashicorp/aws", "version": version, "missing": missing, "types": schema}
    SCHEMA_FILE.write_text(
        json.dumps(document, indent=None, separators=(",", ":"), sort_keys=True) + "\n", "utf-8"
    )
    print(f"{len(schema)} types of {len(wanted)}, provider {version}; not there: {missing}")  # noqa: T201 - a tool


def schema_of_bindings(site_packages: Path) -> dict[str, Any]:
    """Return every type of the provider with its attributes."""
    return {name: _attributes(text) for name, text in _modules(site_packages)}


def _modules(site_packages: Path) -> Iterator[tuple[str, str]]:
    """Yield each type of the bindings, and the source text of its module."""
    for module in sorted((site_packages / "cdktf_cdktf_provider_aws").glob("*/__init__.py")):
        text = module.read_text("utf-8")
        title = _TITLE.search(text[:400])
        if title:
            yield title["type"], text


def catalog_types() -> set[str]:
    """Return every provider type that the catalog or the table of composed ids names."""
    catalog = load_catalog()
    mappings = (mapping for pair in catalog.pairs() for mapping in catalog.mappings(*pair))
    ways = (way for mapping in mappings for target in mapping.targets for way in target.ways)
    named = {name for way in ways for name in (*way.types, *way.parent_types)}
    return (named | set(COMPOSED)) - {ANY_TYPE}


def _attributes(text: str) -> dict[str, Any]:
    classes = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)}
    resource = next(node for node in classes.values() if _base(node).endswith("TerraformResource"))
    return _properties(resource, classes, 0)


def _base(node: ast.ClassDef) -> str:
    return ast.unparse(node.bases[0]) if node.bases else ""


def _properties(node: ast.ClassDef, classes: dict[str, ast.ClassDef], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in node.body:
        if not isinstance(item, ast.FunctionDef) or not _is_property(item):
            continue
        if item.name in _OWN or item.name.endswith("_input") or item.name.startswith("tf_"):
            continue
        inner = _nested(item, classes)
        name = item.name.removesuffix("_") if item.name != "id_" else "id"
        name = _NAMES.get(name, name)
        found[name] = _properties(inner, classes, depth + 1) if inner and depth < _DEPTH else {}
    return found


def _is_property(item: ast.FunctionDef) -> bool:
    return any(ast.unparse(decorator) == "builtins.property" for decorator in item.decorator_list)


def _nested(item: ast.FunctionDef, classes: dict[str, ast.ClassDef]) -> ast.ClassDef | None:
    """Return the class of a nested block's fields that a property refers to."""
    annotation = ast.unparse(item.returns).strip("'\"") if item.returns else ""
    for name in (annotation, annotation.removesuffix("List") + "OutputReference"):
        node = classes.get(name)
        if node is not None and name.endswith("OutputReference"):
            return node
    return None


if __name__ == "__main__":
    main()

"""Unfolds the flat attributes of Terraform 0.11 (``tags.%``, ``ids.#``, ``tags.Name``) into nested ones."""

from tfdrift.domain.json_value import JsonObject, JsonValue


def expand_flatmap(flat: JsonObject) -> JsonObject:
    """Return nested attributes; sets, whose keys are hashes, become lists in the order of their hashes.

    Source: https://github.com/opentofu/opentofu/blob/main/internal/legacy/hcl2shim/flatmap.go. Values stay
    texts, as they were written.
    """
    tree: JsonObject = {}
    for path in sorted(flat):
        steps = path.split(".")
        if steps[-1] not in ("#", "%"):
            _plant(tree, steps, flat[path])
        elif flat[path] == "0" or flat[path] == 0:
            _plant(tree, steps[:-1], [] if steps[-1] == "#" else {})
    lists = {path[:-2] for path in flat if path.endswith(".#")}
    return {name: _folded(value, name, lists) for name, value in tree.items()}


def _plant(tree: JsonObject, steps: list[str], value: JsonValue) -> None:
    node = tree
    for step in steps[:-1]:
        inner = node.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        node = inner
    node.setdefault(steps[-1], value)


def _folded(value: JsonValue, path: str, lists: set[str]) -> JsonValue:
    if not isinstance(value, dict):
        return value
    folded = {key: _folded(inner, f"{path}.{key}", lists) for key, inner in value.items()}
    if path not in lists:
        return folded
    return [folded[key] for key in sorted(folded, key=lambda key: (not key.isdigit(), len(key), key))]

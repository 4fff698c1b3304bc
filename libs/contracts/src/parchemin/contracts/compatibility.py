"""What a published schema may become within its version: it only ever gains optional members."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
_SAYS_NOTHING = {"title", "description"}
_COMPARED_BY_MEMBER = {"properties", "required", "$defs"}


def incompatibilities(published: Schema, current: Schema) -> list[str]:
    """How a current schema breaks the promise of the published one, a sentence for each place; empty if it does not.

    Allowed: further members that are not required, and texts (titles, descriptions) that say it better.
    """
    shapes = {"$": (published, current)}
    removed = [f"$defs/{name}: removed" for name in _missing(published, current, "$defs")]
    for name, shape in published.get("$defs", {}).items():
        if name in current.get("$defs", {}):
            shapes[f"$defs/{name}"] = (shape, current["$defs"][name])
    return removed + [fault for place, (old, new) in shapes.items() for fault in _faults(place, old, new)]


def _faults(place: str, old: Schema, new: Schema) -> list[str]:
    members, now = old.get("properties", {}), new.get("properties", {})
    faults = [f"{place}/{name}: removed" for name in _missing(old, new, "properties")]
    faults += [
        f"{place}/{name}: was {_bare(shape)}, is {_bare(now[name])}"
        for name, shape in members.items()
        if name in now and _bare(shape) != _bare(now[name])
    ]
    was, required = set(old.get("required", ())), set(new.get("required", ()))
    faults += [f"{place}/{name}: required, and was not" for name in sorted(required - was)]
    faults += [f"{place}/{name}: no longer always there" for name in sorted(was - required)]
    if _kind(old) != _kind(new):
        faults.append(f"{place}: was {_kind(old)}, is {_kind(new)}")
    return faults


def _kind(shape: Schema) -> Any:
    return _bare({key: value for key, value in shape.items() if key not in _COMPARED_BY_MEMBER})


def _missing(old: Schema, new: Schema, part: str) -> list[str]:
    return sorted(set(old.get(part, {})) - set(new.get(part, {})))


def _bare(shape: Any) -> Any:
    """A schema without the texts that bind nobody."""
    if isinstance(shape, Mapping):
        return {key: _bare(value) for key, value in shape.items() if key not in _SAYS_NOTHING}
    return [_bare(item) for item in shape] if isinstance(shape, list) else shape

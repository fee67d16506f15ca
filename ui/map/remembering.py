"""Options of the tools as plain values that settings keep over a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from terradesk.arcs.picking import Mode
from ui.tools import Options

Kept = dict[str, dict[str, Any]]
_LEAST_PX, _MOST_PX = 8.0, 400.0


def kept(options: Mapping[str, Options], defaults: Mapping[str, Options]) -> Kept:
    """What differs from the defaults, by tool.

    One territory of one plan means nothing to the next plan: *only Denver* is not kept.
    """
    out: Kept = {}
    for tool, one in options.items():
        if one.over == "territory":
            one = replace(one, over="everything", over_territory=-1)
        changed = {
            f.name: value
            for f in fields(Options)
            if (value := getattr(one, f.name)) != getattr(defaults[tool], f.name)
        }
        if changed:
            out[tool] = {k: int(v) if isinstance(v, Mode) else v for k, v in changed.items()}
    return out


def recalled(default: Options, values: object) -> Options:
    """Options from kept values; what cannot be read has its default."""
    if not isinstance(values, dict):
        return default
    changes: dict[str, Any] = {}
    for one in fields(Options):
        value = values.get(one.name)
        if value is not None and _is_good(one.name, value, getattr(default, one.name)):
            changes[one.name] = Mode(value) if one.name == "inside" else value
    return replace(default, **changes)


def _is_good(name: str, value: object, default: object) -> bool:
    if name == "over":
        return value in ("everything", "unassigned")
    if name == "inside":
        return type(value) is int and value in list(Mode)
    if name == "size_px":
        return isinstance(value, int | float) and _LEAST_PX <= value <= _MOST_PX
    return name != "over_territory" and type(value) is type(default)

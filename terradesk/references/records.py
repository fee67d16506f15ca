"""What a plan records of its own layers: one ``setting`` row each, changed through edits."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal

from terradesk import records as rec
from terradesk.edits import Edit, Record
from terradesk.i18n import N_
from terradesk.plan import Plan

__all__ = [
    "Reference",
    "add",
    "arrange",
    "change",
    "located",
    "new_reference",
    "of",
    "remove",
    "stored_path",
]

_PREFIX = "reference."
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_COLOURS = ("#B3261E", "#2458D3", "#1C7350", "#8D4B00", "#6A45B8", "#006A7A")
_LONGEST_PATH = 4096
_MOST_WIDTH = 12.0


@dataclass(frozen=True, slots=True)
class Reference:
    """How a plan shows a file that is not its own.

    Parameters
    ----------
    uid : str
    path : str
        Relative to the folder of the plan file, with slashes, or absolute.
    layer : str
        Name of a layer in the file, empty for the only one.
    name : str
        What the list calls it.
    place : {"over", "under"}
        Over or under the areas.
    order : int
        The lowest is drawn first.
    colour : str
        ``#RRGGBB`` of lines and points.
    width : float
        Of lines, pixels at 100 %.
    opacity : float
        0..1.
    is_shown : bool
    """

    uid: str
    path: str
    layer: str = ""
    name: str = ""
    place: Literal["over", "under"] = "over"
    order: int = 0
    colour: str = _COLOURS[0]
    width: float = 1.6
    opacity: float = 1.0
    is_shown: bool = True


def _read(uid: str, text: str) -> Reference | None:
    """A reference as a plan file holds it, which may come from anywhere; None if it is unsound."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("path"), str):
        return None
    values: dict[str, Any] = {}
    for one in fields(Reference):
        value = found.get(one.name)
        default = getattr(Reference(uid, ""), one.name)
        if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if one.name != "uid" and type(value) is type(default):
            values[one.name] = value
    return _sound(Reference(uid, **values))


def _sound(one: Reference) -> Reference | None:
    if not 0 < len(one.path) <= _LONGEST_PATH or "\0" in one.path:
        return None
    return replace(
        one,
        place=one.place if one.place in ("over", "under") else "over",
        colour=one.colour if _COLOUR.fullmatch(one.colour) else _COLOURS[0],
        width=min(max(one.width, 0.2), _MOST_WIDTH) if one.width == one.width else 1.6,
        opacity=min(max(one.opacity, 0.0), 1.0) if one.opacity == one.opacity else 1.0,
    )


def of(plan: Plan) -> list[Reference]:
    """Own layers of a plan, the lowest first."""
    rows = [r for r in plan.rows(rec.Setting) if r.uid.startswith(_PREFIX) and r.value]
    found = [_read(row.uid.removeprefix(_PREFIX), row.value) for row in rows]
    return sorted((one for one in found if one), key=lambda r: (r.place == "over", r.order, r.uid))


def new_reference(plan: Plan, path: str, name: str, layer: str = "", is_picture: bool = False,
                  ) -> Reference:  # fmt: skip
    """A reference that is not in the plan yet: pictures go under the areas, shapes over them.

    Parameters
    ----------
    plan : Plan
    path : str
        As it is to be remembered, see `Reference`.
    name : str
    layer : str
        Of a file with several; "" for the only one.
    is_picture : bool
    """
    others = of(plan)
    colour = _COLOURS[len(others) % len(_COLOURS)]
    order = max([one.order for one in others], default=0) + 1
    place: Literal["over", "under"] = "under" if is_picture else "over"
    return Reference(rec.new_uid(), path, layer, name, place, order, colour)


def _record(plan: Plan, before: Reference | None, after: Reference | None, offset: int) -> Record:
    known = after or before
    assert known is not None
    key = _PREFIX + known.uid
    old = plan.row("setting", key)
    new = None
    if after is not None:
        values = asdict(after)
        del values["uid"]
        row_id = old.id if old else plan.next_id + offset
        new = rec.Setting(key, row_id, value=json.dumps(values, sort_keys=True))
    return Record("setting", old, new)


def add(plan: Plan, references: Sequence[Reference]) -> Edit | None:
    """Show further files; None when there are none."""
    if not references:
        return None
    records = tuple(_record(plan, None, one, k) for k, one in enumerate(references))
    names = ", ".join(one.name for one in references)
    return Edit(N_("Added the layer {a}"), {"a": names}, records=records)


def change(plan: Plan, uid: str, **changes: Any) -> Edit | None:
    """Draw a layer another way, or find it elsewhere; None when nothing differs.

    Raises
    ------
    KeyError
        The plan has no such layer.
    """
    before = _find(plan, uid)
    after = _sound(replace(before, **changes))
    if after is None or after == before:
        return None
    return Edit(
        N_("Changed the layer {a}"), {"a": after.name}, records=(_record(plan, before, after, 0),)
    )


def remove(plan: Plan, uid: str) -> Edit:
    """Show a file no longer; the file itself stays.

    Raises
    ------
    KeyError
        The plan has no such layer.
    """
    one = _find(plan, uid)
    return Edit(
        N_("Removed the layer {a}"), {"a": one.name}, records=(_record(plan, one, None, 0),)
    )


def arrange(plan: Plan, places: Sequence[tuple[str, Literal["over", "under"], int]]) -> Edit | None:
    """Put the layers into an order; None when they are in it.

    Parameters
    ----------
    plan : Plan
    places : sequence of (uid, "over" or "under", order)
        The lowest order is drawn first.
    """
    known = {one.uid: one for one in of(plan)}
    moved = [(known[uid], replace(known[uid], place=place, order=k)) for uid, place, k in places]
    records = tuple(_record(plan, a, b, 0) for a, b in moved if a != b)
    return Edit(N_("Changed the order of the layers"), {}, records=records) if records else None


def _find(plan: Plan, uid: str) -> Reference:
    return next((one for one in of(plan) if one.uid == uid), None) or _missing(uid)


def _missing(uid: str) -> Reference:
    raise KeyError(uid)


# ---------------------------------------------------------------------- where files are
def stored_path(path: Path, plan_file: Path | None) -> str:
    """What to record: relative where the file lies beside the plan or below it, else absolute."""
    absolute = path.resolve()
    if plan_file is not None:
        folder = plan_file.resolve().parent
        if absolute.is_relative_to(folder):
            return absolute.relative_to(folder).as_posix()
    return str(absolute)


def located(one: Reference, plan_file: Path | None) -> Path | None:
    """The file of a layer; None when it is not there.

    A plan may come from anybody: shares of other computers are never asked for by themselves.
    """
    text = one.path
    if text.replace("\\", "/").startswith("//"):
        return None
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute():
        path = Path(text)
    elif plan_file is None:
        return None
    else:
        path = plan_file.resolve().parent / text
    try:
        return path if path.is_file() else None
    except (OSError, ValueError):
        return None

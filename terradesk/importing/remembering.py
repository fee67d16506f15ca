"""What was chosen for a file, for the next one with the same header; no cell is ever kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from terradesk import paths
from terradesk.importing.choices import Choices, Reading
from terradesk.importing.kind import Kind
from terradesk.importing.source import Source, read_source
from terradesk.plan import Plan
from terradesk.progress import Progress, silent

MOST = 200
"""Headers that are remembered, the latest ones."""

_FILE = "imports.json"
_OF_HEADER = ("decimal", "dates", "crs")  # the rest of a Reading belongs to one file


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was chosen for a header.

    Parameters
    ----------
    roles : mapping of str to str
        Role of each column that was given another one than was recognised.
    options : mapping
        Value of each `Option` that was not its default.
    reading : Reading
        Decimal sign, order of dates and coordinate system where they were chosen.
    day : date
        When.
    """

    roles: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, bool | str | int | float] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    day: dt.date = dt.date.min

    @property
    def is_empty(self) -> bool:
        """Whether everything is as recognised."""
        return not self.roles and not self.options and self.reading == Reading()


def digest(header: Sequence[str], kind: str) -> str:
    """Name under which choices are kept: of a kind of import and the names of the columns.

    Parameters
    ----------
    header : sequence of str
        In the order of the file; capital letters and spaces do not matter.
    kind : str
        Key of the kind.
    """
    text = json.dumps([kind, [" ".join(name.split()).casefold() for name in header]])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def recall(header: Sequence[str], kind: str) -> Remembered | None:
    """What was chosen for the last file with this header; None when nothing was.

    Parameters
    ----------
    header : sequence of str
    kind : str
    """
    key = digest(header, kind)
    found = next((one for one in _load() if one.get("key") == key), None)
    return _remembered(found, header) if found is not None else None


def remember(header: Sequence[str], kind: str, chosen: Remembered) -> None:
    """Keep what was chosen for the next file; what is all as recognised is forgotten instead.

    Parameters
    ----------
    header : sequence of str
    kind : str
    chosen : Remembered
    """
    key = digest(header, kind)
    others = [one for one in _load() if one.get("key") != key]
    if chosen.is_empty:
        _save(others)
        return
    place = {name: k for k, name in enumerate(header)}
    roles = {str(place[name]): role for name, role in chosen.roles.items() if name in place}
    entry = {
        "key": key,
        "day": chosen.day.isoformat(),
        "roles": roles,
        "options": dict(chosen.options),
        "reading": {name: getattr(chosen.reading, name) for name in _OF_HEADER},
    }
    _save([entry, *others])


def forget(header: Sequence[str], kind: str) -> None:
    """Take nothing over for the next file with this header."""
    remember(header, kind, Remembered())


def chosen(
    kind: Kind, source: Source, plan: Plan | None, choices: Choices, day: dt.date
) -> Remembered:
    """What of the choices of an import differs from what is recognised.

    Parameters
    ----------
    kind : Kind
    source : Source
    plan : Plan or None
    choices : Choices
    day : date
    """
    own = {one.column: one.role for one in kind.recognise(source, plan)}
    usual = {one.key: one.default for one in kind.options(source, plan, choices)}
    reading = {name: getattr(choices.reading, name) for name in _OF_HEADER}
    return Remembered(
        {name: role for name, role in choices.roles.items() if own.get(name, role) != role},
        {k: v for k, v in choices.options.items() if k in usual and v != usual[k]},
        _reading(reading),
        day,
    )


def with_remembered(
    choices: Choices, kind: Kind, source: Source, plan: Plan | None = None
) -> Choices:
    """Choices completed by those for the last file with the same header.

    Parameters
    ----------
    choices : Choices
        What is chosen here already wins.
    kind : Kind
    source : Source
    plan : Plan or None
    """
    found = recall(tuple(source.rows.columns), kind.key)
    if found is None:
        return choices
    taken = {role for role in choices.roles.values() if role in kind.single}
    allowed = set(kind.roles) - taken
    roles = {name: role for name, role in found.roles.items() if role in allowed}
    made = replace(choices, roles={**roles, **choices.roles})
    known = {one.key for one in kind.options(source, plan, made)}
    options = {key: value for key, value in found.options.items() if key in known}
    return replace(made, options={**options, **choices.options})


def read_as_remembered(
    source: Source, kind: Kind, progress: Progress = silent
) -> tuple[Source, dt.date | None]:
    """A file read with the signs that were chosen for the last one with its header, and when.

    Parameters
    ----------
    source : Source
        As it was read first.
    kind : Kind
    progress : Progress

    Returns
    -------
    Source
        The same one where nothing is remembered, or where signs were chosen for this one.
    date or None
        None where nothing is remembered.

    Raises
    ------
    TerraDeskError
        The file cannot be read like that.
    """
    found = recall(tuple(source.rows.columns), kind.key)
    if found is None or found.is_empty:
        return source, None
    own, wanted = source.reading, found.reading
    if wanted == Reading() or own.decimal or own.dates or own.crs:
        return source, found.day
    again = replace(own, decimal=wanted.decimal, dates=wanted.dates, crs=wanted.crs)
    return read_source(source.path, again, progress), found.day


def _remembered(entry: Mapping[str, Any], header: Sequence[str]) -> Remembered | None:
    try:
        places = {int(k): str(role) for k, role in entry["roles"].items()}
        roles = {header[k]: role for k, role in places.items() if 0 <= k < len(header)}
        reading = {name: str(entry["reading"].get(name, "")) for name in _OF_HEADER}
        day = dt.date.fromisoformat(entry["day"])
        return Remembered(roles, dict(entry["options"]), _reading(reading), day)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _reading(texts: Mapping[str, str]) -> Reading:
    return Reading(decimal=texts["decimal"], dates=texts["dates"], crs=texts["crs"])


def _file() -> Path:
    return paths.data_dir() / _FILE


def _load() -> list[dict[str, Any]]:
    try:
        found = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _save(entries: list[dict[str, Any]]) -> None:
    """Write them; a memory that cannot be written must not stop an import."""
    part = _file().with_suffix(f".{os.getpid()}.part")
    try:
        part.write_text(json.dumps(entries[:MOST], ensure_ascii=False), "utf-8")
        part.replace(_file())
    except OSError:
        part.unlink(missing_ok=True)

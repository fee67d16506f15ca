"""Accounts by the names of their towns; what a name may mean is shown, not guessed silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from terradesk import geocode
from terradesk.geocode import Match, Place
from terradesk.i18n import _, compact, isolate, ngettext, number
from terradesk.readers.placing.placed import LEAVE, MOST_QUESTIONS, Placed, Question
from terradesk.readers.report import issue
from terradesk.readers.tabular.different import different

if TYPE_CHECKING:
    from terradesk.readers.placing.placer import Placer

_PARTS = ("city", "state", "country")
_COUNTED = 100  # people


def by_place_name(placer: Placer, placed: Placed, cells: Mapping[str, np.ndarray]) -> None:
    """Place what has the name of a town, in its middle.

    Parameters
    ----------
    placer : Placer
    placed : Placed
        Changed.
    cells : mapping of role to ndarray of str, shape (n,)
    """
    rows = placed.missing
    rows = rows[cells["city"][rows] != ""]
    if not len(rows):
        return
    nothing = np.full(len(rows), "", object)
    names, which = different(*(cells[p][rows] if p in cells else nothing for p in _PARTS))
    order = np.argsort(-np.bincount(which, minlength=len(names)), kind="stable")
    which = np.argsort(order, kind="stable")[which]  # names of most accounts first
    asked: list[tuple[str, str, str]] = [(a, b, c) for a, b, c in (names[k] for k in order)]
    matches = geocode.match_places(asked, placer.holds_near, placer.home)
    taken = [
        _asked(placer, placed, name, match, rows, which, k)
        for k, (name, match) in enumerate(zip(asked, matches, strict=True))
    ]
    _put(placer, placed, rows, which, taken)
    _tell(placed, rows, which, matches, taken)


def _asked(
    placer: Placer,
    placed: Placed,
    name: tuple[str, str, str],
    match: Match,
    rows: np.ndarray,
    which: np.ndarray,
    k: int,
) -> Place | None:
    """The place that is taken for a name; what is not sure becomes a question."""
    if match.kind in ("sure", "unknown"):
        return match.place
    key = "place:" + "|".join(name)
    by_key = {place_key(place): place for place in match.candidates}
    usual = place_key(match.candidates[0]) if match.place is not None else LEAVE
    picked = placer.choices.answer(key, usual)
    picked = picked if picked in by_key or picked == LEAVE else usual
    candidates = [(one, place_text(place)) for one, place in by_key.items()]
    candidates.insert(0 if usual == LEAVE else len(candidates), (LEAVE, _("Leave not placed")))
    if len(placed.questions) < MOST_QUESTIONS:
        title = isolate(", ".join(part for part in name if part))
        mine = rows[which == k]
        placed.questions.append(
            Question(key, match.kind, title, tuple(candidates), picked, mine, match.score)
        )
    return by_key.get(picked)


def place_key(place: Place) -> str:
    """A word for a place that stays the same from one reading of a file to the next."""
    return f"{place.country}.{place.region}.{place.lon:.2f}.{place.lat:.2f}"


def place_text(place: Place) -> str:
    """A place as people tell it from others of the same name."""
    region = place.region if place.country == "US" else ""
    where = ", ".join(part for part in (region, geocode.country_name(place.country)) if part)
    if place.population < _COUNTED:
        return isolate(f"{place.name}, {where}")
    text = _("{name}, {where} · {n} inhabitants")
    return text.format(name=isolate(place.name), where=isolate(where), n=compact(place.population))


def _put(
    placer: Placer,
    placed: Placed,
    rows: np.ndarray,
    which: np.ndarray,
    taken: Sequence[Place | None],
) -> None:
    points = np.array([(p.lon, p.lat) if p else (np.nan, np.nan) for p in taken], np.float64)
    lon, lat = points[which].T
    known = np.isfinite(lon)
    if known.any():
        placer.put(placed, rows[known], lon[known], lat[known], "place_name")


def _tell(
    placed: Placed,
    rows: np.ndarray,
    which: np.ndarray,
    matches: Sequence[Match],
    taken: Sequence[Place | None],
) -> None:
    has_place = np.array([place is not None for place in taken], bool)[which]
    kinds = np.array([match.kind for match in matches], object)[which]
    n = int(has_place.sum())
    if n:
        text = ngettext(
            "{n} account was placed in the middle of its town.",
            "{n} accounts were placed in the middle of their towns.",
            n,
        )
        told = text.format(n=number(n))
        placed.issues.append(issue("place_name", told, rows[has_place], level="info"))
    _tell_larger(placed, rows[has_place & (kinds == "larger")])
    _tell_misspelt(placed, rows[has_place & (kinds == "misspelt")])
    _tell_open(placed, rows[~has_place & (kinds == "open")])


def _tell_larger(placed: Placed, rows: np.ndarray) -> None:
    if not len(rows):
        return
    text = ngettext(
        "{n} account is in a town whose name others share: the largest was taken.",
        "{n} accounts are in towns whose names others share: the largest was taken.",
        len(rows),
    )
    reason = _("Several places have this name: the largest was taken")
    told = text.format(n=number(len(rows)))
    placed.issues.append(issue("place_larger", told, rows, level="info", reason=reason))


def _tell_misspelt(placed: Placed, rows: np.ndarray) -> None:
    if not len(rows):
        return
    text = ngettext(
        "The town of {n} account is misspelt: the one most like it was taken.",
        "The towns of {n} accounts are misspelt: those most like them were taken.",
        len(rows),
    )
    reason = _("Misspelt town: the one most like it was taken")
    told = text.format(n=number(len(rows)))
    placed.issues.append(issue("place_misspelt", told, rows, level="info", reason=reason))


def _tell_open(placed: Placed, undecided: np.ndarray) -> None:
    if len(undecided):
        text = ngettext(
            "{n} account is in a town that may be one of several: choose which.",
            "{n} accounts are in towns that may be one of several: choose which.",
            len(undecided),
        )
        reason = _("Several places may be meant")
        told = text.format(n=number(len(undecided)))
        placed.issues.append(
            issue("place_open", told, undecided, outcome="unplaced", reason=reason)
        )

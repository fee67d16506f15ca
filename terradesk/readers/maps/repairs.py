"""What to say about shapes that were mended, and about areas that do not fit together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import shapely

from terradesk.arcs import Cleaned
from terradesk.arcs.faults import Fault
from terradesk.i18n import N_, _, isolate, ngettext, number, percent
from terradesk.readers.report import Issue, issue

_WORST = 3  # areas that a sentence names
_KM2 = 1e6
_HAIR = 1.0  # metres

_REASONS = {
    "Self-intersection": (N_("borders that cross themselves"), N_("Its border crossed itself")),
    "Ring Self-intersection": (
        N_("borders that touch themselves"),
        N_("Its border touched itself"),
    ),
    "Hole lies outside shell": (N_("holes outside of the area"), N_("A hole lay outside of it")),
    "Holes are nested": (N_("holes within holes"), N_("A hole lay in another hole")),
    "Nested shells": (N_("parts inside other parts"), N_("A part lay inside another part")),
    "Duplicate Rings": (N_("parts that are there twice"), N_("A part was there twice")),
    "Interior is disconnected": (N_("holes that cut the area"), N_("A hole cut it into parts")),
}
_OTHER = N_("borders that are drawn wrong"), N_("Its border was drawn wrong")

Naming = Callable[[int], str]


def remarks(cleaned: Cleaned, flat: np.ndarray, rows: np.ndarray, names: Naming) -> list[Issue]:
    """Issues about cleaned shapes.

    Parameters
    ----------
    cleaned : Cleaned
    flat : (n,) object array
        The shapes before, in the CRS of the plan.
    rows : (n,) int64
        Row of the file of each.
    names : callable
        Name of a shape, by its place.
    """
    faults = wide(cleaned.faults)
    found = [
        *_repaired(cleaned, flat, rows, names),
        *_overlaps([f for f in faults if f.kind == "overlap"], rows, names),
        *_closed([f for f in faults if f.kind == "gap" and f.is_closed], rows, names),
        *_open([f for f in faults if f.kind == "gap" and not f.is_closed], rows, names),
        *_hairlines(len(cleaned.faults) - len(faults)),
        *_covered(cleaned, rows, names),
    ]
    if not cleaned.is_whole:
        text = _("The borders could not be matched; some neighbours may be missing.")
        found.append(issue("unmatched", text, n=1))
    return found


def wide(faults: Sequence[Fault]) -> list[Fault]:
    """Faults that are wider than what projecting long straight borders makes of them."""
    return [one for one in faults if one.width >= _HAIR]


def _hairlines(n: int) -> list[Issue]:
    if n == 0:
        return []
    text = ngettext(
        "{n} overlap or gap less than a metre wide was evened out.",
        "{n} overlaps and gaps less than a metre wide were evened out.",
        n,
    )
    return [issue("hairline", text.format(n=number(n)), n=n, level="info")]


def _repaired(cleaned: Cleaned, flat: np.ndarray, rows: np.ndarray, names: Naming) -> list[Issue]:
    mended = np.flatnonzero(cleaned.repaired & ~shapely.is_missing(flat))
    if not len(mended):
        return []
    drawn = np.abs(shapely.area(flat[mended]))
    change = cleaned.mended[mended]
    share = np.abs(change) / np.where(drawn > 0, drawn, np.inf)
    worst = np.argsort(-share, kind="stable")[:_WORST]
    listed = ", ".join(
        f"{isolate(names(int(mended[k])))} {percent(change[k] / drawn[k], 2)}"
        for k in worst
        if share[k] >= 5e-5
    )
    out: list[Issue] = []
    said = shapely.is_valid_reason(flat[mended])
    kinds = np.array([str(text).partition("[")[0] for text in said], object)
    for kind in dict.fromkeys(kinds.tolist()):
        own = mended[kinds == kind]
        text = ngettext("Repaired {n} shape: {why}.", "Repaired {n} shapes: {why}.", len(own))
        why, reason = (_(said) for said in _REASONS.get(kind, _OTHER))
        told = text.format(n=number(len(own)), why=why)
        if listed and not out:
            told += " " + _("Areas changed most: {areas}.").format(areas=listed)
        out.append(issue("repaired", told, rows[own], None, "info", "repaired", reason))
    return out


def _of(faults: list[Fault], rows: np.ndarray) -> np.ndarray:
    """Rows of the file that some faults concern."""
    every = sorted({place for one in faults for place in one.rows})
    return rows[np.array(every, np.int64)] if every else np.empty(0, np.int64)


def _named(fault: Fault, names: Naming) -> str:
    shown = [isolate(names(place)) for place in fault.rows[:_WORST]]
    more = " …" if len(fault.rows) > _WORST else ""
    return ", ".join(shown) + more


def area_text(m2: float) -> str:
    """A surface area in words, in km² or m²."""
    if m2 < _KM2 / 10:
        return _("{n} m²").format(n=number(m2, 0))
    return _("{n} km²").format(n=number(m2 / _KM2, 0 if m2 >= 100 * _KM2 else 2))


def _overlaps(faults: list[Fault], rows: np.ndarray, names: Naming) -> list[Issue]:
    if not faults:
        return []
    text = ngettext(
        "{n} pair of areas overlapped, on {area} in all; most: {areas}. The smaller area kept "
        "the common part.",
        "{n} pairs of areas overlapped, on {area} in all; most: {areas}. The smaller area kept "
        "the common part.",
        len(faults),
    )
    told = _filled(text, faults, names) + _slivers(faults)
    reason = _("Overlapped with another area; the smaller one kept the common part")
    return [issue("overlap", told, _of(faults, rows), len(faults), "info", "repaired", reason)]


def _closed(faults: list[Fault], rows: np.ndarray, names: Naming) -> list[Issue]:
    if not faults:
        return []
    text = ngettext(
        "Closed {n} narrow gap of {area} between areas: {areas}.",
        "Closed {n} narrow gaps of {area} in all between areas; the largest: {areas}.",
        len(faults),
    )
    reason = _("A narrow gap beside it was closed")
    told = _filled(text, faults, names)
    return [issue("gap", told, _of(faults, rows), len(faults), "info", "repaired", reason)]


def _open(faults: list[Fault], rows: np.ndarray, names: Naming) -> list[Issue]:
    if not faults:
        return []
    text = ngettext(
        "{n} place of {area} between areas belongs to none: between {areas}.",
        "{n} places of {area} in all between areas belong to none; the largest: {areas}.",
        len(faults),
    )
    told = _filled(text, faults, names) + _slivers(faults)
    reason = _("Beside a place that belongs to no area")
    return [issue("open", told, _of(faults, rows), len(faults), "info", "", reason)]


def _filled(text: str, faults: list[Fault], names: Naming) -> str:
    return text.format(
        n=number(len(faults)),
        area=area_text(sum(one.area for one in faults)),
        areas=_named(faults[0], names),
    )


def _slivers(faults: list[Fault]) -> str:
    thin = sum(one.is_sliver for one in faults)
    if not thin:
        return ""
    if len(faults) == 1:
        return " " + _("It is a sliver: two drawings of one border.")
    text = ngettext(
        "{n} of them is a sliver: two drawings of one border.",
        "{n} of them are slivers: two drawings of one border.",
        thin,
    )
    return " " + text.format(n=number(thin))


def _covered(cleaned: Cleaned, rows: np.ndarray, names: Naming) -> list[Issue]:
    lost = np.flatnonzero(cleaned.lost)
    if not len(lost):
        return []
    text = ngettext(
        "{n} area is covered by others or too narrow, and has no shape of its own: {areas}.",
        "{n} areas are covered by others or too narrow, and have no shape of their own: {areas}.",
        len(lost),
    )
    shown = ", ".join(isolate(names(int(k))) for k in lost[:_WORST])
    reason = _("Covered by other areas, or too narrow: without a shape of its own")
    told = text.format(n=number(len(lost)), areas=shown + (" …" if len(lost) > _WORST else ""))
    return [issue("covered", told, rows[lost], reason=reason)]

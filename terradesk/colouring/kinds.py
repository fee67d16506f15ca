"""Colour by kind: a column of words of the areas, or what most accounts of an area are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from terradesk import palettes
from terradesk import records as rec
from terradesk.colouring.classes import Rules
from terradesk.colouring.kept import kept
from terradesk.colouring.model import Choice, Colouring, Look, Way
from terradesk.colouring.patterns import neighbour_patterns
from terradesk.columns import Columned
from terradesk.edits.colours import met
from terradesk.i18n import _
from terradesk.plan import AlignmentView, Plan
from terradesk.render.filling import N_PATTERNS
from terradesk.render.scene import Classes

__all__ = ["GROUP", "KIND", "MOST_KINDS", "SEGMENT"]

MOST_KINDS = 12
"""How many kinds have a colour of their own; all further ones are "other"."""

_GROUP_ROLES = ("state", "county")
_NOT_KINDS = ("id", "code", "name", "street", "email", "phone")
_LOOKED_AT, _TOO_MANY = 2000, 100
_MOST_CELLS = 20_000_000  # from here on counting needs too much memory
_OTHER = ("#C9CBCE", "#565C64")
_Numbered = tuple[np.ndarray, list[str]]


def numbered(values: np.ndarray) -> _Numbered:
    """A number for each text, and the texts by number; -1 for an empty one."""

    def make() -> _Numbered:
        numbers: dict[str, int] = {}
        codes = np.array(
            [numbers.setdefault(v, len(numbers)) if v else -1 for v in _texts(values)], np.int32
        )
        return codes, list(numbers)

    return kept(values, "numbered", make)


def _texts(values: np.ndarray) -> list[str]:
    return [v.strip() if isinstance(v, str) else "" for v in values.tolist()]


def _is_kind(values: np.ndarray) -> bool:
    """Whether a column says the same of several rows."""

    def look() -> bool:
        first = [v for v in _texts(values[:_LOOKED_AT]) if v]
        n = len(set(first))
        return 2 <= n <= _TOO_MANY and (n <= MOST_KINDS or 2 * n <= len(first))

    return values.dtype == object and kept(values, "is a kind", look)


def _columns(plan: Plan, table: str) -> Iterator[tuple[str, str, str]]:
    """Name, text and role of the columns of words that may mean a kind."""
    meant = {c.name: c for c in plan.rows(rec.Column) if c.table == table}
    owner: Columned = plan.units if table == "units" else plan.accounts
    for name, values in owner.columns.items():
        meaning = meant.get(name)
        role = meaning.role if meaning else "text"
        if name.partition("_")[0] in _GROUP_ROLES and role == "text":
            role = name.partition("_")[0]
        if role not in _NOT_KINDS and _is_kind(values):
            yield name, (meaning.label if meaning else "") or name, role


def _unit_columns(view: AlignmentView, are_groups: bool) -> Iterator[tuple[str, str]]:
    if view.plan.arcs is not None:
        for name, text, role in _columns(view.plan, "units"):
            if (role in _GROUP_ROLES) == are_groups:
                yield name, text


# ------------------------------------------------------------------ states and the like
def _group_choices(view: AlignmentView) -> Iterator[Choice]:
    for name, text in _unit_columns(view, True):
        yield Choice(f"group:{name}", text, _("Kinds of areas"))


def _by_group(view: AlignmentView, key: str, look: Look, _rules: Rules | None) -> Colouring | None:
    """All of them: neighbours differ, and the legend scrolls."""
    names = dict(_unit_columns(view, True))
    if key not in names or view.plan.arcs is None:
        return None
    codes, texts = numbered(view.plan.units.columns[key])
    codes = np.where(view.plan.units_present, codes, -1)
    values = view.plan.units.columns[key]

    def make() -> list[int]:
        pairs = met(view.plan, codes)
        return palettes.neighbour_colours(pairs, len(texts), rounds=0).tolist()

    fills = kept(values, ("fills", len(codes)), make)
    order = sorted(range(len(texts)), key=lambda k: texts[k].casefold())
    own = [fills[k] for k in order]
    hatches: Sequence[int] = ()
    if look.wants_patterns:
        found = neighbour_patterns(met(view.plan, codes), np.array(fills) % N_PATTERNS)
        hatches = [*found[order].tolist(), 0]
    return _by_kind(view, names[key], codes, order, texts, own, look, hatches)


GROUP = Way("group", _group_choices, _by_group)


# ------------------------------------------------------------------ other words
def _kind_choices(view: AlignmentView) -> Iterator[Choice]:
    for name, text in _unit_columns(view, False):
        yield Choice(f"kind:{name}", text, _("Kinds of areas"))


def _by_word(view: AlignmentView, key: str, look: Look, _rules: Rules | None) -> Colouring | None:
    names = dict(_unit_columns(view, False))
    if key not in names:
        return None
    codes, texts = numbered(view.plan.units.columns[key])
    codes = np.where(view.plan.units_present, codes, -1)
    return _largest(view, names[key], codes, texts, look)


KIND = Way("kind", _kind_choices, _by_word)


def _segment_choices(view: AlignmentView) -> Iterator[Choice]:
    if view.plan.arcs is not None:
        for name, text, _role in _columns(view.plan, "accounts"):
            title = _("Most accounts: {column}").format(column=text)
            yield Choice(f"segment:{name}", title, _("Kinds of accounts"))


def _by_segment(
    view: AlignmentView, key: str, look: Look, _rules: Rules | None
) -> Colouring | None:
    plan = view.plan
    names = {name: text for name, text, _role in _columns(plan, "accounts")}
    if key not in names or plan.arcs is None:
        return None
    codes, texts = numbered(plan.accounts.columns[key])
    here = plan.accounts_present & (plan.accounts.unit >= 0) & (codes >= 0)
    most = _most(plan.accounts.unit[here], codes[here], len(plan.units), len(texts))
    title = _("Most accounts: {column}").format(column=names[key])
    return _largest(view, title, np.where(plan.units_present, most, -1), texts, look)


def _most(units: np.ndarray, codes: np.ndarray, n_units: int, n: int) -> np.ndarray:
    """Most frequent code in each unit, -1 for none; of equals the one that is more frequent at all.

    Parameters
    ----------
    units, codes : (k,) int
    """
    out = np.full(n_units, -1, np.int32)
    if not len(units):
        return out
    order = np.argsort(-np.bincount(codes, minlength=n), kind="stable")
    rank = np.argsort(order)
    pairs = units.astype(np.int64) * n + rank[codes]
    if n_units * n <= _MOST_CELLS:
        counts = np.bincount(pairs, minlength=n_units * n).reshape(n_units, n)
        some = counts.any(axis=1)
        out[some] = order[counts[some].argmax(axis=1)]
        return out
    found, number = np.unique(pairs, return_counts=True)
    unit, code = np.divmod(found, n)
    last = np.lexsort((-code, number, unit))
    out[unit[last]] = order[code[last]]  # the last of each unit stays
    return out


SEGMENT = Way("segment", _segment_choices, _by_segment)


# ------------------------------------------------------------------ colours
def _largest(
    view: AlignmentView, title: str, codes: np.ndarray, texts: Sequence[str], look: Look
) -> Colouring:
    """The most frequent kinds with colours as unlike as can be, the others together."""
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    shown = sorted(np.flatnonzero(counts).tolist(), key=lambda k: (-counts[k], texts[k]))
    shown = shown[: MOST_KINDS + (len(shown) == MOST_KINDS + 1)]
    fills = palettes.category_order()[: len(shown)]
    n = len(shown) + 1
    hatches = [k % N_PATTERNS for k in range(n)] if look.wants_patterns else ()
    return _by_kind(view, title, codes, shown, texts, fills, look, hatches)


def _by_kind(
    view: AlignmentView,
    title: str,
    codes: np.ndarray,
    shown: Sequence[int],
    texts: Sequence[str],
    fills: Sequence[int],
    look: Look,
    hatches: Sequence[int],
) -> Colouring:
    class_of = np.full(len(texts) + 1, len(shown), np.int32)
    class_of[list(shown)] = np.arange(len(shown))
    class_of[-1] = -1
    classes = class_of[codes]
    light, dark = (palettes.territory_colours(d, look.palette) for d in (False, True))
    n = len(shown) + 1
    return Colouring(
        Classes(
            classes,
            ([light[f] for f in fills] + [_OTHER[0]], [dark[f] for f in fills] + [_OTHER[1]]),
            [*(texts[k] for k in shown), _("Other") if (classes == len(shown)).any() else ""],
            of_units=True,
            counts=np.bincount(classes[classes >= 0], minlength=n).tolist(),
            hatches=hatches,
            n_none=int((view.plan.units_present & (classes < 0)).sum()),
            is_ordered=False,
        ),
        title,
    )

"""How accounts look: size by a measure, shape and colour by a column of words; kept in the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk import measures
from terradesk import records as rec
from terradesk.colouring.kinds import numbered
from terradesk.edits import Edit
from terradesk.edits.scenarios import set_setting
from terradesk.i18n import N_, _
from terradesk.plan import Plan
from terradesk.render.legend import LegendEntry
from terradesk.render.symbols import CLASS_COLOURS, SHAPES

__all__ = [
    "CLASS",
    "SAME",
    "SIZE",
    "Classes",
    "class_columns",
    "class_edit",
    "classes",
    "entries",
    "size_edit",
    "size_measure",
    "size_measures",
]

SIZE, CLASS = "accounts.size", "accounts.class"
"""Settings of a plan: uid of a measure (or `SAME`), and name of a column."""

SAME = "same"
_NOT_CLASSES = ("id", "code", "name", "street", "email", "phone", "postcode")
_LOOKED_AT, _TOO_MANY = 2000, 60


@dataclass(frozen=True, eq=False)
class Classes:
    """Classes of the accounts.

    Parameters
    ----------
    title : str
    kinds : (n_accounts,) uint8
        0 to 7, 8 for all others.
    texts : tuple of str
    counts : tuple of int
        Present accounts of each class, and of the others.
    """

    title: str
    kinds: np.ndarray
    texts: tuple[str, ...]
    counts: tuple[int, ...]


def size_measures(plan: Plan) -> list[rec.Measure]:
    """Measures that may size the symbols."""
    return [m for m in measures.choices(plan) if m.source == "accounts"]


def size_measure(plan: Plan) -> rec.Measure | None:
    """What sizes the symbols; None when all are the same."""
    chosen, found = plan.setting(SIZE), size_measures(plan)
    if chosen == SAME or not found:
        return None
    return next((m for m in found if m.uid == chosen), found[0])


def class_columns(plan: Plan) -> list[tuple[str, str]]:
    """(name, text) of the columns of accounts that may mean a class."""
    meant = {c.name: c for c in plan.rows(rec.Column) if c.table == "accounts"}
    out = []
    for name, values in plan.accounts.columns.items():
        meaning = meant.get(name)
        if (meaning and meaning.role in _NOT_CLASSES) or not _is_class(values):
            continue
        out.append((name, (meaning.label if meaning else "") or name))
    return out


def _is_class(values: np.ndarray) -> bool:
    if values.dtype != object:
        return False
    first = [v.strip() for v in values[:_LOOKED_AT].tolist() if isinstance(v, str) and v.strip()]
    n = len(set(first))
    return 2 <= n <= _TOO_MANY and (n <= len(SHAPES) or 2 * n <= len(first))


def classes(plan: Plan) -> Classes | None:
    """Classes of the column that was chosen; None without one."""
    names = dict(class_columns(plan))
    chosen = plan.setting(CLASS)
    if chosen not in names:
        return None
    codes, texts = numbered(plan.accounts.columns[chosen])
    present = plan.accounts_present
    counts = np.bincount(codes[present & (codes >= 0)], minlength=len(texts))
    largest = np.argsort(-counts, kind="stable")[: len(SHAPES)]
    kind_of = np.full(len(texts) + 1, len(SHAPES), np.uint8)
    kind_of[largest] = np.arange(len(largest))
    kinds = kind_of[codes]  # -1 is the last entry: no word
    n_each = np.bincount(kinds[present], minlength=len(SHAPES) + 1)
    shown = (*(int(n_each[k]) for k in range(len(largest))), int(n_each[-1]))
    return Classes(names[chosen], kinds, tuple(texts[k] for k in largest), shown)


def class_edit(plan: Plan, name: str) -> Edit | None:
    """Colour the symbols by a column, "" by none; None when they are."""
    text = dict(class_columns(plan)).get(name, "")
    msgid = N_("Coloured the accounts by {a}") if name else N_("Coloured all accounts the same")
    return set_setting(plan, CLASS, name, msgid, a=text)


def size_edit(plan: Plan, uid: str) -> Edit | None:
    """Size the symbols by a measure, or all the same (`SAME`); None when they are."""
    measure = next((m for m in size_measures(plan) if m.uid == uid), None)
    msgid = N_("Sized the accounts by {a}") if measure else N_("Drew all accounts in one size")
    return set_setting(plan, SIZE, uid, msgid, a=measure.name if measure else "")


def entries(measure: rec.Measure | None, found: Classes | None, dark: bool) -> list[LegendEntry]:
    """Lines of the legend about the accounts.

    Parameters
    ----------
    measure : Measure or None
        What the symbols are sized by.
    found : Classes or None
    dark : bool
    """
    first = [LegendEntry("accounts", measure.name if measure else _("Accounts"))]
    if found is None:
        return first
    pairs = zip(found.texts, found.counts, strict=False)
    out = [
        LegendEntry("point", text, CLASS_COLOURS[int(dark)][k], n, shape=SHAPES[k])
        for k, (text, n) in enumerate(pairs)
    ]
    if found.counts[-1]:
        out.append(LegendEntry("point", _("Other"), "", found.counts[-1]))
    return (first if measure else []) + out

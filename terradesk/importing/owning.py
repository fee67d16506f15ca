"""Accounts and territories by what a list calls them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

import numpy as np

from terradesk import records as rec
from terradesk.accounts import Accounts
from terradesk.importing.updating.matching import folded
from terradesk.plan import AlignmentView, Plan

_NEAR = 70.0
_MOST = 4


def account_rows(plan: Plan, ids: Iterable[str]) -> np.ndarray:
    """(n,) int64 row of the present account of each number, -1 for none.

    As written, else without regard to case, zeros in front and ``.0``.
    """
    exact, loose = _numbers(plan)
    found = [exact.get(text, loose.get(_loose(text), -1)) if text else -1 for text in ids]
    return np.array(found, np.int64)


_Known = tuple[object, dict[str, int], dict[str, int]]
_KNOWN: WeakKeyDictionary[Accounts, _Known] = WeakKeyDictionary()


def _numbers(plan: Plan) -> tuple[dict[str, int], dict[str, int]]:
    """Row by number as written and loosely; kept: each column of a file is compared with them."""
    kept = _KNOWN.get(plan.accounts)
    if kept is not None and kept[0] == plan.hidden:
        return kept[1], kept[2]
    own = plan.accounts.ids.tolist()
    exact: dict[str, int] = {}
    loose: dict[str, int] = {}
    for row in np.flatnonzero(plan.accounts_present).tolist():
        exact.setdefault(own[row], row)
        key = _loose(own[row])
        loose[key] = -1 if key in loose else row
    _KNOWN[plan.accounts] = (plan.hidden, exact, loose)
    return exact, loose


def _loose(text: str) -> str:
    small = text.strip().casefold().removesuffix(".0")
    return small.lstrip("0") or small[:1]


class Names:
    """Finds territories of an alignment by their names, or by those of their reps.

    Parameters
    ----------
    view : AlignmentView
    """

    def __init__(self, view: AlignmentView) -> None:
        self.names = [node.name for node in view.leaves]
        self._exact = {node.name: node.id for node in view.leaves}
        self._folded = _unique((folded(node.name), node.id) for node in view.leaves)
        of_rep: list[tuple[str, int]] = []
        for territory, rep in view.owners.items():
            of_rep += [(folded(text), territory) for text in (rep.name, rep.email) if text]
        self._reps = _unique(of_rep)

    def find(self, text: str) -> int:
        """Id of the territory that is called so, or whose owner is; 0 for none."""
        if text in self._exact:
            return self._exact[text]
        key = folded(text)
        return self._folded.get(key, 0) or self._reps.get(key, 0)

    def near(self, text: str) -> list[str]:
        """Names that are written alike, the most alike first."""
        from rapidfuzz import fuzz, process

        by_key = {folded(name): name for name in self.names}
        found = process.extract(
            folded(text), list(by_key), scorer=fuzz.WRatio, limit=_MOST, score_cutoff=_NEAR
        )
        return [by_key[key] for key, _score, _place in found]


def _unique(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    out: dict[str, int] = {}
    for key, value in pairs:
        out[key] = 0 if key in out and out[key] != value else value
    return out


def reps_by_key(plan: Plan) -> Mapping[str, rec.Rep]:
    """Reps by e-mail address and by name, both folded; those two share are left out."""
    out: dict[str, rec.Rep | None] = {}
    for rep in plan.rows(rec.Rep):
        for key in {folded(rep.name), rep.email.strip().casefold()} - {""}:
            out[key] = None if key in out else rep
    return {key: rep for key, rep in out.items() if rep is not None}

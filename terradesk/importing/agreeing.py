"""How sure a column has a role: by words of its header, by its cells, by what a plan knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np

from terradesk.i18n import _
from terradesk.importing.evidence import Evidence
from terradesk.importing.evidence_cells import mail_domains
from terradesk.importing.periods import iso_date
from terradesk.importing.roles import Fit, said, share_text
from terradesk.readers.tabular.numbers import number

_DATES = frozenset(("until", "start", "end", "hired"))
_PEOPLE = frozenset(("name", "manager", "rep", "owner"))
_COLOUR = re.compile(r"#?[0-9a-f]{6}|#[0-9a-f]{3}|[^\W\d_ ]+(?: [^\W\d_]+)?", re.IGNORECASE)
_LONG = 80  # letters of a name at most
_ENOUGH = 0.9


def agree(role: str, cells: Iterable[str]) -> float:
    """Share of some cells that can be what a role says, 0 ... 1.

    Parameters
    ----------
    role : str
        Of a list of territories, people or owners; any other is a short text.
    cells : iterable of str
        Filled ones.
    """
    fits = _can_be(role)
    found = [fits(cell.strip()) for cell in cells]
    return float(np.mean(found)) if found else 0.0


def _can_be(role: str) -> Callable[[str], bool]:
    if role in _DATES:
        return lambda cell: bool(iso_date(cell))
    if role == "email":
        return lambda cell: bool(mail_domains([cell]))
    if role == "share":
        return lambda cell: number(cell, ".") is not None or number(cell, ",") is not None
    if role == "colour":
        return lambda cell: bool(_COLOUR.fullmatch(cell))
    if role in ("reason", "note"):
        return lambda cell: not iso_date(cell)
    if role in _PEOPLE:
        return lambda cell: any(c.isalpha() for c in cell) and _is_label(cell)
    return _is_label


def _is_label(cell: str) -> bool:
    """Whether a text may be a name or a number of something, and is no date and no amount."""
    if len(cell) > _LONG or iso_date(cell):
        return False
    return cell.isdigit() or any(c.isalpha() for c in cell) or "-" in cell


class Headed:
    """Fits for `terradesk.importing.roles.recognised`, with the reason for each.

    Parameters
    ----------
    found : Evidence
    """

    def __init__(self, found: Evidence) -> None:
        self.found = found
        self._reasons: dict[tuple[str, str], str] = {}

    def fit(self, role: str, entries: str, *whats: str) -> Fit:
        """A fit by header and cells; 0.8 and more only where both agree or the plan knows them.

        Parameters
        ----------
        role : str
        entries : str
            Words of headers, as in `terradesk.readers.words`.
        whats : str
            What the plan may know the cells as; see `Evidence.share`.
        """

        def score(name: str, cells: np.ndarray) -> float:
            if not len(cells):
                return 0.0
            header = said(name, entries)
            known = max((self.found.share(what, name) for what in whats), default=0.0)
            by_cells = agree(role, cells.tolist()) if header else 0.0
            best = header * (0.6 + 0.33 * by_cells)
            self._reasons[role, name] = _reason(header, by_cells)
            if known >= 0.5:
                self._reasons[role, name] = share_text(known)
                best = max(best, 0.7 * known) + 0.2 * known * header
            return min(best, 1.0)

        return score

    def known(self, role: str, what: str, entries: str, least: float) -> Fit:
        """A fit of keys: nothing where the plan knows less than a share of the cells."""

        def score(name: str, cells: np.ndarray) -> float:
            share = self.found.share(what, name) if len(cells) else 0.0
            if share < least:
                return 0.0
            self._reasons[role, name] = share_text(share)
            return share * (0.85 + 0.15 * said(name, entries))

        return score

    def why(self, role: str, name: str) -> str:
        """The reason for a role of a column, translated; empty for none."""
        return self._reasons.get((role, name), "")

    def tell(self, role: str, name: str, reason: str) -> None:
        """Keep a reason of one's own."""
        self._reasons[role, name] = reason


def _reason(header: float, by_cells: float) -> str:
    if not header:
        return ""
    if by_cells < _ENOUGH:
        return _("The heading is a usual word for this, but not all cells fit.")
    if header < 1:
        return _("The heading holds a usual word for this.")
    return _("The heading is a usual word for this, and the cells fit.")

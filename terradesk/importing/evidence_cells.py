"""What cells look like, and whether a plan knows them: asked for a sample of cells only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np

from terradesk.importing.owning import account_rows
from terradesk.plan import Plan
from terradesk.readers import words

Knows = Callable[[list[str]], np.ndarray]
"""(n,) bool: which of some cells are known."""

_LONGEST = 200  # letters of a cell that patterns look at: they take the square of it
_MAIL = re.compile(r"[^@\s,;]+@([^@\s,;]+\.[a-z]{2,})", re.IGNORECASE)
_FREE_MAILS = """
    gmail.com googlemail.com yahoo.com hotmail.com outlook.com live.com icloud.com gmx.de web.de
    gmx.net wp.pl onet.pl interia.pl o2.pl orange.fr free.fr wanadoo.fr aol.com t-online.de
    telia.com msn.com proton.me"""
_FREE = frozenset(_FREE_MAILS.split())
_SPREAD = re.compile(r".*\d.*(?:[-–—,;|*]|\.\.|\b(?:to|thru|bis|do|à)\b|xx).*", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_OF_ROWS = """
    updated update modified changed created since until visit visited hired born birth expiry
    stand geandert aktualisiert seit bis erstellt modifie maj creation depuis zmiany
    aktualizacji utworzono od uppdaterad andrad skapad sedan"""
_NEWS = frozenset(_OF_ROWS.split())
_FEW = 50_000  # accounts up to which all their numbers are written loosely


def differs(cells: np.ndarray) -> float:
    """Share of some cells that are different, 0 ... 1; 0 where there are none."""
    return len(set(cells.tolist())) / len(cells) if len(cells) else 0.0


def mail_domains(cells: Iterable[str]) -> list[str]:
    """Domain of each e-mail address; those that anybody may have are each another one."""
    short = (cell.strip() for cell in cells if len(cell) <= _LONGEST)
    found = [match[1].casefold() for cell in short if (match := _MAIL.fullmatch(cell))]
    return [f"{domain}/{k}" if domain in _FREE else domain for k, domain in enumerate(found)]


def is_spread(cells: list[str]) -> bool:
    """Whether many cells hold lists or ranges of codes: 10115-10999."""
    return sum(bool(_SPREAD.fullmatch(cell[:_LONGEST])) for cell in cells) > 0.3 * len(cells)


def is_coarse(cells: list[str]) -> bool:
    """Whether periods are more than years, which any number may be."""
    return sum(bool(_YEAR.fullmatch(cell)) for cell in cells) < 0.5 * len(cells)


def booked_days(header: str, fit: float) -> float:
    """How likely days tell when something was booked: not when a row was changed.

    Parameters
    ----------
    header : str
    fit : float
        How well it says a period.
    """
    return 0.0 if _NEWS & set(words.plain(header).split()) else fit


def known_numbers(plan: Plan, cells: list[str]) -> np.ndarray:
    """(n,) bool: cells that are numbers of present accounts.

    As written, else without regard to case, zeros in front and ``.0``; of very many accounts the
    ways a number may be written are looked for instead of rewriting all of theirs.
    """
    if len(plan.accounts) <= _FEW:
        return account_rows(plan, cells) >= 0
    own = _own(plan, "ids")
    widths = {len(text) for text in own[:: max(len(own) // 500, 1)]}
    forms = {cell: _written(cell, widths) for cell in set(cells)}
    return _found(forms, own, cells)


def known_texts(plan: Plan, cells: list[str]) -> np.ndarray:
    """(n,) bool: cells that are names of present accounts, in any case."""
    own = _own(plan, "names")
    if len(plan.accounts) <= _FEW:
        known = {text.casefold() for text in own} - {""}
        return np.array([cell.casefold() in known for cell in cells], bool)
    forms = {c: {c, c.upper(), c.title(), c.lower(), c.capitalize()} for c in set(cells)}
    return _found(forms, own, cells)


def _own(plan: Plan, name: str) -> list[str]:
    present = plan.accounts_present
    values: np.ndarray = getattr(plan.accounts, name)
    found: list[str] = (values if present.all() else values[present]).tolist()
    return found


def _written(cell: str, widths: set[int]) -> set[str]:
    bare = cell.strip().removesuffix(".0")
    short = bare.lstrip("0")
    forms = {cell, bare, bare.upper(), bare.lower(), short}
    if bare.isdigit():
        forms |= {short.zfill(width) for width in widths}
    return forms - {""}


def _found(forms: dict[str, set[str]], own: list[str], cells: list[str]) -> np.ndarray:
    known = {form for found in forms.values() for form in found}.intersection(own)
    is_known = {cell: not known.isdisjoint(found) for cell, found in forms.items()}
    return np.array([is_known[cell] for cell in cells], bool)

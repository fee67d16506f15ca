"""What the cells of a file have to do with a plan: found out once for all kinds of import.

Everything is told by a sample of each column, so that a million rows cost no more than some
thousand.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from weakref import ref

import numpy as np

from terradesk import geocode
from terradesk import records as rec
from terradesk.importing.evidence_cells import (
    Knows,
    booked_days,
    differs,
    is_coarse,
    is_spread,
    known_numbers,
    known_texts,
    mail_domains,
)
from terradesk.importing.periods import iso_date, named_period, period
from terradesk.importing.projecting import with_metres
from terradesk.importing.regions import with_regions
from terradesk.importing.roles import said
from terradesk.importing.source import Source
from terradesk.importing.territory_words import WORDS
from terradesk.importing.updating.matching import folded
from terradesk.plan import Plan
from terradesk.readers import recognise
from terradesk.readers.matching import unit_rows
from terradesk.readers.recognising import ColumnGuess
from terradesk.readers.tabular.text_columns import some_cells

PLACES = ("lat", "street", "postcode", "city", "unit_code")
PERIODS = """
    period; month; quarter; year; date; order date; invoice date; booking date; posting date;
    fiscal period; mois; annee; trimestre; date de facture; date de commande; miesiac; rok;
    kwartal; data; data faktury; data sprzedazy; manad; kvartal; ar; datum; fakturadatum;
    orderdatum; monat; jahr; quartal; rechnungsdatum; bestelldatum; buchungsdatum; ماه; سال;
    فصل; تاریخ; تاریخ فاکتور"""
REPS = f"{WORDS['rep']}; rep name; employee; mitarbeiter; pracownik; medarbetare"
"""Words in headers of columns of people."""
_FIGURES = ("amount", "rate")
_SAMPLE = 400
_FEW = 5000  # names of areas that are compared without their accents
_ENOUGH = 0.9


class Evidence:
    """What a file shows, and how much of it a plan knows.

    Parameters
    ----------
    source : Source
    plan : Plan or None
    """

    def __init__(self, source: Source, plan: Plan | None) -> None:
        self._source, self.plan = ref(source), plan  # the source keeps this: no cycle
        self.names = tuple(source.rows.columns)

    @property
    def source(self) -> Source:
        """The file, which whoever asks holds."""
        found = self._source()
        assert found is not None
        return found

    # ------------------------------------------------------------------ the file alone
    @cached_property
    def cells(self) -> dict[str, np.ndarray]:
        """Some of the filled cells of each column, from all over it."""
        columns = self.source.rows.columns
        some = {name: some_cells(columns, name, _SAMPLE) for name in self.names}
        return {name: cells[cells != ""] for name, cells in some.items()}

    @cached_property
    def guesses(self) -> dict[str, ColumnGuess]:
        """What each column means to a list of customers; states, countries and metres too."""
        found = guessed(self.source, self.plan)
        return {guess.name: guess for guess in found}

    @cached_property
    def role_columns(self) -> dict[str, str]:
        """Column of each role of `guesses`, the first one of roles that several have."""
        out: dict[str, str] = {}
        for guess in self.guesses.values():
            out.setdefault(guess.role, guess.name)
        return out

    @cached_property
    def places(self) -> set[str]:
        """Roles that tell where something is; an area code of the map is one."""
        found = {role for role in PLACES if role in self.role_columns}
        found |= {"unit_code"} if self.best("unit_code")[1] >= 0.5 else set()
        return found | ({"lat"} if self.source.has_points else set())

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """Columns of amounts and rates."""
        keys = {self.best(what)[0] for what in ("account", "unit_code") if self.best(what)[1] > 0.5}
        return tuple(
            name
            for name, guess in self.guesses.items()
            if guess.role in _FIGURES and name not in keys
        )

    def differing(self, name: str) -> float:
        """Share of the filled cells of a column that are different, 0 ... 1."""
        return differs(self.cells[name]) if name in self.cells else 0.0

    def is_number(self, name: str) -> bool:
        """Whether a column holds numbers."""
        return self.guesses[name].kind == "number"

    # ------------------------------------------------------------------ periods
    @cached_property
    def period_column(self) -> tuple[str, float]:
        """Column that most likely tells when something was booked, and how sure that is."""
        found = [(self.period_fit(name), name) for name in self.names]
        best, name = max(found, default=(0.0, ""), key=lambda one: one[0])
        return (name, best) if best > 0 else ("", 0.0)

    @cached_property
    def dated_headers(self) -> tuple[str, ...]:
        """Columns of figures whose headers are periods: Jan 2026."""
        return tuple(n for n in self.names if self.is_number(n) and named_period(n)[1])

    def period_fit(self, name: str) -> float:
        """How surely a column tells when something was booked, 0 ... 1."""
        cells = self.cells[name][:100].tolist()
        if not cells or sum(bool(period(cell)) for cell in cells) < _ENOUGH * len(cells):
            return 0.0
        header = said(name, PERIODS)
        if sum(bool(iso_date(cell)) for cell in cells) > len(cells) / 2:
            return booked_days(name, header)
        return 0.7 + 0.3 * header if is_coarse(cells) else header

    # ------------------------------------------------------------------ people
    @cached_property
    def mails(self) -> tuple[str, float, float]:
        """Column of e-mail addresses, share of addresses, share of those of one company."""
        best = ("", 0.0, 0.0)
        for name, cells in self.cells.items():
            found = mail_domains(cells.tolist())
            share = len(found) / max(len(cells), 1)
            if share > max(best[1], 0.5):
                one = max(map(found.count, set(found))) / len(found) if len(found) > 1 else 0.0
                best = name, share, one
        return best

    # ------------------------------------------------------------------ what the plan knows
    def share(self, what: str, name: str) -> float:
        """Share of the filled cells of a column that the plan knows, 0 ... 1.

        Parameters
        ----------
        what : {"account", "account_name", "unit_code", "unit_name", "territory", "rep"}
        name : str
            Column.
        """
        return self._shares(what).get(name, 0.0)

    def best(self, what: str) -> tuple[str, float]:
        """The column of which the plan knows most, and the share; "" when it knows none."""
        shares = self._shares(what)
        name = max(shares, key=lambda one: shares[one], default="")
        return (name, shares[name]) if name and shares[name] > 0 else ("", 0.0)

    def _shares(self, what: str) -> dict[str, float]:
        found: dict[str, float] = getattr(self, f"_{what}_shares") if self.plan else {}
        return found

    @cached_property
    def _account_shares(self) -> dict[str, float]:
        assert self.plan is not None
        if not len(self.plan.accounts):
            return {}
        columns = [name for name in self.names if not self._is_amount(name)]
        return self._each(columns, lambda cells: known_numbers(self._known_plan, cells))

    @cached_property
    def _account_name_shares(self) -> dict[str, float]:
        assert self.plan is not None
        if not len(self.plan.accounts):
            return {}
        columns = [name for name in self.names if self.guesses[name].kind == "text"]
        return self._each(columns, lambda cells: known_texts(self._known_plan, cells))

    @cached_property
    def _unit_code_shares(self) -> dict[str, float]:
        if not self._has_units:
            return {}
        columns = [name for name in self.names if not self._is_amount(name)]
        shares = self._each(columns, self._knows_codes)
        if max(shares.values(), default=0.0) < 0.3:
            spread = [name for name in columns if is_spread(self.cells[name].tolist())]
            shares |= self._each(spread, self._knows_spread)
        return shares

    @cached_property
    def _unit_name_shares(self) -> dict[str, float]:
        if not self._has_units:
            return {}
        assert self.plan is not None
        names = {str(name) for name in self.plan.units.names[self.plan.units_present].tolist()}
        columns = [name for name in self.names if self.guesses[name].kind == "text"]
        form = geocode.plain if len(names) <= _FEW else str.casefold  # tens of thousands take long
        known = {form(name) for name in names} - {""}
        return self._each(columns, lambda cells: np.array([form(c) in known for c in cells], bool))

    @cached_property
    def _territory_shares(self) -> dict[str, float]:
        assert self.plan is not None
        rows = [row for k in self.plan.assignments for row in self.plan.rows(rec.Territory, k)]
        return self._by_texts({folded(row.name) for row in rows})

    @cached_property
    def _rep_shares(self) -> dict[str, float]:
        assert self.plan is not None
        rows = self.plan.rows(rec.Rep)
        return self._by_texts({folded(t) for row in rows for t in (row.name, row.email)})

    @property
    def _known_plan(self) -> Plan:
        assert self.plan is not None
        return self.plan

    @property
    def _has_units(self) -> bool:
        return self.plan is not None and bool(len(self.plan.units))

    def _is_amount(self, name: str) -> bool:
        """Amounts match short numbers by chance, but numbers of one length may be codes."""
        if self.guesses[name].role not in (*_FIGURES, "lat", "lon"):
            return False
        cells = self.cells[name].tolist()
        lengths = {len(cell) for cell in cells}
        is_coded = len(lengths) == 1 and max(lengths) > 3 and all(c.isdigit() for c in cells)
        return not (is_coded and self.guesses[name].role == "amount" and self.differing(name) == 1)

    def _knows_codes(self, cells: list[str]) -> np.ndarray:
        """Cells that are codes of units, and no names of them."""
        assert self.plan is not None
        return unit_rows(self.plan, np.array(cells, object), by_name=False) >= 0

    def _knows_spread(self, cells: list[str]) -> np.ndarray:
        from terradesk.importing.adopting.code_cells import CodeReader

        assert self.plan is not None
        return CodeReader(self.plan).knows(np.array(cells, object))

    def _by_texts(self, known: set[str]) -> dict[str, float]:
        known.discard("")
        if not known:
            return {}
        return self._each(
            self.names, lambda cells: np.array([folded(cell) in known for cell in cells], bool)
        )

    def _each(self, columns: Sequence[str], knows: Knows) -> dict[str, float]:
        """Share of each column, all their cells asked for at once."""
        filled = [name for name in columns if len(self.cells[name])]
        if not filled:
            return {}
        every = [cell for name in filled for cell in self.cells[name].tolist()]
        known = knows(every)
        stops = np.cumsum([len(self.cells[name]) for name in filled])
        parts = np.split(known, stops[:-1])
        return {name: float(part.mean()) for name, part in zip(filled, parts, strict=True)}

    # ------------------------------------------------------------------ columns of owners
    def owner_like(self, entries: str, *whats: str) -> tuple[str, float]:
        """The column that says one of a list of words, or whose cells are known as that.

        Parameters
        ----------
        entries : str
            As in `terradesk.readers.words`.
        whats : str
            As for `share`.
        """
        best = ("", 0.0)
        for name in self.names:
            fit = 0.8 * said(name, entries) if len(self.cells[name]) else 0.0
            known = max((self.share(what, name) for what in whats), default=0.0)
            fit = max(fit + 0.2 * known, known if known >= 0.5 else 0.0)
            if fit > best[1]:
                best = name, min(fit, 1.0)
        return best


def guessed(source: Source, plan: Plan | None) -> list[ColumnGuess]:
    """What each column means to a list of customers, kept while the areas are the same.

    Parameters
    ----------
    source : Source
    plan : Plan or None
    """
    units = plan.units if plan is not None else None
    key = ("guesses", id(units))
    if key not in source.kept:
        found = with_metres(source.rows, with_regions(source.rows, recognise(source.rows, units)))
        source.kept[key] = (found, units)  # units kept, so that no other has its id
    return list(source.kept[key][0])


def evidence(source: Source, plan: Plan | None) -> Evidence:
    """What a file has to do with a plan, kept for the plan that was asked about last.

    Parameters
    ----------
    source : Source
    plan : Plan or None
    """
    key = "evidence" if plan is not None else "evidence without a plan"
    found = source.kept.get(key)
    if found is None or found.plan is not plan:
        found = source.kept[key] = Evidence(source, plan)
    assert isinstance(found, Evidence)
    return found

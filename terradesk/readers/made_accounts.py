"""A table to accounts: rows joined, figures read, places found."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from terradesk import geocode
from terradesk import records as rec
from terradesk.accounts import Accounts
from terradesk.edits import Record
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.plan import Plan
from terradesk.progress import Progress, silent
from terradesk.readers.figures import beside, column_row, in_currencies, measure_rows, new_records
from terradesk.readers.grouping import Groups, group
from terradesk.readers.maps.attributes import attributes
from terradesk.readers.numbering import joined, make_ids, make_names, other_names, told_apart
from terradesk.readers.placing.placed import Placed
from terradesk.readers.placing.placer import Placer, Placing, Question, are_us_zips
from terradesk.readers.recognising import ROLES, SINGLE, ColumnGuess
from terradesk.readers.report import ImportReport, Issue, issue
from terradesk.readers.tables import Table
from terradesk.readers.tabular.different import different_cells
from terradesk.readers.tabular.numbers import numbers

if TYPE_CHECKING:
    from terradesk.document import Document, Step

ROWS = "rows"
"""Column with the number of rows that an account was made of; no measure, for rows are no goal."""

_PLACING = ("lat", "lon", "unit_code", "postcode", "city", "state", "country")
_NOT_KEPT = ("id", "name", "lat", "lon", "unused")
_SAMPLE = 5000


@dataclass(frozen=True, slots=True, eq=False)
class MadeAccounts:
    """Accounts that may be added to a plan.

    Parameters
    ----------
    accounts : Accounts
    columns : tuple of records.Column
    measures : tuple of records.Measure
        One for each amount; the number of accounts is for the caller to add.
    report : ImportReport
    account_of : ndarray of int64, shape (n_rows,)
        Account of each row of the table, -1 for rows that were left out.
    questions : tuple of Question
        Places that are not sure; rows are rows of the table, the first of each account.
    """

    accounts: Accounts
    columns: tuple[rec.Column, ...]
    measures: tuple[rec.Measure, ...]
    report: ImportReport
    account_of: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    questions: tuple[Question, ...] = ()

    def add_to(self, document: Document, source: str, balance_by: str = "") -> Step:
        """Append them as one undoable step, with what the plan does not know of their columns yet.

        Parameters
        ----------
        document : Document
            Of the plan they were made for.
        source : str
            Name of the file.
        balance_by : str
            Uid of a measure the plan stays balanced by, unless somebody has chosen one already;
            by default a revenue that comes in may take its place.

        Raises
        ------
        TerraDeskError
            If it could not be written; nothing has changed then.
        """
        plan = document.plan
        extra = list(new_records(plan, (*self.columns, *self.measures)))
        if balance_by and not plan.setting("balance_measure"):
            last = max([plan.next_id, *(r.row.id for r in extra)])
            kept = rec.Setting("balance_measure", last + 1, value=balance_by)
            extra.append(Record("setting", None, kept))
        return document.add_accounts(self.accounts, source, asdict(self.report), extra)


def roles_of(guesses: Sequence[ColumnGuess]) -> dict[str, str]:
    """Role of each column, as `make_accounts` wants it."""
    return {guess.name: guess.role for guess in guesses}


def make_accounts(
    table: Table,
    roles: Mapping[str, str],
    group_by: Sequence[str],
    plan: Plan,
    progress: Progress = silent,
    *,
    swap: bool = False,
    formats: Mapping[str, str] | None = None,
    placing: Placing | None = None,
    duplicates: str = "refuse",
) -> MadeAccounts:
    """Make accounts of the rows of a table and find their places in a plan.

    Amounts of joined rows are summed, rates averaged; of all else the first filled cell counts.

    Parameters
    ----------
    table : Table
    roles : mapping of str to str
        Role of each column (see `recognising.ROLES`); columns without one are text.
    group_by : sequence of str
        Columns that tell accounts apart; empty: each row is one.
    plan : Plan
    progress : Progress
    swap : bool
        Latitude and longitude are exchanged in the file.
    formats : mapping of str to str, optional
        ``money`` or ``number`` of columns where it is known.
    placing : Placing, optional
        How places are to be found.
    duplicates : str
        What becomes of rows that repeat an account number, a key of `numbering.DUPLICATES`.

    Raises
    ------
    TerraDeskError
        A column is missing, a role is unknown or given twice, or account numbers repeat and rows
        are not joined.
    """
    role_of = {name: roles.get(name, "text") for name in table.columns}
    named = _named(role_of, [*roles, *group_by], table)
    counted = ""
    placer = Placer(plan, placing)
    progress(0.0, _("Joining rows"))
    cells, zip_issues = _with_zips(table, named, placer)
    by_number = "id" in named and list(group_by) == [named["id"]]
    keys = [cells[name] for name in group_by]
    if by_number and "name" in named:
        groups = joined(keys[0], cells[named["name"]] != "")
    else:
        groups = group(keys, len(table))
    issues = [*zip_issues, *_without_key(groups)]
    if not group_by and "id" in named:
        found, told = told_apart(cells[named["id"]], named["id"], duplicates)
        groups, issues = found or groups, [*issues, *told]
    if "name" in named and by_number:
        issues += other_names(cells[named["id"]], cells[named["name"]], groups)
    progress(0.2, _("Reading figures"))
    columns, bad = _columns(cells, role_of, groups, table.decimal)
    issues += bad
    if named.get("postcode", "") in set(columns) - set(group_by):
        columns[named["postcode"]] = _with_additions(table, cells, named["postcode"], groups)
    if group_by:
        counted = ROWS if ROWS not in columns else f"{ROWS} (2)"
        columns[counted] = groups.counts().astype(float)
    progress(0.5, _("Finding places"))
    place_cells = _PlaceCells(cells, named, groups)
    placed = placer.place(place_cells, table.decimal, swap, len(groups))
    progress(0.9, _("Finding places"))
    ids, id_issues = make_ids(groups, cells, named, group_by, plan)
    names = make_names(groups, cells, named, ids)
    columns |= _not_understood(placed, place_cells, named)
    accounts = Accounts(
        ids,
        names,
        placed.x,
        placed.y,
        placed.lon,
        placed.lat,
        placed.unit,
        placed.placement,
        columns,
    )
    amounts = [name for name, role in role_of.items() if role == "amount"]
    codes, currency_of, told = beside(plan, cells, amounts, groups)
    columns, issues = {**columns, **codes}, [*issues, *told]
    role_of |= dict.fromkeys(codes, "text")
    described = _described(columns, role_of, formats or {}, counted)
    described = tuple(replace(c, currency=currency_of.get(c.name, c.currency)) for c in described)
    columns, described = in_currencies(plan, columns, described, table.columns)
    columns, described = attributes(Accounts, columns, described)
    accounts = replace(accounts, columns=columns)
    figures = measure_rows(column for column in described if column.name != counted)
    n_joined = int((groups.labels >= 0).sum())
    own = ImportReport(
        read=len(table),
        accepted=len(groups),
        grouped=n_joined - len(groups),
        repaired=sum(one.n for one in issues if one.outcome == "repaired"),
        unplaced=len(placed.missing),
        rejected=len(table) - n_joined,
        issues=(*issues, *_of_rows([*id_issues, *placed.issues], groups)),
    )
    report = table.report.followed_by(own)
    asked = tuple(replace(q, rows=groups.first[q.rows]) for q in placed.questions)
    return MadeAccounts(accounts, described, figures, report, groups.labels, asked)


def _not_understood(
    placed: Placed, cells: Mapping[str, np.ndarray], named: Mapping[str, str]
) -> dict[str, np.ndarray]:
    """Coordinates that tell no place, as they stand in the file: nothing is lost."""
    if not placed.misread.any():
        return {}
    return {named[r]: np.where(placed.misread, cells[r], "") for r in ("lat", "lon")}


class _PlaceCells(Mapping[str, np.ndarray]):
    """Cells of the accounts by their role, made when asked for: a million take 65 MB each."""

    def __init__(
        self, cells: Mapping[str, np.ndarray], named: Mapping[str, str], groups: Groups
    ) -> None:
        self._cells, self._groups = cells, groups
        self._named = {role: named[role] for role in _PLACING if role in named}

    def __getitem__(self, role: str) -> np.ndarray:
        return self._groups.first_filled(self._cells[self._named[role]])

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __contains__(self, role: object) -> bool:
        return role in self._named

    def __len__(self) -> int:
        return len(self._named)


def _of_rows(issues: Sequence[Issue], groups: Groups) -> list[Issue]:
    """Issues about accounts as issues about the first row of each."""
    return [one.mapped(groups.first) for one in issues]


def _named(role_of: Mapping[str, str], wanted: Sequence[str], table: Table) -> dict[str, str]:
    """Column of each role that there is one of."""
    unknown = [name for name in wanted if name not in table.columns]
    if unknown:
        raise TerraDeskError(
            _("The table has no column “{name}”.").format(name=isolate(unknown[0])),
            _("Its columns are: {names}").format(names=", ".join(table.columns)),
        )
    out: dict[str, str] = {}
    for name, role in role_of.items():
        if role not in ROLES:
            raise TerraDeskError(
                _("“{role}” is no meaning of a column.").format(role=isolate(role)),
                _("There are: {names}.").format(names=", ".join(ROLES)),
            )
        if role in SINGLE and role in out:
            raise TerraDeskError(
                _("The columns “{a}” and “{b}” cannot both mean the same.").format(
                    a=isolate(out[role]), b=isolate(name)
                ),
                _("Choose another meaning for one of them."),
            )
        out[role] = name
    return out


def _with_zips(
    table: Table, named: Mapping[str, str], placer: Placer
) -> tuple[Mapping[str, np.ndarray], list[Issue]]:
    """The columns, with postcodes as long as they ought to be, and what was put right."""
    cells = table.columns
    if "postcode" not in named or len(table) == 0:
        return cells, []
    given = cells[named["postcode"]]
    country = _country_of(given, named, cells, placer)
    texts, which = different_cells(given)
    fixed = _in_full(texts, country, placer)
    changed = np.array([a != b for a, b in zip(fixed, texts, strict=True)], bool)
    foreign = np.zeros(len(given), bool)
    if "country" in named:
        foreign = _said_other(cells[named["country"]], country)
    rows = np.flatnonzero(changed[which] & ~foreign)
    if len(rows) == 0:
        return cells, []
    column = given.copy()
    column[rows] = np.array(fixed, object)[which[rows]]
    text = ngettext(
        "{n} postcode had lost its leading zero or had an addition: read as it is meant.",
        "{n} postcodes had lost their leading zero or had an addition: read as they are meant.",
        len(rows),
    )
    told = issue("zip", text.format(n=number(len(rows))), rows, level="info")
    return ChainMap({named["postcode"]: column}, cells), [told]  # type: ignore[arg-type]


def _with_additions(
    table: Table, cells: Mapping[str, np.ndarray], name: str, groups: Groups
) -> np.ndarray:
    """Postcodes as they are kept: put right, with the four digits that nobody is joined by."""
    fixed, given = groups.first_filled(cells[name]), groups.first_filled(table.columns[name])
    rows = np.flatnonzero(fixed != given)
    more = [geocode.zip_addition(text) for text in given[rows].tolist()]
    out = fixed.copy()
    out[rows] = [
        f"{zip5}-{four}" if four else zip5 for zip5, four in zip(fixed[rows], more, strict=True)
    ]
    return out


def _country_of(
    given: np.ndarray,
    named: Mapping[str, str],
    cells: Mapping[str, np.ndarray],
    placer: Placer,
) -> str:
    """Country that most postcodes are of, as far as they can be put right; else empty."""
    filled = np.flatnonzero(given != "")
    if not len(filled):
        return ""
    sample = filled[:: max(len(filled) // _SAMPLE, 1)]
    beside = (cells[named[r]][sample] if r in named else None for r in ("city", "country"))
    if _are_us(given[sample], placer, *beside):
        return geocode.tables.BUILT_IN
    return placer.home if placer.home != geocode.tables.BUILT_IN else ""


def _in_full(texts: Sequence[str], country: str, placer: Placer) -> list[str]:
    """Postcodes as they are; with their zeros where that makes one that is known."""
    if country == geocode.tables.BUILT_IN:
        return [geocode.us_zip(text) or text for text in texts]
    if country not in placer.postcode_countries:
        return list(texts)
    longer = [geocode.with_zeros(text, country) for text in texts]
    known = np.isfinite(placer.postcodes(country, longer)[0]).tolist()
    return [new if ok else old for new, ok, old in zip(longer, known, texts, strict=True)]


def _said_other(cells: np.ndarray, country: str) -> np.ndarray:
    """(n,) bool: another country stands beside the postcode."""
    texts, which = different_cells(cells)
    said = [geocode.country_code(text) not in ("", country) for text in texts]
    return np.array(said or [False], bool)[which]


def _are_us(
    cells: np.ndarray,
    placer: Placer,
    cities: np.ndarray | None,
    countries: np.ndarray | None,
) -> bool:
    """Whether postcodes are U.S. ZIP codes: known as such, and of places in the map."""
    lon, lat = geocode.find_postcodes(cells.tolist())
    known = np.isfinite(lon)
    if known.mean() < 0.8:
        return False
    if placer.arcs is not None:
        return bool(placer.holds(lon[known], lat[known]).mean() >= 0.5)
    return are_us_zips(cells, cities, countries)


def _without_key(groups: Groups) -> list[Issue]:
    rows = np.flatnonzero(groups.labels < 0)
    if len(rows) == 0:
        return []
    text = ngettext(
        "{n} row has nothing in the columns that tell accounts apart, and was left out.",
        "{n} rows have nothing in the columns that tell accounts apart, and were left out.",
        len(rows),
    )
    return [issue("no_key", text.format(n=number(len(rows))), rows)]


def _columns(
    cells: Mapping[str, np.ndarray], role_of: Mapping[str, str], groups: Groups, decimal: str
) -> tuple[dict[str, np.ndarray], list[Issue]]:
    """Attributes of the accounts: float64 of amounts and rates, text of all else."""
    columns: dict[str, np.ndarray] = {}
    issues = []
    for name, role in role_of.items():
        if role in _NOT_KEPT:
            continue
        if role not in ("amount", "rate"):
            columns[name] = groups.first_filled(cells[name])
            continue
        values, is_bad = numbers(cells[name], decimal)
        columns[name] = groups.sums(values) if role == "amount" else groups.means(values)
        rows = np.flatnonzero(is_bad)
        if len(rows):
            text = ngettext(
                "{n} cell of “{column}” is no number, such as “{cell}”: left empty.",
                "{n} cells of “{column}” are no numbers, such as “{cell}”: left empty.",
                len(rows),
            )
            cell = cells[name][rows[0]][:40]
            told = text.format(n=number(len(rows)), column=isolate(name), cell=cell)
            issues.append(issue("not_a_number", told, rows))
    return columns, issues


def _described(
    columns: Mapping[str, np.ndarray],
    role_of: Mapping[str, str],
    formats: Mapping[str, str],
    counted: str,
) -> tuple[rec.Column, ...]:
    rows = (
        column_row("accounts", name, values, role_of.get(name, "amount"), formats.get(name))
        for name, values in columns.items()
    )
    label = _("Rows of the file")
    return tuple(replace(row, label=label) if row.name == counted else row for row in rows)

"""Postcodes of a country with their places, kept on this computer for every plan.

Files of GeoNames (twelve columns parted by tabs, without header), and any table with postcodes,
latitudes and longitudes. They go into no plan: ``Prepared.after`` keeps them, so it is called also
where ``Prepared.incoming`` is None or no plan is open. With an open plan the step places the
accounts anew that have a better place then.
`terradesk.geocode.tables` lists (`countries`) and forgets (`remove`) what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import ClassVar

import numpy as np

from terradesk import geocode, projection
from terradesk.edits.arrivals import Incoming, incoming
from terradesk.errors import TerraDeskError
from terradesk.geocode import tables
from terradesk.geocode.tables import PostcodeTable
from terradesk.i18n import N_, _, isolate, ngettext, number
from terradesk.importing.choices import Choices, Option
from terradesk.importing.evidence import evidence, guessed
from terradesk.importing.kind import Meaning
from terradesk.importing.prepared import ARRIVES, Count, Prepared, Shown
from terradesk.importing.roles import UNUSED, chosen, column_of, needed
from terradesk.importing.source import Source
from terradesk.plan import Plan
from terradesk.progress import Progress, part, silent
from terradesk.readers.placing.again import PlacedAgain, place_again
from terradesk.readers.placing.placer import Placer
from terradesk.readers.report import ImportReport, Issue, issue
from terradesk.readers.tables import Table
from terradesk.readers.tabular.different import different_cells
from terradesk.readers.tabular.numbers import numbers

OWN = Option("country", N_("Country, where no column says it"), "")
ADD = Option(
    "add",
    N_("Postcodes of the country that are kept already"),
    "replace",
    (("replace", N_("Replace")), ("add", N_("Keep those that the file does not have"))),
)
AGAIN = Option("again", N_("Place accounts of this plan anew"), True)

_GEONAMES = {0: "country", 1: "postcode", 2: "city", 9: "lat", 10: "lon"}
_NUMBERED = re.compile(r"(?<= )\d+$")
_FEW_COLUMNS = 8
_SAMPLE = 500
_MOST_POINTS = 20_000
_SHOWN = 200
_FILE = re.compile(r"^([A-Za-z]{2})(?:_full)?$")
_TAKEN = ("country", "postcode", "city", "lat", "lon")


@dataclass(frozen=True, slots=True)
class PostcodesKind:
    """Postcodes with their places; see `terradesk.importing.kind.Kind`."""

    key: ClassVar[str] = "postcodes"
    title: ClassVar[str] = N_("Postcodes of a country")
    roles: ClassVar[Mapping[str, str]] = {
        "country": N_("Country"),
        "postcode": N_("Postal code"),
        "city": N_("Place name"),
        "lat": N_("Latitude"),
        "lon": N_("Longitude"),
        UNUSED: N_("Not used"),
    }
    single: ClassVar[Sequence[str]] = _TAKEN

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Certain for files of GeoNames; likely where there is little but postcodes and points."""
        if source.n_rows == 0 or source.has_areas:
            return 0.0
        if _is_geonames(source.rows):
            return 1.0
        if not {"lat", "lon"} <= set(evidence(source, plan).role_columns):
            return 0.0
        guesses = guessed(source, None)
        roles = {guess.role: guess.name for guess in guesses}
        if not all(role in roles for role in ("postcode", "lat", "lon")):
            return 0.0
        is_single = evidence(source, None).differing(roles["postcode"]) >= 0.95
        is_list = is_single and len(guesses) <= _FEW_COLUMNS
        return 0.85 if is_list and not {"id", "name"} & set(roles) else 0.15

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """The country, what becomes of the table that is kept already, and accounts of the plan."""
        found = [replace(OWN, title=_(OWN.title), choices=_countries(source, plan))]
        found.append(
            replace(ADD, title=_(ADD.title), choices=tuple((v, _(t)) for v, t in ADD.choices))
        )
        if plan is not None and plan.accounts_present.any():
            found.append(replace(AGAIN, title=_(AGAIN.title)))
        return tuple(found)

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """By the order of GeoNames, else by headers and cells."""
        table = source.rows
        if _is_geonames(table):
            why = _("The columns are those of a GeoNames file")
            return [
                Meaning(name, _GEONAMES.get(_place_of(name), UNUSED), 0.97, why)
                for name in table.columns
            ]
        return [
            Meaning(guess.name, guess.role, guess.confidence, guess.why)
            if guess.role in _TAKEN
            else Meaning(guess.name, UNUSED)
            for guess in guessed(source, None)
        ]

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = silent,
    ) -> Prepared:
        """The tables that would be kept, and which accounts would get a better place.

        Raises
        ------
        TerraDeskError
            A column is missing, no row can be used, or the country is not known.
        """
        progress(0.0, _("Reading postcodes"))
        roles = chosen(self, source, plan, choices)
        made, report = _made(source, plan, choices, roles)
        again = None
        if plan is not None and plan.accounts_present.any() and choices.option(AGAIN):
            known = {one.country: one for one in made}
            again = place_again(plan, tables=known, progress=part(progress, 0.3, 1.0))
        counts = [Count(f"country_{one.country}", _title(one), len(one), "ok") for one in made]
        if again is not None:
            counts.append(Count("better", _("Accounts placed better"), len(again.rows), "ok"))
        if report.rejected:
            counts.append(Count("rejected", _("Rows left out"), report.rejected, "warning"))
        heads = [name for name, role in roles.items() if role != UNUSED]
        return Prepared(
            self.key,
            _sentence(made, again),
            report,
            _step(plan, again, source, choices, report),
            counts=tuple(counts),
            heads=tuple(heads),
            rows=tuple(
                zip(*(source.rows.columns[h][:_SHOWN].tolist() for h in heads), strict=True)
            ),
            shown=_shown(made, plan),
            after=_keeper(made),
        )


def _is_geonames(table: Table) -> bool:
    """Whether the columns are those of GeoNames; empty ones are left out when a file is read."""
    role_of = {_GEONAMES.get(_place_of(name), ""): name for name in table.columns}
    if not all(role in role_of for role in _GEONAMES.values()) or len(table) == 0:
        return False
    cells = {role: table.columns[name][:_SAMPLE] for role, name in role_of.items() if role}
    is_country = all(len(c) == 2 and c.isalpha() and c.isupper() for c in cells["country"].tolist())
    lat, bad_lat = numbers(cells["lat"], ".")
    lon, bad_lon = numbers(cells["lon"], ".")
    with np.errstate(invalid="ignore"):
        are_degrees = (np.abs(lat) <= 90).mean() > 0.9 and (np.abs(lon) <= 180).mean() > 0.9
    return bool(is_country and are_degrees and not bad_lat.any() and not bad_lon.any())


def _place_of(name: str) -> int:
    """Place from 0 of a column that got its name from it, -1 for others: Column 10."""
    match = _NUMBERED.search(name)
    return int(match[0]) - 1 if match else -1


def _countries(source: Source, plan: Plan | None) -> tuple[tuple[str, str], ...]:
    named = [(code, geocode.country_name(code)) for code in geocode.country_codes()]
    named.sort(key=lambda pair: pair[1])
    return (("", _("As recognised")), *named)


# ---------------------------------------------------------------------- the tables
def _made(
    source: Source, plan: Plan | None, choices: Choices, roles: Mapping[str, str]
) -> tuple[list[PostcodeTable], ImportReport]:
    table = source.rows
    titles = PostcodesKind.roles
    columns = {role: needed(roles, role, _(titles[role])) for role in ("postcode", "lat", "lon")}
    codes = table.columns[columns["postcode"]]
    (lat, _bad), (lon, _bad) = (
        numbers(table.columns[columns[r]], table.decimal) for r in ("lat", "lon")
    )
    countries = _country_of(source, plan, choices, roles, codes)
    with np.errstate(invalid="ignore"):
        on_earth = (np.abs(lat) <= 90) & (np.abs(lon) <= 180) & ((lat != 0) | (lon != 0))
    left: list[Issue] = []
    good = np.ones(len(table), bool)
    for kind, wrong, tell in (
        ("no_postcode", codes == "", _no_postcode),
        ("bad_coordinates", ~on_earth, _no_place),
        ("no_country", countries == "", _no_country),
    ):
        rows = np.flatnonzero(wrong & good)
        if len(rows):
            good[rows] = False
            told = tell(len(rows)).format(n=number(len(rows)))
            left.append(issue(kind, told, rows, outcome="rejected"))
    if not good.any():
        raise TerraDeskError(
            _("No row of this file has a postcode with a place of a known country."),
            _("Say which columns hold postcode, latitude and longitude, and which country it is."),
        )
    made = []
    for country in sorted(set(countries[good].tolist())):
        rows = np.flatnonzero(good & (countries == country))
        new = tables.make_table(country, codes[rows].tolist(), lon[rows], lat[rows], source.name)
        made.append(_joined(new, choices))
    n_codes = len(different_cells((countries + "|" + codes)[good])[0])
    report = ImportReport(
        read=len(table),
        accepted=n_codes,
        grouped=int(good.sum()) - n_codes,
        rejected=int((~good).sum()),
        issues=tuple(left),
    )
    full = table.report.followed_by(report).labelled(table.columns, columns["postcode"])
    return made, full


def _no_postcode(n: int) -> str:
    return ngettext("{n} row has no postcode: left out.", "{n} rows have no postcode: left out.", n)


def _no_place(n: int) -> str:
    return ngettext(
        "{n} row has no coordinates on the Earth: left out.",
        "{n} rows have no coordinates on the Earth: left out.",
        n,
    )


def _no_country(n: int) -> str:
    return ngettext(
        "{n} row is of no known country: left out.",
        "{n} rows are of no known country: left out.",
        n,
    )


def _country_of(
    source: Source,
    plan: Plan | None,
    choices: Choices,
    roles: Mapping[str, str],
    codes: np.ndarray,
) -> np.ndarray:
    """(n,) two letters of each row's country, empty where it is not known."""
    own = str(choices.option(OWN)) or _usual_country(source, plan, codes)
    column = column_of(roles, "country")
    if not column:
        return np.full(len(codes), own, object)
    texts, which = different_cells(source.rows.columns[column])
    found = np.array([geocode.country_code(text) or own for text in texts] or [""], object)
    return found[which]


def _usual_country(source: Source, plan: Plan | None, codes: np.ndarray) -> str:
    """By the name of the file, the way the codes are written, or the map of the plan."""
    match = _FILE.match(source.path.name.split(".")[0])
    if match and match[1].upper() in geocode.country_codes():
        return match[1].upper()
    written = geocode.country_written(codes[:_SAMPLE].tolist())
    if written or plan is None:
        return written
    return Placer(plan).home


def _joined(new: PostcodeTable, choices: Choices) -> PostcodeTable:
    """The table, with what the kept one has beside it where that is wanted."""
    old = tables.table(new.country)
    if choices.option(ADD) != "add" or old is None:
        return new
    kept = ~np.isin(old.keys, new.keys)
    keys = np.concatenate([new.keys, old.keys[kept]])
    order = np.argsort(keys, kind="stable")
    lon, lat = (
        np.concatenate([getattr(new, name), getattr(old, name)[kept]])[order]
        for name in ("lon", "lat")
    )
    return replace(new, keys=keys[order], lon=lon, lat=lat)


# ---------------------------------------------------------------------- what it does
def _keeper(made: Sequence[PostcodeTable]) -> Callable[[Plan | None], str]:
    def kept(_plan: Plan | None = None) -> str:
        """Keep the tables; the sentence to tell."""
        try:
            for one in made:
                tables.keep(one)
        except OSError as error:
            raise TerraDeskError(
                _("The postcodes could not be kept: {reason}").format(
                    reason=isolate(error.strerror or str(error))
                ),
                _("Look whether the disk is full, and import them again."),
            ) from error
        return _("Postcodes of {countries} are known now, in every plan.").format(
            countries=", ".join(isolate(geocode.country_name(one.country)) for one in made)
        )

    return kept


def _step(
    plan: Plan | None,
    again: PlacedAgain | None,
    source: Source,
    choices: Choices,
    report: ImportReport,
) -> Incoming | None:
    if plan is None or again is None or again.edit is None:
        return None
    n = len(again.rows)
    one = N_("Placed {n} account anew with the postcodes of {a}")
    many = N_("Placed {n} accounts anew with the postcodes of {a}")
    return incoming(
        plan,
        one if n == 1 else many,
        {"n": n, "a": source.name},
        kind=PostcodesKind.key,
        source=source.name,
        report=asdict(report),
        choices=choices.as_json(),
        changes=again.edit.changes,
    )


def _title(one: PostcodeTable) -> str:
    return _("Postcodes of {country}").format(country=isolate(geocode.country_name(one.country)))


def _sentence(made: Sequence[PostcodeTable], again: PlacedAgain | None) -> str:
    n = sum(len(one) for one in made)
    text = ngettext("{n} postcode will be kept", "{n} postcodes will be kept", n)
    said = text.format(n=number(n)) + "."
    return said if again is None else f"{said} {again.sentence}"


def _shown(made: Sequence[PostcodeTable], plan: Plan | None) -> Shown:
    if plan is None:
        return Shown()
    lonlat = np.concatenate([np.column_stack((one.lon, one.lat)) for one in made])
    lonlat = lonlat[:: max(len(lonlat) // _MOST_POINTS, 1)]
    points = projection.to_plan(lonlat, projection.LONLAT, plan.crs)
    points = np.where(np.isfinite(points).all(axis=1, keepdims=True), points, np.nan)
    return Shown(points, np.full(len(points), ARRIVES, np.uint8))


KIND = PostcodesKind()

"""Small files as people have them, in six languages, and what they are to each state of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from terradesk import records as rec
from terradesk.accounts import empty_accounts
from terradesk.edits import Edit, Record, apply
from terradesk.importing import Source
from terradesk.importing.projecting import world_plan
from terradesk.plan import Plan
from tests.core.importing_files import table_source
from tests.core.kernel import grid_plan

STATES = ("none", "map", "accounts", "both", "full")
"""No plan; a map; accounts without a map; both; both with territories and reps."""

CODES = [f"{10115 + 37 * k}" for k in range(48)]
IDS = [f"K-{1001 + 3 * k}" for k in range(24)]
FIRMS = [f"{a} {b}" for a in ("Nova", "Alba", "Orion", "Vesta") for b in
         ("Foods", "Steel", "Pharma", "Textil", "Optik", "Motors")]  # fmt: skip
TERRITORIES = ["North", "Coast", "Centre", "South", "Lakes", "Hills"]
REPS = ["Ann Lee", "Bo Ek", "Cy Poe", "Dana Roy", "Ewa Nowak", "Finn Berg"]
MAILS = [f"{name.split()[0].lower()}@acme.example" for name in REPS]


@lru_cache(maxsize=1)
def plans() -> dict[str, Plan | None]:
    """A plan of each state."""
    made = grid_plan(8, 6, 6)
    view = made.alignment(3)
    named = dict(zip((node.id for node in view.leaves), TERRITORIES, strict=True))
    names = [
        Record("territory", row, replace(row, name=named[row.id]))
        for row in made.rows(rec.Territory, 3)
        if row.id in named
    ]
    reps = [
        Record("rep", None, rec.Rep(rec.new_uid(), made.next_id + k, name=name, email=MAILS[k]))
        for k, name in enumerate(REPS)
    ]
    accounts = replace(
        made.accounts,
        ids=np.array(IDS, object),
        names=np.array(FIRMS, object),
        columns={**made.accounts.columns, "city": np.array(["Berlin"] * 24, object)},
    )
    units = replace(
        made.units,
        codes=np.array(CODES, object),
        names=np.array([f"Kreis {k}dorf" for k in range(48)], object),
    )
    full = apply(
        replace(made, accounts=accounts, units=units), Edit("", {}, records=(*names, *reps))
    )
    bare = replace(grid_plan(8, 6, 0), accounts=accounts, units=units)
    return {
        "none": None,
        "map": replace(bare, accounts=empty_accounts()),
        "accounts": replace(
            world_plan(), accounts=replace(accounts, unit=np.full(24, -1, np.int32))
        ),
        "both": bare,
        "full": full,
    }


@dataclass(frozen=True)
class Case:
    """A file.

    Parameters
    ----------
    name : str
    columns : mapping
    first : mapping of state to kind
        The kind that comes first; states that are missing do not matter, "" says that nothing
        may look likely (0.2 at most).
    roles : mapping of column to roles
        What the columns mean to the kind that comes first; several are parted by ``|``.
    never : sequence of str
        Kinds that may not be offered in any state.
    """

    name: str
    columns: Mapping[str, Sequence[object]]
    first: Mapping[str, str]
    roles: Mapping[str, str] = field(default_factory=dict)
    never: Sequence[str] = ()

    @property
    def source(self) -> Source:
        """As it would have been read."""
        return table_source(self.columns, f"{self.name}.csv")


def _all(kind: str, **others: str) -> dict[str, str]:
    return {**dict.fromkeys(STATES, kind), **others}


def _some(states: str, kind: str, **others: str) -> dict[str, str]:
    return {**dict.fromkeys(states.split(), kind), **others}


_MAPS = "map both full"
_KNOWN = "accounts both full"
_n = len(IDS)
NEW_IDS = [f"N-{500 + 7 * k}" for k in range(_n)]
_NEVER = ("figures", "alignment", "owners", "reps", "actuals")
_WOODS = """
    Birch Maple Cedar Walnut Aspen Rowan Alder Willow Hazel Linden Poplar Spruce Juniper Laurel
    Olive Acacia Yew Larch Hemlock Fir Holly Ivy Fern Moss"""
NEW_FIRMS = [f"{word} & Co" for word in _WOODS.split()]
ZIPS = [CODES[2 * k % 48] for k in range(_n)]
CITIES = [("Berlin", "Potsdam", "Bernau", "Nauen")[k % 4] for k in range(_n)]
STREETS = [f"Hauptstr. {k + 1}" for k in range(_n)]
SALES = [f"{1200 + 371 * k % 9000}.{k % 10}0" for k in range(_n)]
POP = [f"{8000 + 977 * k % 30000}" for k in range(48)]
AREAS_OF = [TERRITORIES[k // 8] for k in range(48)]
UNKNOWN_AREAS = [f"Team {'ABCDEF'[k // 8]}" for k in range(48)]
_OWNERS = [TERRITORIES[k % 6] for k in range(_n)]
OWNING = [REPS[k % 6] for k in range(_n)]
_IDS_98 = [*IDS[:-1], "K-9999"]
TWICE = [one for one in IDS[:12] for _k in range(3)]
MONTHS = ["2026-01", "2026-02", "2026-03"] * 12
DAYS_OF = [f"{1 + k % 28:02d}.{1 + k % 3:02d}.2026" for k in range(36)]
LAST_DAYS = [f"2026-0{1 + k % 6}-{10 + k % 18}" for k in range(48)]
FIGURES = [f"{900 + 113 * k}" for k in range(48)]


def _customers(heads: str, ids: Sequence[str], firms: Sequence[str]) -> dict[str, Sequence[object]]:
    parts = [head.strip() for head in heads.split(";")]
    cells = (ids, firms, STREETS, ZIPS, CITIES, SALES)
    return dict(zip(parts, cells, strict=True))


_LISTS = {
    "en": "Customer ID; Customer name; Street; ZIP; City; Sales",
    "de": "Kundennummer; Kunde; Straße; PLZ; Ort; Umsatz",
    "fr": "N° client; Raison sociale; Adresse; Code postal; Ville; Chiffre d'affaires",
    "pl": "Nr klienta; Nazwa klienta; Ulica; Kod pocztowy; Miejscowość; Sprzedaż",
    "sv": "Kundnummer; Kundnamn; Gatuadress; Postnummer; Ort; Omsättning",
    "fa": "کد مشتری; نام مشتری; آدرس; کد پستی; شهر; فروش",
}
_LIST_ROLES = ("id", "name", "street", "postcode|unit_code", "city", "amount")
_CODE_LISTS = {
    "en": "ZIP code; Territory; Rep",
    "de": "PLZ; Gebiet; Vertreter",
    "fr": "Code postal; Secteur; Commercial",
    "pl": "Kod pocztowy; Terytorium; Handlowiec",
    "sv": "Postnummer; Distrikt; Säljare",
    "fa": "کد پستی; منطقه; نماینده",
}
_TEAMS = {
    "en": "Rep name; E-mail; Territory; Hired",
    "de": "Vertreter; E-Mail; Gebiet; Eintritt",
    "fr": "Commercial; Courriel; Secteur; Date d'embauche",
    "pl": "Handlowiec; E-mail; Terytorium; Data zatrudnienia",
    "sv": "Säljare; E-post; Distrikt; Anställd",
    "fa": "فروشنده; ایمیل; منطقه; تاریخ استخدام",
}
_REACHED = {
    "en": "Account number; Month; Sales",
    "de": "Kundennummer; Monat; Umsatz",
    "fr": "N° client; Mois; Chiffre d'affaires",
    "pl": "Nr klienta; Miesiąc; Sprzedaż",
    "sv": "Kundnummer; Månad; Försäljning",
    "fa": "کد مشتری; ماه; فروش",
}
_AREA_FIGURES = {
    "en": "ZIP; Population; Households",
    "de": "PLZ; Einwohner; Haushalte",
    "fr": "Code postal; Habitants; Ménages",
    "pl": "Kod pocztowy; Ludność; Gospodarstwa",
    "sv": "Postnummer; Befolkning; Hushåll",
    "fa": "کد پستی; جمعیت; خانوار",
}


def _headed(heads: str, *columns: Sequence[object]) -> dict[str, Sequence[object]]:
    return dict(zip((head.strip() for head in heads.split(";")), columns, strict=True))


def _means(heads: str, *roles: str) -> dict[str, str]:
    return dict(zip((head.strip() for head in heads.split(";")), roles, strict=True))


def _by_language() -> list[Case]:
    out = []
    for tongue, heads in _LISTS.items():
        roles = _means(heads, *_LIST_ROLES)
        out.append(Case(f"new_{tongue}", _customers(heads, NEW_IDS, NEW_FIRMS), _all("accounts"),
                        roles, ("areas", "postcodes", "drawn")))  # fmt: skip
        out.append(Case(f"known_{tongue}", _customers(heads, _IDS_98, FIRMS),
                        _all("update", none="accounts", map="accounts"), roles))  # fmt: skip
    for tongue, heads in _CODE_LISTS.items():
        columns = _headed(heads, CODES, UNKNOWN_AREAS, [REPS[k // 8] for k in range(48)])
        out.append(Case(f"codes_{tongue}", columns, _some(_MAPS, "alignment"),
                        _means(heads, "unit_code", "territory", "rep")))  # fmt: skip
    for tongue, heads in _TEAMS.items():
        columns = _headed(heads, REPS, MAILS, TERRITORIES, ["2019-03-01"] * 6)
        out.append(Case(f"team_{tongue}", columns, _some("map accounts both full", "reps"),
                        _means(heads, "name", "email", "territory", "hired")))  # fmt: skip
    for tongue, heads in _REACHED.items():
        columns = _headed(heads, TWICE, MONTHS, FIGURES[:36])
        out.append(Case(f"reached_{tongue}", columns, _some(_KNOWN, "actuals"),
                        _means(heads, "account", "period", "amount")))  # fmt: skip
    for tongue, heads in _AREA_FIGURES.items():
        columns = _headed(heads, CODES, POP, FIGURES)
        out.append(Case(f"figures_{tongue}", columns, _some(_MAPS, "figures"),
                        _means(heads, "unit_code", "amount", "amount"),
                        ("alignment", "owners", "reps", "actuals", "postcodes")))  # fmt: skip
    return out


def _single() -> list[Case]:
    half = [*IDS[:12], *NEW_IDS[12:]]
    few = [*IDS[:2], *NEW_IDS[2:]]
    heads = _LISTS["en"]
    lat = [f"{52 + 0.01 * k:.4f}" for k in range(_n)]
    lon = [f"{13 + 0.013 * k:.4f}" for k in range(_n)]
    return [
        Case("half_known", _customers(heads, half, [*FIRMS[:12], *NEW_FIRMS[12:]]),
             _some(_KNOWN, "update", none="accounts", map="accounts")),
        Case("hardly_known", _customers(heads, few, NEW_FIRMS), _all("accounts")),
        Case("no_numbers", {"Company": FIRMS, "ZIP": ZIPS, "Owner": OWNING},
             _some(_KNOWN, "update", none="accounts", map="accounts")),
        Case("crm_export", {"Account ID": IDS, "Account name": FIRMS, "Segment": ["A", "B"] * 12,
                            "Customer since": LAST_DAYS[:_n], "Last visit": LAST_DAYS[:_n],
                            "City": CITIES, "Sales": SALES, "Owner": OWNING},
             _some(_KNOWN, "update", none="accounts", map="accounts")),
        Case("contacts", {"Company": NEW_FIRMS, "Street": STREETS, "City": CITIES, "ZIP": ZIPS,
                          "E-mail": [f"info@{k}.example" for k in range(_n)]}, _all("accounts")),
        Case("points", {"Name": NEW_FIRMS, "Latitude": lat, "Longitude": lon}, _all("accounts"),
             {"Name": "name", "Latitude": "lat", "Longitude": "lon"}),
        Case("by_area_code", {"Customer": NEW_FIRMS, "Area code": ZIPS, "Sales": SALES},
             _all("accounts")),
        Case("by_fips", {"Client": NEW_FIRMS, "FIPS": ZIPS, "Revenue": SALES}, _all("accounts")),
        # figures
        Case("id_sales", {"Account number": IDS, "Sales": SALES}, _some(_KNOWN, "figures"),
             {"Account number": "account_id", "Sales": "amount"}, ("owners", "reps", "actuals")),
        Case("id_dated", {"Account number": IDS, "Sales": SALES, "Updated": LAST_DAYS[:_n]},
             _some(_KNOWN, "figures"), {"Account number": "account_id", "Sales": "amount"}),
        Case("code_dated", {"ZIP": CODES, "Potential": FIGURES, "Last update": LAST_DAYS},
             _some(_MAPS, "figures"), {"ZIP": "unit_code", "Potential": "amount"}),
        Case("code_stand", {"PLZ": CODES, "Umsatz": FIGURES, "Stand": LAST_DAYS},
             _some(_MAPS, "figures")),
        Case("code_value", {"Code": CODES, "Value": FIGURES}, _some(_MAPS, "figures"),
             {"Code": "unit_code", "Value": "amount"}, ("alignment",)),
        Case("code_rate", {"PLZ": CODES, "Kaufkraftindex": [f"{80 + k % 41}.5" for k in range(48)]},
             _some(_MAPS, "figures")),
        Case("code_name_figures", {"PLZ": CODES, "Name": [f"Kreis {k}dorf" for k in range(48)],
                                   "Einwohner": POP}, _some(_MAPS, "figures"),
             {"PLZ": "unit_code", "Einwohner": "amount"}),
        Case("area_names", {"Kreis": [f"Kreis {k}dorf" for k in range(48)], "Einwohner": POP},
             _some(_MAPS, "figures"), {"Kreis": "unit_name", "Einwohner": "amount"}),
        Case("firm_sales", {"Customer": FIRMS, "Spend": SALES}, _some(_KNOWN, "figures"),
             {"Customer": "name", "Spend": "amount"}),
        Case("id_segment", {"Account ID": IDS, "Segment": ["A", "B"] * 12},
             _some(_KNOWN, "figures")),
        # alignments
        Case("two_columns", {"ZIP": CODES, "Territory": AREAS_OF}, _some(_MAPS, "alignment"),
             {"ZIP": "unit_code", "Territory": "territory"}, ("owners", "reps", "actuals")),
        Case("numbered", {"ZIP": CODES, "Territory": [k // 8 + 1 for k in range(48)]},
             _some(_MAPS, "alignment"), {"ZIP": "unit_code", "Territory": "territory"}),
        Case("unsaid", {"Code": CODES, "Column 2": AREAS_OF}, {"full": "alignment"},
             {"Column 2": "territory"}),
        Case("territory_with_figures", {"ZIP": CODES, "Territory": AREAS_OF, "Population": POP},
             _some(_MAPS, "alignment")),
        Case("ranges", {"From - to": [f"{CODES[8 * k]}-{CODES[8 * k + 7]}" for k in range(6)],
                        "Territory": TERRITORIES}, _some(_MAPS, "alignment"),
             {"From - to": "unit_code"}),
        Case("bare", {"PLZ": CODES}, dict.fromkeys(STATES, ""), never=("alignment", "figures")),
        Case("tree", {"ZIP": CODES, "Territory": AREAS_OF, "District": ["D1", "D2"] * 24,
                      "Region": ["East"] * 48, "Rep": [REPS[k // 8] for k in range(48)]},
             _some(_MAPS, "alignment"), {"District": "district", "Region": "region", "Rep": "rep"}),
        # owners
        Case("id_owner", {"Account number": IDS, "Owner": _OWNERS}, _some(_KNOWN, "owners"),
             {"Account number": "id", "Owner": "owner"}),
        Case("id_firm_owner", {"Account number": IDS, "Account name": FIRMS, "Owner": OWNING},
             _some(_KNOWN, "owners")),
        Case("named", {"Customer ID": IDS[:9], "Territory": _OWNERS[:9], "Until": LAST_DAYS[:9],
                       "Reason": ["Key account"] * 9}, _some(_KNOWN, "owners"),
             {"Until": "until", "Reason": "reason"}),
        Case("kunde_betreuer", {"Kundennummer": IDS, "Betreuer": OWNING},
             _some(_KNOWN, "owners"), {"Kundennummer": "id", "Betreuer": "owner"}),
        # reps
        Case("reps", {"Name": REPS, "Email": MAILS, "City": CITIES[:6], "ZIP": ZIPS[:6]},
             _some("map accounts both full", "reps"), {"Name": "name", "Email": "email"}),
        Case("people", {"Name": REPS, "Territory": TERRITORIES, "Phone": ["030 123"] * 6},
             {"full": "reps"}, {"Name": "name", "Territory": "territory"}),
        Case("managers", {"Name": ["Ola Ny", "Una Ek", "Per Ås"], "Title": ["KAM"] * 3,
                          "Manager": ["Ann Lee"] * 3, "Hire date": ["2020-01-01"] * 3},
             _some("map accounts both full", "reps"), {"Manager": "manager", "Hire date": "hired"}),
        # figures reached
        Case("wide", {"Account number": IDS, "Jan 2026": SALES, "Feb 2026": SALES},
             _some(_KNOWN, "actuals"), {"Jan 2026": "amount", "Feb 2026": "amount"}),
        Case("quarters", {"PLZ": CODES, "Q1 2026": FIGURES, "Q2 2026": POP},
             _some(_MAPS, "actuals")),
        Case("by_territory", {"Territory": TERRITORIES * 3, "Month": sorted(MONTHS)[:18],
                              "Revenue": FIGURES[:18]}, {"full": "actuals"},
             {"Territory": "territory", "Month": "period", "Revenue": "amount"}),
        Case("by_rep", {"Sales rep": REPS * 3, "Month": ["Jan 26"] * 6 + ["Feb 26"] * 12,
                        "Revenue": FIGURES[:18]}, {"full": "actuals"}, {"Sales rep": "rep"}),
        Case("invoices", {"Customer ID": TWICE, "Invoice date": DAYS_OF, "Amount": FIGURES[:36]},
             _some(_KNOWN, "actuals"), {"Customer ID": "account", "Invoice date": "period"}),
        Case("orders", {"Order ID": [f"O{k}" for k in range(36)], "Order date": DAYS_OF,
                        "Customer ID": TWICE, "Customer name": [FIRMS[k // 3] for k in range(36)],
                        "Street": (STREETS * 2)[:36], "City": (CITIES * 2)[:36],
                        "ZIP": [ZIPS[k // 3] for k in range(36)], "Sales": FIGURES[:36]},
             _some("accounts both full", "update", none="accounts", map="accounts")),
        # postcodes
        Case("places", {"Postcode": CODES, "Place": ["Berlin"] * 48,
                        "Latitude": [f"{52 + k / 99:.4f}" for k in range(48)],
                        "Longitude": [f"{13 + k / 99:.4f}" for k in range(48)]},
             _all("postcodes"), {"Postcode": "postcode", "Latitude": "lat"}),
        Case("nothing", {"Note": ["call back", "see mail", "to do"], "Done": ["x", "", "x"]},
             dict.fromkeys(STATES, ""), never=_NEVER),
    ]  # fmt: skip


CASES: tuple[Case, ...] = (*_by_language(), *_single())

"""The people of a list, rows of one person joined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from terradesk.importing.periods import iso_date
from terradesk.importing.roles import cells_of, column_of
from terradesk.importing.updating.matching import folded
from terradesk.plan import Plan
from terradesk.readers.placing.placer import Placer
from terradesk.readers.tables import Table
from terradesk.readers.tabular.numbers import number as read_number

PLACE_ROLES = ("lat", "lon", "postcode", "city", "state", "country")
TEXT_ROLES = ("name", "email", "role", "hired", "note", "manager", "rep_id")
_SEVERAL = re.compile(r"\s*[;|\n]\s*")


@dataclass(frozen=True, slots=True)
class Post:
    """A territory of a person as the list has it."""

    row: int
    territory: str
    share: float
    start: str
    end: str


@dataclass(slots=True, eq=False)
class Listed:
    """One person of a list.

    Parameters
    ----------
    key : str
        E-mail address, else number, else name.
    rows : list of int
    texts : dict of role to str
        First filled cell of each of `TEXT_ROLES`; ``hired`` as ISO date.
    lon, lat : float
        NaN where there is no home.
    posts : list of Post
    """

    key: str
    rows: list[int] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    lon: float = np.nan
    lat: float = np.nan
    posts: list[Post] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name, else the e-mail address."""
        return self.texts["name"] or self.texts["email"]


def listed(
    table: Table, roles: Mapping[str, str], plan: Plan, dates: str = ""
) -> tuple[list[Listed], list[int], list[int]]:
    """The people of a list, rows without a name, and rows whose home has no place.

    Parameters
    ----------
    table : Table
    roles : mapping of str to str
    plan : Plan
        In whose map homes are looked for.
    dates : {"", "dmy", "mdy", "ymd"}
    """
    cells = {role: cells_of(table, roles, role).tolist() for role in TEXT_ROLES}
    posts = {role: cells_of(table, roles, role).tolist() for role in ("territory", "share")}
    spans = {role: cells_of(table, roles, role).tolist() for role in ("start", "end")}
    people: dict[str, Listed] = {}
    nameless = []
    for row in range(len(table)):
        own = {role: " ".join(cells[role][row].split()) for role in TEXT_ROLES}
        key = own["email"].casefold() or own["rep_id"] or folded(own["name"])
        if not key or not (own["name"] or own["email"]):
            nameless.append(row)
            continue
        own["hired"] = iso_date(own["hired"], dates)
        one = people.setdefault(key, Listed(key, texts=dict.fromkeys(TEXT_ROLES, "")))
        one.rows.append(row)
        one.texts = {role: one.texts[role] or own[role] for role in TEXT_ROLES}
        share = _share(posts["share"][row], table.decimal)
        span = [iso_date(spans[side][row], dates) for side in ("start", "end")]
        for territory in _SEVERAL.split(posts["territory"][row].strip()):
            if territory:
                one.posts.append(Post(row, " ".join(territory.split()), share, *span))
    found = list(people.values())
    return found, nameless, _homes(table, roles, plan, found)


def _share(text: str, decimal: str) -> float:
    """A share of working time: 0.5, 50 %, 50."""
    value = read_number(text, decimal)
    if value is None or not np.isfinite(value) or value <= 0:
        return 1.0
    return min(value / 100 if "%" in text or value > 2 else value, 1.0)


def _homes(table: Table, roles: Mapping[str, str], plan: Plan, people: list[Listed]) -> list[int]:
    """Find the homes; rows of people for whom there is none though the list says one."""
    first = np.array([one.rows[0] for one in people], np.int64)
    cells = {
        role: table.columns[column_of(roles, role)][first]
        for role in PLACE_ROLES
        if column_of(roles, role)
    }
    if not cells or not len(first):
        return []
    placed = Placer(plan).place(cells, table.decimal)
    said_so = np.zeros(len(first), bool)
    for role in set(cells) - {"country", "state"}:
        said_so |= np.asarray(cells[role] != "", bool)
    for one, lon, lat in zip(people, placed.lon.tolist(), placed.lat.tolist(), strict=True):
        one.lon, one.lat = lon, lat
    return first[said_so & ~np.isfinite(placed.lon)].tolist()

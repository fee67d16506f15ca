"""New plans for scripts: from boundaries, from a map that comes along, from customers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from terradesk.edits import apply
from terradesk.edits.arrivals import made_from
from terradesk.edits.scenarios import set_setting
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.plan import Plan, new_plan
from terradesk.progress import Progress, part, silent
from terradesk.units import empty_units

if TYPE_CHECKING:
    from pandas import DataFrame

    from terradesk.readers import ImportReport, MadeAccounts

EACH = "each"
"""Instead of a map: the ground around each customer is an area."""

_WORLD_CRS = "EPSG:6933"


def plan_of_boundaries(
    units: str | Path | DataFrame,
    layer: str | None = None,
    code: str = "",
    name: str = "",
    noun: tuple[str, str] | None = None,
    progress: Progress = silent,
) -> tuple[Plan, ImportReport]:
    """A plan of imported areas, and the report of the import; see `terradesk.api.new`."""
    from terradesk import readers
    from terradesk.readers.frames import boundaries_of

    if isinstance(units, str | Path):
        found = readers.read_boundaries(units, layer, part(progress, 0.0, 0.3))
    else:
        found = boundaries_of(units)
    made = readers.make_units(found, code, name, part(progress, 0.3, 1.0))
    settings = {"noun_one": noun[0], "noun_many": noun[1]} if noun else {}
    plan = new_plan(
        made.crs,
        made.units,
        made.arcs,
        columns=made.columns,
        measures=made.measures,
        settings=settings,
    )
    source = Path(units).name if isinstance(units, str | Path) else _("a table")
    return made_from(plan, "areas", source, asdict(made.report)), made.report


def plan_of_map(key: str, progress: Progress = silent) -> Plan:
    """A plan of a map that comes with TerraDesk.

    Raises
    ------
    TerraDeskError
        There is no such map.
    """
    from terradesk import sample

    keys = [one.key for one in sample.BUILT_IN_MAPS]
    if key not in keys:
        raise TerraDeskError(
            _("There is no map “{name}”.").format(name=isolate(key)),
            _("Known are: {names}").format(names=", ".join([*keys, EACH])),
        )
    return sample.new_from_map(key, progress)


def plan_of_customers(
    accounts: str | Path | DataFrame | None, progress: Progress = silent
) -> tuple[Plan, tuple[MadeAccounts, str]]:
    """A plan in which each customer has an area, and the customers to add with their file's name.

    Raises
    ------
    TerraDeskError
        If there is no table or it cannot be used, or no customer has a place.
    """
    from terradesk.readers.maps.made_cells import make_cells

    if accounts is None:
        raise TerraDeskError(
            _("There are no customers to draw areas around."),
            _("Give a customer list, or the key of another map."),
        )
    world = new_plan(_WORLD_CRS, empty_units(), None)
    made, source = accounts_of(accounts, world, progress=part(progress, 0.0, 0.4))
    cells = make_cells(made, progress=part(progress, 0.4, 1.0))
    return cells.plan, (cells.made, source)


def accounts_of(
    accounts: str | Path | DataFrame,
    plan: Plan,
    sheet: str | None = None,
    roles: Mapping[str, str] | None = None,
    group_by: Sequence[str] | None = None,
    progress: Progress = silent,
) -> tuple[MadeAccounts, str]:
    """Accounts of a file or table placed in a plan, and the name of the file.

    Parameters
    ----------
    accounts, sheet, roles, group_by
        See `OpenPlan.add_accounts`.
    plan : Plan
    """
    from terradesk import readers
    from terradesk.readers import frames
    from terradesk.readers.placing import point_cells

    if isinstance(accounts, str | Path):
        source = Path(accounts).name
        read = readers.read_table(accounts, sheet, part(progress, 0.0, 0.3))
        table = point_cells.taken_apart(read)
    else:
        source, table = _("a table"), frames.table_of(accounts)
    guesses = readers.recognise(table, plan.units if len(plan.units) else None)
    if group_by is None:
        group_by = readers.suggest_grouping(table, guesses).choices[0]
    meant = {**readers.roles_of(guesses), **(roles or {})}
    formats = {g.name: g.format for g in guesses}
    made = readers.make_accounts(
        table, meant, group_by, plan, part(progress, 0.3, 1.0), formats=formats
    )
    return made, source


def titled(plan: Plan, title: str) -> Plan:
    """The plan under a title, as it was without one."""
    edit = set_setting(plan, "title", title) if title else None
    return apply(plan, edit) if edit else plan

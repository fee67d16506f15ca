"""What ``import terradesk`` offers to scripts and notebooks.

>>> import terradesk, geopandas, shapely
>>> squares = geopandas.GeoDataFrame(
...     {"code": ["01", "02", "03", "04"], "people": [10.0, 20.0, 30.0, 40.0]},
...     geometry=shapely.box([0, 1, 2, 3], [0, 0, 0, 0], [1, 2, 3, 4], [1, 1, 1, 1]),
...     crs="EPSG:4326",
... )
>>> plan = terradesk.new(squares, code="code", title="Four squares")
>>> west, east = plan.make_territory("West"), plan.make_territory("East")
>>> plan.assign(["01", "02"], "West"), plan.assign(["03", "04"], "East")
(2, 2)
>>> plan.balance_by("people")
>>> frame = plan.territories_frame()
>>> [(row.name, round(row.deviation, 2)) for row in frame.itertuples(index=False)]
[('West', -0.4), ('East', 0.4)]
>>> plan.assign(["03"], "West", reason="to balance")
1
>>> plan.undo()
'Undone: Moved 1 area from East to West'
>>> files = plan.export("four.csv")
>>> [file.name for file in files]
['four.csv']
>>> plan.close()
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from terradesk.api import making
from terradesk.api.open_plan import OpenPlan
from terradesk.document import Document
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress, part, silent

if TYPE_CHECKING:
    from pandas import DataFrame

    from terradesk.readers import ImportReport, MadeAccounts

__all__ = ["OpenPlan", "TerraDeskError", "new", "open"]


def open(path: str | Path, scenario: str | None = None, *, read_only: bool = False) -> OpenPlan:
    """Open a plan file.

    Parameters
    ----------
    path : str or Path
    scenario : str, optional
        By default the newest that is not the baseline.
    read_only : bool
        Never write.

    Raises
    ------
    TerraDeskError
        If it is not a plan or cannot be read, or there is no such scenario.
    """
    from terradesk import planfile

    document = planfile.open_document(path, read_only)
    try:
        return OpenPlan(document, scenario)
    except BaseException:
        document.close()
        raise


def new(
    units: str | Path | DataFrame | None = None,
    accounts: str | Path | DataFrame | None = None,
    *,
    map: str = "",
    path: str | Path | None = None,
    layer: str | None = None,
    code: str = "",
    name: str = "",
    from_column: str = "",
    noun: tuple[str, str] | None = None,
    title: str = "",
    progress: Progress = silent,
) -> OpenPlan:
    """Make a plan.

    Parameters
    ----------
    units : str, Path or GeoDataFrame, optional
        Boundaries.
    accounts : str, Path or DataFrame, optional
        Customers.
    map : str
        Instead of boundaries: key of a map that comes with TerraDesk, such as ``us_county`` or
        ``us_zip``, or ``each`` for an area around each customer.
    path : str or Path, optional
        File of the plan; without one it lives in memory only. An existing file is not replaced.
    layer : str, optional
        Of the boundary file.
    code, name : str
        Columns of the boundaries; guessed unless given.
    from_column : str
        Column of the boundaries, such as a state: one territory for each of its values.
    noun : tuple of str, optional
        What an area is called, one and many: ("county", "counties").
    title : str
        Name of the plan; by default that of its file.

    Raises
    ------
    TerraDeskError
        If a file cannot be read or written, or the choices contradict each other; nothing is left
        behind then.
    """
    from terradesk import planfile

    target = Path(path) if path is not None else None
    if target is not None and target.exists():
        raise TerraDeskError(
            _("There is a file “{name}” already.").format(name=isolate(target.name)),
            _("Choose another name, or remove the file."),
        )
    if (units is None) == (not map):
        raise TerraDeskError(
            _("A plan is made of boundaries, of a map, or of customers."),
            _("Give a boundary file or the name of a map, not both."),
        )
    whole = part(progress, 0.0, 0.6)
    reports: list[ImportReport] = []
    added: tuple[MadeAccounts, str] | None = None
    if units is not None:
        plan, report = making.plan_of_boundaries(units, layer, code, name, noun, whole)
        reports.append(report)
    elif map == making.EACH:
        plan, added = making.plan_of_customers(accounts, whole)
    else:
        plan = making.plan_of_map(map, whole)
    plan = making.titled(plan, title or (target.stem if target else ""))
    document = planfile.create(target, plan) if target else Document(plan)
    try:
        opened = OpenPlan(document)
        opened.reports.extend(reports)
        if added is not None:
            made, source = added
            made.add_to(document, source)
            opened.reports.append(made.report)
        elif accounts is not None:
            opened.add_accounts(accounts, progress=part(progress, 0.6, 1.0))
        if from_column:
            opened.assign_by_column(from_column)
    except BaseException:
        document.close()
        if target is not None:
            target.unlink(missing_ok=True)
        raise
    return opened

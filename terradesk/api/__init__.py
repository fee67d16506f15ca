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

from terradesk.api.open_plan import OpenPlan
from terradesk.document import Document
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.plan import new_plan
from terradesk.progress import Progress, part, silent

if TYPE_CHECKING:
    from pandas import DataFrame

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
    units: str | Path | DataFrame,
    accounts: str | Path | DataFrame | None = None,
    *,
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
    units : str, Path or GeoDataFrame
        Boundaries.
    accounts : str, Path or DataFrame, optional
        Customers.
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
        If a file cannot be read or written; nothing is left behind then.
    """
    from terradesk import planfile, readers
    from terradesk.readers.frames import boundaries_of

    target = Path(path) if path is not None else None
    if target is not None and target.exists():
        raise TerraDeskError(
            _("There is a file “{name}” already.").format(name=isolate(target.name)),
            _("Choose another name, or remove the file."),
        )
    if isinstance(units, str | Path):
        found = readers.read_boundaries(units, layer, part(progress, 0.0, 0.2))
    else:
        found = boundaries_of(units)
    made = readers.make_units(found, code, name, part(progress, 0.2, 0.6))
    settings = {"noun_one": noun[0], "noun_many": noun[1]} if noun else {}
    plan = new_plan(
        made.crs,
        made.units,
        made.arcs,
        title=title or (target.stem if target else ""),
        columns=made.columns,
        measures=made.measures,
        settings=settings,
    )
    document = planfile.create(target, plan) if target else Document(plan)
    try:
        opened = OpenPlan(document)
        opened.reports.append(made.report)
        if accounts is not None:
            opened.add_accounts(accounts, progress=part(progress, 0.6, 1.0))
        if from_column:
            opened.assign_by_column(from_column)
    except BaseException:
        document.close()
        if target is not None:
            target.unlink(missing_ok=True)
        raise
    return opened

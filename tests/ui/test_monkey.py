"""Random events on the map: nothing raises, nothing is lost, every gesture is one step or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import shapely

from terradesk import edits
from terradesk import records as rec
from terradesk.arcs import build
from terradesk.document import Document
from terradesk.edits import Edit, Record, scenarios
from terradesk.edits.locking import lock_units
from terradesk.edits.territories import set_locked
from terradesk.errors import TerraDeskError
from terradesk.plan import UNASSIGNED, Plan
from terradesk.units import Units
from tests.core.kernel import CRS, SIDE, grid_accounts, grid_plan
from tests.ui.driving import wait_for_map
from tests.ui.map_desk import Desk
from tests.ui.monkey import Monkey

COLUMNS, ROWS = 8, 6
pytestmark = pytest.mark.qt_log_ignore(  # what the offscreen platform says of popups
    "This plugin does not support",
    "edit: editing failed",  # a second new territory while the first one's name is being typed
    extend=True,
)
POCKET = [18, 19, 26, 27]


@cache
def areas() -> Plan:
    """Locked and named things, unassigned areas, a water link and a second scenario."""
    made = grid_plan(COLUMNS, ROWS, 4)
    labels = made.assignments[3].copy()
    labels[POCKET] = UNASSIGNED
    made = replace(made, assignments={3: labels})
    link = Record("bridge", None, rec.Bridge(rec.new_uid(), made.next_id, 0, 3, 40))
    made = edits.apply(made, Edit("", records=(link,)))
    ids = [t.id for t in made.alignment(3).leaves]
    named = edits.name_accounts(made, 3, np.array([0, 7, 11]), ids[2]).edit
    for edit in (set_locked(made, 3, [ids[3]], True), lock_units(made, 3, [9, 10], True), named):
        assert edit is not None
        made = edits.apply(made, edit)
    scenario = made.alignment(3).scenario.id
    return edits.apply(made, scenarios.copy_scenario(made, scenario, "Other"))


@cache
def accounts_only() -> Plan:
    """Customers without any map of areas."""
    made = grid_plan(COLUMNS, ROWS, 3)
    none: dict[str, object] = {f: getattr(made.units, f)[:0] for f in ("codes", "names", "source")}
    none |= {f: getattr(made.units, f)[:0] for f in ("batch", "is_present")}
    units = replace(made.units, columns={}, **none)
    accounts = replace(made.accounts, unit=np.full(len(made.accounts), -1, np.int32))
    rows = {3: np.empty(0, np.int32)}
    return replace(made, units=units, coverage=None, accounts=accounts, assignments=rows)


@cache
def approximate() -> Plan:
    """Areas around customers, on two islands."""
    rng = np.random.default_rng(7)
    xy = rng.random((40, 2)) * [8 * SIDE, 6 * SIDE]
    lands = [shapely.box(0, 0, 4 * SIDE, 6 * SIDE), shapely.box(5 * SIDE, 0, 8 * SIDE, 6 * SIDE)]
    land = shapely.union_all(lands)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(xy), extend_to=land))
    cells = shapely.intersection(cells, land)
    cells = cells[shapely.area(cells) > 0]
    grid = grid_plan(COLUMNS, ROWS, 3)
    n = len(cells)
    units = Units(
        codes=np.array([f"C{i}" for i in range(n)], object),
        names=np.array([f"Around {i}" for i in range(n)], object),
        columns={"population": np.arange(n) * 1.5},
        source=np.array(shapely.to_wkb(cells), object),
        source_crs=CRS,
        geometry_kind="approximate",
    )
    arcs = build(cells)
    ids = [t.id for t in grid.alignment(3).leaves]
    labels = np.array([*ids, UNASSIGNED], np.int32)[np.arange(n) % 4]
    made = grid_accounts(COLUMNS, ROWS)
    tree = shapely.STRtree(cells)
    nearest = tree.nearest(shapely.points(made.x, made.y)).astype(np.int32)
    return replace(
        grid, units=units, coverage=arcs, assignments={3: labels},
        accounts=replace(made, unit=nearest),
    )  # fmt: skip


PLANS = {"areas": areas, "accounts": accounts_only, "approximate": approximate}


def desk_monkey(qtbot, monkeypatch, make: Callable[[], Plan], seed: int) -> Monkey:
    desk = Desk(qtbot, monkeypatch, make())
    desk.model.on_error = lambda _error, _can_retry: False  # the window would tell and go on
    return Monkey(desk.view, desk.model, make, seed)


def unexpected(told: list[BaseException]) -> list[BaseException]:
    """What the user was told that is not his own doing, as a locked territory is."""
    return [error for error in told if not isinstance(error, TerraDeskError)]


@pytest.mark.parametrize("kind, n", [("areas", 260), ("accounts", 120), ("approximate", 120)])
def test_random_events_on_the_map_break_nothing(qtbot, monkeypatch, kind, n):
    monkey = desk_monkey(qtbot, monkeypatch, PLANS[kind], 1)
    monkey.play(n)
    assert monkey.n_gestures > n / 40 and monkey.n_steps


def test_random_events_in_the_window_break_nothing(window, qtbot, told):
    window.show_document(Document(areas()))
    wait_for_map(qtbot, window)
    Monkey(window.map, window.model, areas, 2, window.run_command).play(90)
    assert not unexpected(told)


@pytest.mark.proof
@pytest.mark.parametrize("kind", PLANS)
@pytest.mark.parametrize("seed", range(12))
def test_many_random_events_on_the_map_break_nothing(qtbot, monkeypatch, kind, seed):
    desk_monkey(qtbot, monkeypatch, PLANS[kind], 100 + seed).play(2500)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(12))
def test_many_random_events_in_the_window_break_nothing(window, qtbot, told, seed):
    window.show_document(Document(areas()))
    wait_for_map(qtbot, window)
    Monkey(window.map, window.model, areas, 200 + seed, window.run_command).play(2000)
    assert not unexpected(told)

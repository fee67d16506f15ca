"""The map of an import: what arrives, changes and goes, over the plan as it would be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6 import QtGui

from terradesk import measures, palettes
from terradesk import records as rec
from terradesk.arcs import build
from terradesk.coverages import Coverages
from terradesk.i18n import N_, _
from terradesk.importing.prepared import ARRIVES, CHANGES, GOES, NOTHING, PROBLEM, Prepared, Shown
from terradesk.plan import Plan
from terradesk.progress import Progress
from terradesk.render.frame import Frame
from terradesk.render.layout import AccountLayer
from terradesk.render.scene import Classes, Scene
from terradesk.render.state import Mark
from terradesk.render.style import Style, blend
from terradesk.render.symbols import CLASS_COLOURS, SHAPES
from terradesk.render.view import View

from ..map_marks import Marked
from ..preview_map import Box, Drawn
from .shown_base import base_around
from .shown_names import draw_names
from .shown_shapes import ShownShapes

STATE_TEXTS = {
    ARRIVES: N_("comes in"),
    CHANGES: N_("changes"),
    GOES: N_("goes"),
    PROBLEM: N_("please check"),
}
"""What happens to what the map shows, in the order of its legend."""

_ROLES = {NOTHING: "paper", ARRIVES: "accent_soft", CHANGES: "warn_soft", GOES: "under_bar"}
_ROLES[PROBLEM] = "over_bar"
_STRENGTH = {GOES: 0.55, PROBLEM: 0.55}
_HATCHES = {GOES: 1, PROBLEM: 2}
_SYMBOLS = {ARRIVES: 0, CHANGES: 2, GOES: 7, PROBLEM: 1}
_FEW = 400  # units whose borders are drawn like those of states
_FAR = 3.0  # times the size of the map: shapes beyond do not make it smaller
_POINT_SIDE = 20_000.0  # metres around a single point


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the legend.

    Parameters
    ----------
    state : int
    n : int
        Areas and points; shapes only where there are no others, or where they are the problem.
    fill : str
        ``#RRGGBB`` of areas; empty where only points and shapes have the state.
    ink : str
        Of points and shapes; empty where only areas have it.
    symbol : str
        One of `SHAPES`, empty where no points have it.
    text : str
        What it means where the state does not say it.
    """

    state: int
    n: int
    fill: str
    ink: str
    symbol: str = ""
    text: str = ""


class ShownMap:
    """What the map of a page shows; drawn by one thread at a time.

    Parameters
    ----------
    prepared : Prepared
    base : Plan
        The plan that is drawn.
    scene : Scene
        Its areas, with the points.
    extent : (x0, y0, x1, y1)
        Metres.
    shows_units : bool
        Whether areas have the colours of their states, rather than those of territories.
    """

    def __init__(
        self, prepared: Prepared, base: Plan, scene: Scene, extent: Box, shows_units: bool
    ) -> None:
        self.prepared, self.base, self._scene = prepared, base, scene
        self._extent = extent
        self._state = scene.state()
        self._shows_units = shows_units
        self._accounts: AccountLayer | None = None
        self._frame: Frame | None = None
        self._units: tuple[int, ...] = ()
        shown = prepared.shown
        self.shapes = ShownShapes(shown.shapes, shown.shape_states, shown.shape_keys)

    @property
    def extent(self) -> Box:
        """All of it, metres."""
        return self._extent

    @property
    def origin(self) -> tuple[float, float]:
        """What pixels are counted from."""
        return self._scene.arcs.origin

    def keys(self, dark: bool) -> tuple[Key, ...]:
        """The legend: states that are to be seen."""
        shown, roles, n = self.prepared.shown, palettes.roles(dark), PROBLEM + 1
        is_seen = np.isfinite(shown.points).all(axis=1)[: len(shown.point_states)]
        units = np.bincount(shown.unit_states, minlength=n) * self._shows_units
        points = np.bincount(shown.point_states[is_seen], minlength=n)
        shapes = np.bincount(shown.shape_states, minlength=n)
        out = []
        if shapes[NOTHING] and shown.quiet:
            out.append(Key(NOTHING, int(shapes[NOTHING]), "", roles["text3"], text=shown.quiet))
        for state in STATE_TEXTS:
            u, p, s = int(units[state]), int(points[state]), int(shapes[state])
            total = u + p + s * (state == PROBLEM) or s
            if total:
                fill, ink = fill_of(state, dark) if u else "", ink_of(state, dark) if p or s else ""
                out.append(Key(state, total, fill, ink, SHAPES[_SYMBOLS[state]] if p else ""))
        return tuple(sorted(out, key=lambda key: key.state == NOTHING))

    def told(self, x: float, y: float, reach: float, unit: int) -> str:
        """The item of a shape at a place in metres, else name, code and state of a unit."""
        key = self.shapes.key_at(x, y, reach)
        for item in self.prepared.items if key else ():
            if item.key == key:
                group = dict(self.prepared.groups).get(item.group, "")
                return "\n".join(text for text in (item.title, item.after, group) if text)
        return self._told_unit(unit) if unit >= 0 else ""

    def _told_unit(self, unit: int) -> str:
        units, states = self.base.units, self.prepared.shown.unit_states
        name, code = str(units.names[unit]), str(units.codes[unit])
        text = f"{name} ({code})" if name not in ("", code) else code
        state = int(states[unit]) if len(states) == len(units) else NOTHING
        return f"{text}: {_(STATE_TEXTS[state])}" if state in STATE_TEXTS else text

    def draw(
        self, view: View, edge: int, dark: bool, ratio: float, marked: Marked, progress: Progress
    ) -> Drawn:
        """A picture of a view."""
        progress(0.1, "")
        frame = self._framed(view, dark, ratio)
        self._mark(marked.units)
        frame.view = view
        frame.render()
        rgb = frame.image()
        progress(0.6, "")
        if self._scene.accounts is not None:
            if self._accounts is None:
                self._accounts = AccountLayer(self._scene, view, frame.style)
            self._accounts.look(view, frame.style)
            self._accounts.draw(rgb, view, frame.style)
        progress(0.8, "")
        high, wide = rgb.shape
        kind = QtGui.QImage.Format.Format_RGB32
        image = QtGui.QImage(rgb.tobytes(), wide, high, 4 * wide, kind).copy()
        inks = {state: ink_of(state, dark) for state in STATE_TEXTS}
        inks[NOTHING] = frame.style.roles["text3"]
        self.shapes.draw(image, view, inks, frame.style, marked.keys)
        progress(0.9, "")
        ids = frame.ids()
        draw_names(image, view, ids, self.base.units.names, self._scene.base, frame.style, edge)
        return Drawn(image, view, ids)

    def _framed(self, view: View, dark: bool, ratio: float) -> Frame:
        old = self._frame
        if (
            old is not None
            and (old.width, old.height) == (view.width, view.height)
            and (old.style.dark, old.style.pixel_ratio) == (dark, ratio)
        ):
            return old
        style, base = Style(dark, ratio, palette=self._scene.palette), self._scene.base
        under = () if base is None else (base,)
        self._frame = Frame(self._state, style, view.width, view.height, underlays=under)
        return self._frame

    def _mark(self, units: tuple[int, ...]) -> None:
        if units != self._units:
            self._units = units
            self._state.set_mark(np.array(units, np.int64), Mark.SELECTED)
            self._state.refresh_lines()


def fill_of(state: int, dark: bool) -> str:
    """``#RRGGBB`` of areas in a state, mixed with paper where names would drown in it."""
    roles = palettes.roles(dark)
    role, paper = (int(roles[name][1:], 16) for name in (_ROLES[state], "paper"))
    return f"#{int(blend(paper, role, _STRENGTH.get(state, 1.0))):06X}"


def ink_of(state: int, dark: bool) -> str:
    """``#RRGGBB`` of points and shapes in a state."""
    return CLASS_COLOURS[int(dark)][_SYMBOLS[state]]


def shown_map(prepared: Prepared, plan: Plan | None, alignment: int) -> ShownMap | None:
    """The map of what an import would do; None where there is nothing to draw.

    Parameters
    ----------
    prepared : Prepared
    plan : Plan or None
        The open one.
    alignment : int
        In view.
    """
    shown = prepared.shown
    base = shown.plan or prepared.plan or plan
    if base is None:
        return None
    points, values = _points(prepared, base)
    if base.arcs is None:
        middle = np.nan_to_num(np.nanmean(points, axis=0)) if len(points) else np.zeros(2)
        origin = float(np.round(middle[0])), float(np.round(middle[1]))
        nothing = np.full(len(base.units), None, object)
        base = replace(base, coverage=build(nothing, origin), coverages=Coverages())
    redrawn = alignment if plan is not None and _redraws(base, plan, alignment) else 0
    scene = _scene(base, redrawn, shown, points, values)
    extent = _extent(scene, shown)
    scene = replace(scene, base=base_around(base.crs, extent, scene.arcs.origin))
    return ShownMap(prepared, base, scene, extent, not redrawn)


def points_of(prepared: Prepared, base: Plan) -> np.ndarray:
    """(n, 2) points of the map, metres: those that come, else those of a new plan."""
    points = prepared.shown.points
    if prepared.plan is not None and not len(points):
        points = np.column_stack((base.accounts.x, base.accounts.y))
    return points


def _points(prepared: Prepared, base: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Points of the map and their sizes."""
    points, plan = points_of(prepared, base), prepared.plan
    new = prepared.incoming.arrivals.accounts if prepared.incoming else None
    records = prepared.incoming.edit.records if prepared.incoming else ()
    if plan is not None:
        found, told = base.accounts, list(plan.rows(rec.Measure))
    elif new is not None:
        found, told = new, [r.after for r in records if isinstance(r.after, rec.Measure)]
    else:
        return points, np.zeros(len(points))
    column = next((m.column for m in told if measures.is_revenue_like(m.name)), "")
    values = found.columns.get(column)
    if values is None or len(values) != len(points) or values.dtype == object:
        return points, np.zeros(len(points))
    return points, np.nan_to_num(np.asarray(values, float))


def _extent(scene: Scene, shown: Shown) -> Box:
    """Box of the areas and the shapes, else of the points."""
    arcs = scene.arcs
    known = [scene.extent()] if (arcs.areas > 0).any() else []
    if known:
        box = known[0]
        shapes = ShownShapes(shown.shapes, shown.shape_states, ()).bounds
        shapes = shapes[np.isfinite(shapes).all(axis=1)]
        side = _FAR * max(box[2] - box[0], box[3] - box[1])
        middle = np.array([box[0] + box[2], box[1] + box[3]]) / 2
        is_near = (np.abs(shapes - np.tile(middle, 2)) < side).all(axis=1)
        every = np.vstack([shapes[is_near], box])
        x0, y0 = every[:, :2].min(axis=0).tolist()
        x1, y1 = every[:, 2:].max(axis=0).tolist()
        return x0, y0, x1, y1
    points = np.asarray(scene.accounts if scene.accounts is not None else np.empty((0, 2)))
    if not len(points):
        return scene.extent()
    low, high = points.min(axis=0), points.max(axis=0)
    pad = np.maximum((_POINT_SIDE - (high - low)) / 2, 0.0)
    (x0, y0), (x1, y1) = (low - pad).tolist(), (high + pad).tolist()
    return x0, y0, x1, y1


def _scene(base: Plan, redrawn: int, shown: Shown, points: np.ndarray, values: np.ndarray) -> Scene:
    """Areas by their states, or by the territories of the alignment that is redrawn."""
    here = np.isfinite(points).all(axis=1)
    scene = _bare_scene(base, redrawn)
    states = shown.unit_states
    if len(states) == len(base.units) and not redrawn and states.any():
        scene = replace(scene, classes=_classes(states))
    kinds = None
    if len(shown.point_states) == len(points) and len(np.unique(shown.point_states)) > 1:
        here &= shown.point_states != NOTHING  # what stays as it is would hide the rest
        table = np.full(256, len(SHAPES), np.int64)
        table[list(_SYMBOLS)] = list(_SYMBOLS.values())
        kinds = table[shown.point_states][here]
    return replace(scene, accounts=points[here], account_values=values[here], account_kinds=kinds)


def _bare_scene(plan: Plan, alignment: int) -> Scene:
    """Areas of a plan without texts and accounts.

    Parameters
    ----------
    plan : Plan
        With areas.
    alignment : int
        Whose territories are drawn; 0: none are.
    """
    from terradesk.exporters.scene import plan_scene

    drawn = plan if alignment else _without_territories(plan)
    which = alignment or next(iter(plan.assignments))
    scene = plan_scene(drawn, which, with_accounts=False, with_base=False)
    scene = replace(scene, title="", subtitle="", values=(), tones=(), locked=None)
    if alignment:
        return scene
    n = len(plan.units)
    paper = [palettes.roles(False)["paper"]], [palettes.roles(True)["paper"]]
    return replace(
        scene,
        labels=np.zeros(n, np.int32),
        names=[""],
        fills=[0],
        parents=None,
        groups=scene.groups if n > _FEW else np.arange(n),
        classes=Classes(np.zeros(n, np.int64), paper, [""], of_units=True),
    )


def _without_territories(plan: Plan) -> Plan:
    """The plan without territories and what belongs to them."""
    labels = {a: np.full_like(rows, -1) for a, rows in plan.assignments.items()}
    gone: dict = {kind: {} for kind in ("territory", "lock", "override", "rule", "staffing")}
    return replace(plan, assignments=labels, tables={**plan.tables, **gone})


def _redraws(base: Plan, plan: Plan, alignment: int) -> bool:
    """Whether territories are drawn by the import."""
    after, before = base.assignments.get(alignment), plan.assignments.get(alignment)
    if after is None or before is None:
        return False
    return len(after) == len(before) and not np.array_equal(after, before)


def _classes(states: np.ndarray) -> Classes:
    light, dark = ([fill_of(k, is_dark) for k in range(PROBLEM + 1)] for is_dark in (False, True))
    hatches = [_HATCHES.get(k, 0) for k in range(PROBLEM + 1)]
    return Classes(
        states.astype(np.int64), (light, dark), [""] * (PROBLEM + 1), of_units=True, hatches=hatches
    )

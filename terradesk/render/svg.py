"""A finished map as SVG: one file of shapes and real text, without scripts and outside references.

Areas are dissolved from the arcs; a hairline in their own colour closes the gaps that smoothing
leaves between neighbours. Everything stands where the PNG has it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from terradesk import i18n
from terradesk.render import svg_layers as layers
from terradesk.render.filling import LOCKED
from terradesk.render.layout import Layout, lay_out
from terradesk.render.lines import near_thin
from terradesk.render.scene import Scene
from terradesk.render.shapes import Card
from terradesk.render.style import BORDER_WIDTHS, CASING_OPACITY, MARK_WIDTHS
from terradesk.render.svg_parts import (
    FONTS,
    Attributes,
    colour_of,
    element,
    halo,
    ink,
    pattern,
    plain,
    shape,
    text,
)
from terradesk.render.svg_paths import Paths

__all__ = ["save_svg", "svg"]

_HAIRLINE = 0.8
_WEIGHT_STEP = 16  # unit lines are told apart by so much of their weight
_COAST = 255
_LOCK_BAND = 11.0  # half of it inside
_ALONG = {"fill": "none", "stroke-linejoin": "round", "stroke-linecap": "round"}


def save_svg(
    scene: Scene, path: Path, width: int = 1600, height: int = 1000, dark: bool = False
) -> None:
    """Write a finished map as SVG.

    Parameters
    ----------
    scene : Scene
    path : Path
    width, height : int
        Pixels; the detail is that of a picture of this size.
    dark : bool

    Raises
    ------
    OSError
        The file cannot be written.
    """
    path.write_text(svg(scene, width, height, dark), "utf-8")


def svg(
    scene: Scene,
    width: int,
    height: int,
    dark: bool = False,
    legend: bool = True,
    scale_bar: bool = True,
    credits: bool = True,
) -> str:
    """Draw a finished map as the text of an SVG file; parameters and errors as `lay_out`."""
    layout = lay_out(scene, width, height, 1.0, dark, legend, scale_bar, credits)
    paths = Paths(layout.view, layout.top)
    roles, (wide, high) = layout.style.roles, layout.size
    page = {"width": wide, "height": high}
    strip: Attributes = {"width": wide, "height": layout.top}
    named = [(one, f"text-{k}") for k, one in enumerate(layout.texts, 1)]
    halos = "".join(halo(one, key) for one, key in named)
    names = "\n".join(text(one, key) for one, key in named)
    shapes = "".join(shape(one, layout.style) for one in layout.shapes)
    body = [
        element("title", {}, plain(scene.title) or plain(i18n._("Map"))),
        element("desc", {}, plain(_described(scene))),
        element("defs", {}, _definitions(layout)),
        element("g", {"id": "map", "clip-path": "url(#frame)"}, _map(layout, paths)),
        element("rect", {**strip, **ink("fill", roles["panel"])}) if layout.top else "",
        element("g", {"id": "furniture"}, shapes) if shapes else "",
        element("g", {"id": "halos"}, halos) if halos else "",
        element("g", {"id": "names"}, names) if names else "",
    ]
    root: Attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "xmlns:xlink": "http://www.w3.org/1999/xlink",
        **page,
        "viewBox": f"0 0 {wide} {high}",
        "font-family": FONTS,
    }
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + element("svg", root, "\n".join(body)) + "\n"


def _described(scene: Scene) -> str:
    date = i18n.date(scene.date) if scene.date is not None else ""
    return " · ".join(part for part in (scene.subtitle, date, scene.credits) if part)


def _definitions(layout: Layout) -> str:
    view, top = layout.view, layout.top
    frame = element("rect", {"y": top, "width": view.width, "height": view.height})
    used = {one.hatch for one in layout.shapes if isinstance(one, Card)}
    used |= {_hatch(value) for value in np.unique(_table(layout)).tolist()}
    used |= {LOCKED} if layout.state.has_locked else set()
    hatches = [pattern(n, layout.style, -view.kx, view.ky + top) for n in sorted(used - {0})]
    return element("clipPath", {"id": "frame"}, frame) + "".join(hatches)


def _table(layout: Layout) -> NDArray[np.uint32]:
    """(n_units,) fill and hatch of each unit as the kernels read them."""
    layout.state.restyle(layout.style)
    return layout.state.table[1:]


def _hatch(value: int) -> int:
    code = value >> 24
    return 0 if code == 0xFF else code & 0x1F


def _map(layout: Layout, paths: Paths) -> str:
    scene, style = layout.scene, layout.style
    view, base = layout.view, scene.base
    sea: Attributes = {"y": layout.top, "width": view.width, "height": view.height}
    parts = [element("rect", {**sea, **ink("fill", style.roles["water"])})]
    if base is not None:
        parts.append(layers.base_map(base, paths, layout))
    parts += [layers.stamp(one, paths, layout) for one in scene.under]
    if scene.fill_opacity > 0:
        parts.append(_fills(layout, paths))
    if base is not None:
        parts.append(layers.water(base, paths, layout))
    parts.append(_thin_lines(layout, paths))
    if "locks" not in scene.hidden:
        parts.append(_locks(layout, paths))
    parts += [_borders(layout, paths), _marks(layout, paths)]
    parts += [layers.stamp(one, paths, layout) for one in layout.stamps]
    return "\n".join(part for part in parts if part)


# ---------------------------------------------------------------------- areas
def _fills(layout: Layout, paths: Paths) -> str:
    """Each territory once in its colour; classes of units by colour under the territories."""
    scene, table, owners = layout.scene, _table(layout), layout.state.territories
    by_unit = scene.classes is not None and scene.classes.of_units
    keys = np.column_stack([np.where(by_unit, -1, owners), table]).astype(np.int64)
    found, groups = np.unique(keys, axis=0, return_inverse=True)
    data = paths.areas(scene.arcs, groups.ravel(), len(found))
    out = [
        _fill(layout, data[k], int(owner), int(value))
        for k, (owner, value) in enumerate(found.tolist())
        if data[k]
    ]
    if by_unit:
        n = len(scene.names)
        own = np.where(owners < n, owners, -1)
        shapes = paths.areas(scene.arcs, own.astype(np.int64), n)
        out += [_titled(layout, t, {"d": d, "fill": "none"}) for t, d in enumerate(shapes) if d]
    look = {"fill-rule": "evenodd", "stroke-width": _HAIRLINE, "stroke-linejoin": "round"}
    opacity = f"{scene.fill_opacity:.2f}" if scene.fill_opacity < 1 else ""
    hatches = [
        element("path", {"d": data[k], "fill": f"url(#hatch-{_hatch(value)})"})
        for k, (_owner, value) in enumerate(found.tolist())
        if data[k] and _hatch(value)
    ]
    drawn = element("g", {"id": "areas", **look, "opacity": opacity}, "\n".join(out))
    if hatches:
        rule = {"id": "patterns", "fill-rule": "evenodd"}
        drawn += element("g", rule, "\n".join(hatches))
    return drawn


def _fill(layout: Layout, data: str, owner: int, value: int) -> str:
    colour = colour_of(value)
    own: Attributes = {"d": data, **ink("fill", colour), **ink("stroke", colour)}
    return _titled(layout, owner, own)


def _titled(layout: Layout, territory: int, attributes: Attributes) -> str:
    """The path of a territory with its name to hover over."""
    names = layout.scene.names
    if not 0 <= territory < len(names):
        return element("path", attributes)
    name = element("title", {}, plain(names[territory]))
    return element("path", {"id": f"territory-{territory + 1}", **attributes}, name)


def _locks(layout: Layout, paths: Paths) -> str:
    """Hatched bands inside what is locked, one for each territory of it."""
    state = layout.state
    held = np.flatnonzero(state.are_locked(np.arange(len(state.territories))))
    owners, at = np.unique(state.territories[held], return_inverse=True)
    ranks = np.full(len(state.territories), -1, np.int64)
    ranks[held] = at
    out = []
    for k, d in enumerate(paths.areas(layout.scene.arcs, ranks, len(owners))):
        if d:
            own = element("path", {"id": f"locked-{k + 1}", "d": d})
            inside = element("use", {"xlink:href": f"#locked-{k + 1}"})
            clip = {"id": f"inside-{k + 1}", "clip-rule": "evenodd"}
            out.append(element("clipPath", clip, own))
            band = element("g", {"clip-path": f"url(#inside-{k + 1})"}, inside)
            out.append(band)
    look = {"fill": "none", "stroke": f"url(#hatch-{LOCKED})", "stroke-width": _LOCK_BAND}
    return element("g", {"id": "locks", **look}, "".join(out)) if out else ""


# ---------------------------------------------------------------------- lines
def _thin_lines(layout: Layout, paths: Paths) -> str:
    """Lines between units, fainter where they are dense, and the outer coast."""
    state, style, scene = layout.state, layout.style, layout.scene
    arcs, view = scene.arcs, layout.view
    near, weights = np.empty(arcs.n_arcs, np.int32), np.empty(arcs.n_arcs, np.uint8)
    x0, y0, x1, y1 = view.box
    ox, oy = arcs.origin
    box = ((x0 - ox) * 100, (y0 - oy) * 100, (x1 - ox) * 100, (y1 - oy) * 100)
    n = near_thin(
        *(arcs.blocks, arcs.boxes, state.thin_classes, state.thin_tops, box, view.scale),
        *(style.unit_weight, style.group_weight, near, weights),
    )
    kinds = np.zeros(arcs.n_arcs, np.uint8)
    steps = np.maximum(np.rint(weights[:n] / _WEIGHT_STEP), 1) * _WEIGHT_STEP
    kinds[near[:n]] = np.where(weights[:n] > 127, _COAST, np.minimum(steps, 127))
    if "borders" not in scene.hidden:
        kinds[(state.borders & 3 > 0) & (kinds != _COAST)] = 0  # the border lies over them
    line, full = colour_of(int(style.inks.line)), float(style.inks.line_alpha) / 256
    out = []
    for kind, d in sorted(paths.lines(arcs, kinds).items()):
        pen = ink("stroke", line, full * kind / 127)
        if kind == _COAST:
            pen = ink("stroke", style.roles["coast"])
        out.append(element("path", {"d": d, **pen}))
    look = {**_ALONG, "stroke-linecap": "butt"}  # round ends of faint lines would show as dots
    return element("g", {"id": "unit-lines", **look}, "\n".join(out)) if out else ""


def _borders(layout: Layout, paths: Paths) -> str:
    """Borders of territories and districts: all casings, then all cores."""
    hidden, kinds = layout.scene.hidden, layout.state.borders & 3
    if "districts" in hidden:
        kinds = np.minimum(kinds, 1)
    if "borders" in hidden:
        kinds = np.where(kinds == 1, 0, kinds)
    found = paths.lines(layout.scene.arcs, kinds.astype(np.uint8))
    roles = layout.style.roles
    widths = {kind: BORDER_WIDTHS[kind] for kind in found}
    return _cased(
        "borders", found, widths, roles["territory_line"], CASING_OPACITY, roles["territory_core"]
    )


def _marks(layout: Layout, paths: Paths) -> str:
    """Outlines of what is selected."""
    if not layout.state.has_marks:
        return ""
    found = paths.lines(layout.scene.arcs, layout.state.outlines)
    roles = layout.style.roles
    return _cased("selection", found, MARK_WIDTHS, roles["casing"], 1.0, roles["select"])


def _cased(
    key: str,
    found: dict[int, str],
    widths: dict[int, tuple[float, float]],
    casing: str,
    opacity: float,
    core: str,
) -> str:
    under = [element("path", {"d": d, "stroke-width": widths[k][0]}) for k, d in found.items()]
    over = [
        element("path", {"d": d, "stroke-width": widths[k][1]})
        for k, d in found.items()
        if widths[k][1]
    ]
    if not under:
        return ""
    shade = {"stroke": casing[:7], "opacity": f"{opacity:.2f}" if opacity < 1 else ""}
    drawn = element("g", shade, "\n".join(under))
    drawn += element("g", ink("stroke", core), "\n".join(over)) if over else ""
    return element("g", {"id": key, **_ALONG}, drawn)

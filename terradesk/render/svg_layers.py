"""Layers of an SVG drawing: base map, accounts, homes, links, own layers; others as pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from terradesk import palettes
from terradesk.render.basemap import BORDER_OPACITY, COAST_OPACITY, BaseMap
from terradesk.render.flags import CLOTH, HIGH, FlagStamp, cloth_ink
from terradesk.render.homes import HomeStamp
from terradesk.render.layout import AccountLayer, Layout
from terradesk.render.linework import LinkStamp, VectorStamp
from terradesk.render.shapes import Area, sign
from terradesk.render.stamps import Stamp
from terradesk.render.style import CASING_OPACITY, RIVER_WIDTH
from terradesk.render.svg_parts import area, colour_of, element, halo, ink, picture, text
from terradesk.render.svg_paths import Paths, decimal
from terradesk.render.symbols import CLASS_ALPHA, CLASS_COLOURS, HALO_ALPHA, SHAPES, growth
from terradesk.render.text import Text

__all__ = ["base_map", "stamp", "water"]

_FILL_SHARE, _POINT_WIDTH = 0.16, 3.0
_HOUSE = (
    *((0, -6.36), (8.27, -0.9), (4.5, -0.9), (4.5, 5.7)),
    *((-4.5, 5.7), (-4.5, -0.9), (-8.27, -0.9)),
)  # the middle of the outline of `homes`
_DOOR = ((-1.5, 1.8), (1.5, 1.8), (1.5, 6.4), (-1.5, 6.4))
_RING = 0.5  # outside the symbol: the inner half of its halo lies under its fill
_INITIALS_FROM_M = 1400.0
_ROUND = {"stroke-linejoin": "round", "stroke-linecap": "round", "fill": "none"}


def base_map(base: BaseMap, paths: Paths, layout: Layout) -> str:
    """Land with its shore, and borders between countries."""
    style, land = layout.style, base.land
    whole = paths.areas(land, np.zeros(land.n_units, np.int64), 1)[0] if land.n_units else ""
    coast = style.roles["coast"]
    out = []
    if whole:
        shore = ink("stroke", coast, COAST_OPACITY)
        fill = ink("fill", style.roles["land"])
        out.append(element("path", {"d": whole, "fill-rule": "evenodd", **fill, **shore}))
    borders = paths.lines(base.borders, np.ones(base.borders.n_arcs, np.uint8))
    line = {"fill": "none", **ink("stroke", coast, BORDER_OPACITY)}
    out += [element("path", {"d": d, **line}) for d in borders.values()]
    return element("g", {"id": "base-map"}, "".join(out)) if out else ""


def water(base: BaseMap, paths: Paths, layout: Layout) -> str:
    """Lakes and rivers, which lie over the fills."""
    style, view, lakes = layout.style, layout.view, base.lakes
    colour, out = style.roles["water"], []
    shown = base.shown_lakes(view, style)
    if shown.any():
        d = paths.areas(lakes, np.where(shown, 0, -1), 1)[0]
        look = {**ink("fill", colour), **ink("stroke", colour)}
        out += [element("path", {"d": d, "fill-rule": "evenodd", **look})] if d else []
    if base.shows_rivers(view, style):
        rivers = paths.lines(base.rivers, np.ones(base.rivers.n_arcs, np.uint8))
        line = {"stroke-width": RIVER_WIDTH, **_ROUND, **ink("stroke", colour)}
        out += [element("path", {"d": d, **line}) for d in rivers.values()]
    return element("g", {"id": "water"}, "".join(out)) if out else ""


def stamp(one: Stamp, paths: Paths, layout: Layout) -> str:
    """Draw a layer over or under the areas: as shapes where it is known, else as pixels."""
    if isinstance(one, AccountLayer) and one.are_symbols:
        return _accounts(one, paths, layout)
    if isinstance(one, LinkStamp):
        return _links(one, paths, layout)
    if isinstance(one, HomeStamp):
        return _homes(one, paths, layout)
    if isinstance(one, FlagStamp):
        return _flags(one, paths, layout)
    if isinstance(one, VectorStamp):
        return _vectors(one, paths, layout)
    return picture(_pixels(one, layout), 0, layout.top)


def _pixels(one: Stamp, layout: Layout) -> NDArray[np.uint8]:
    """What a layer draws, with its opacity: told by how white and black show through it."""
    shape = layout.view.height, layout.view.width
    over = []
    for ground in (0xFF000000, 0xFFFFFFFF):
        rgb = np.full(shape, ground, np.uint32)
        one.draw(rgb, layout.view, layout.style)
        over.append(rgb.astype("<u4").view(np.uint8).reshape(*shape, 4)[..., 2::-1])
    black, white = over
    lost = (white.astype(np.int16) - black).max(axis=2).clip(0, 255)
    alpha = 255 - lost
    share = np.maximum(alpha, 1)[..., None]
    colour = np.minimum(black.astype(np.int32) * 255 // share, 255)
    return np.dstack([colour, alpha]).astype(np.uint8)


def _seen(at: NDArray[np.float64], layout: Layout, pad: float) -> NDArray[np.bool_]:
    wide, high = layout.size
    inside = (at > -pad) & (at < np.array([wide + pad, high + pad]))
    return np.asarray(inside.all(axis=1))


def _accounts(one: AccountLayer, paths: Paths, layout: Layout) -> str:
    style, by_class = layout.style, one.kinds is not None
    factor, least, plain = growth(layout.view, style, by_class)
    at = paths.places(one.index.points)
    radii = np.maximum(one.sizes * factor, least) + _RING / 2
    kinds = np.full(len(at), len(SHAPES)) if one.kinds is None else one.kinds
    colours = (*CLASS_COLOURS[int(style.dark)], style.roles["account"])
    rows = np.argsort(-radii, kind="stable")
    rows = rows[_seen(at, layout, 20)[rows]]
    if not by_class:
        discs = [
            f'<circle cx="{decimal(x)}" cy="{decimal(y)}" r="{decimal(r)}"/>'
            for (x, y), r in zip(at[rows].tolist(), radii[rows].tolist(), strict=True)
        ]
    else:
        discs = [
            area(
                Area(
                    *(float(at[i, 0]), float(at[i, 1]), float(radii[i]), colours[kinds[i]]),
                    corners=sign((*SHAPES, "circle")[kinds[i]]),
                )
            )
            for i in rows.tolist()
        ]
    look = {
        **ink("fill", style.roles["account"][:7], CLASS_ALPHA if by_class else plain),
        **ink("stroke", style.roles["halo"][:7], HALO_ALPHA),
        "stroke-width": _RING,
    }
    return element("g", {"id": "accounts", **look}, "".join(discs)) if discs else ""


def _links(one: LinkStamp, paths: Paths, layout: Layout) -> str:
    ends = paths.places(one.ends.reshape(-1, 2)).reshape(-1, 4)
    far = np.abs(ends).max(axis=1) < 1e6
    lines, dots = "", ""
    for ax, ay, bx, by in ends[far].tolist():
        lines += f"M{decimal(ax)} {decimal(ay)}L{decimal(bx)} {decimal(by)}"
        dots += f"M{decimal((ax + bx) / 2)} {decimal((ay + by) / 2)}h0"
    roles, out = layout.style.roles, []
    inks = (("territory_line", CASING_OPACITY, 3.4, 9.0), ("territory_core", 1.0, 1.4, 6.0))
    for role, opacity, width, dot in inks:
        look = {**_ROUND, **ink("stroke", roles[role], opacity)}
        dashed = {**look, "stroke-width": width, "stroke-dasharray": "5 4"}
        out.append(element("path", {"d": lines, **dashed, "stroke-linecap": "butt"}))
        out.append(element("path", {"d": dots, **look, "stroke-width": dot}))
    return element("g", {"id": "water-links"}, "".join(out)) if lines else ""


def _homes(one: HomeStamp, paths: Paths, layout: Layout) -> str:
    style, at, out = layout.style, paths.places(one.places), []
    core, casing = style.roles["territory_core"], style.roles["casing"]
    fills = style.territory_fills
    is_named = style.pixel_ratio / layout.view.px_per_m < _INITIALS_FROM_M
    for i in np.flatnonzero(_seen(at, layout, 20)).tolist():
        x, y = float(at[i, 0]), float(at[i, 1])
        own = int(one.colours[i])
        fill = colour_of(int(fills[own % len(fills)])) if own >= 0 else style.roles["paper"]
        out.append(
            area(Area(x, y, 1.0, casing, casing, 4.6, _HOUSE), **{"stroke-linejoin": "round"})
        )
        out.append(area(Area(x, y, 1.0, fill, core, 1.4, _HOUSE)))
        out.append(area(Area(x, y, 1.0, core, corners=_DOOR)))
        if is_named and i < len(one.initials) and one.initials[i]:
            words, ink_of, key = one.initials[i], style.roles["label"], f"home-{i + 1}"
            named = Text(words, x, y + 18.8, 11, ink_of, True, "middle", casing, 1.6)
            out += [halo(named, key), text(named, key)]
    return element("g", {"id": "rep-homes"}, "".join(out)) if out else ""


def _flags(one: FlagStamp, paths: Paths, layout: Layout) -> str:
    style, at, out = layout.style, paths.places(one.places), []
    core, casing = style.roles["territory_core"], style.roles["casing"]
    for i in np.flatnonzero(_seen(at, layout, 20)).tolist():
        x, y = float(at[i, 0]), float(at[i, 1])
        fill = colour_of(cloth_ink(style, int(one.colours[i])))
        pole = {"d": f"M{decimal(x)} {decimal(y)}v{decimal(-HIGH)}", **_ROUND}
        edge = {**ink("stroke", casing), "stroke-width": 5.0}
        out += [
            element("path", {**pole, **edge}),
            area(Area(x, y, 1.0, casing, casing, 4.5, CLOTH), **{"stroke-linejoin": "round"}),
            area(Area(x, y, 1.0, fill, core, 1.3, CLOTH), **{"stroke-linejoin": "round"}),
            element("path", {**pole, **ink("stroke", core), "stroke-width": 1.8}),
            area(Area(x, y, 2.4, core)),
        ]
    return element("g", {"id": "start-points"}, "".join(out)) if out else ""


def _vectors(one: VectorStamp, paths: Paths, layout: Layout) -> str:
    colour, out = colour_of(palettes.rgba(one.colour)[0]), []
    if one.areas.n_arcs:
        look = ink("fill", colour, _FILL_SHARE * one.opacity)
        out.append(element("path", {"d": paths.rings(one.areas), **look}))
    line = {**_ROUND, **ink("stroke", colour, one.opacity), "stroke-width": one.width}
    if one.lines.n_arcs:
        found = paths.lines(one.lines, np.ones(one.lines.n_arcs, np.uint8))
        out += [element("path", {"d": d, **line}) for d in found.values()]
    at = paths.places(one.points.points)
    dots = "".join(f"M{decimal(x)} {decimal(y)}h0" for x, y in at[_seen(at, layout, 20)].tolist())
    if dots:
        out.append(element("path", {"d": dots, **line, "stroke-width": _POINT_WIDTH * one.width}))
    return element("g", {}, "".join(out)) if out else ""

"""Base map: land, lakes, rivers, borders and names around a plan, in the plan's CRS.

Read once per plan from the GeoPackage in the resources, projected, and kept as ``.npz`` in the
cache folder (arrays only, no pickle).
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from terradesk import paths
from terradesk.arcs import Arcs
from terradesk.render import compose
from terradesk.render.jit import Bools, Bytes, Floats
from terradesk.render.lines import thin_lines, wide_lines
from terradesk.render.scan import Job

if TYPE_CHECKING:
    from terradesk.arcs import Level
    from terradesk.render.frame import Frame
    from terradesk.render.style import Style
    from terradesk.render.view import View

__all__ = ["BORDER_OPACITY", "COAST_OPACITY", "BaseMap", "base_map"]

_VERSION = 1
_LEAST_LAKE_PX2 = 40
_RIVERS_FROM_CM = 1.4e5  # ground size of a pixel at 100 % below which rivers appear
_COAST_WEIGHT, _BORDER_WEIGHT = 102, 110
_COAST_REACH = 2
COAST_OPACITY, BORDER_OPACITY = _COAST_WEIGHT / 128, _BORDER_WEIGHT / 128
"""Of shores and of borders between countries."""


@dataclass(frozen=True, eq=False)
class BaseMap:
    """What lies under and around a plan.

    Attributes
    ----------
    land, lakes : Arcs
        Polygons, with the origin of the plan's arcs.
    rivers, borders : Arcs
        Lines: arcs with nothing on either side.
    cities : (n, 2) float64
        Metres in the plan's CRS, largest first.
    city_names : (n,) str
    populations : (n,) float64
    countries : (k, 2) float64
        A point inside each country, metres.
    country_names : (k,) str
    regions : (rows, columns) int16
        Which country a cell belongs to, -1 none: where its name may stand.
    regions_box : tuple of float
        x0, y0, x1, y1 of the cells, metres.
    """

    land: Arcs
    lakes: Arcs
    rivers: Arcs
    borders: Arcs
    cities: Floats
    city_names: NDArray[np.str_]
    populations: Floats
    countries: Floats
    country_names: NDArray[np.str_]
    regions: NDArray[np.int16]
    regions_box: tuple[float, float, float, float]
    is_parallel: ClassVar[bool] = True

    @cached_property
    def without_cities(self) -> BaseMap:
        """The same with no city to name."""
        none, names = np.zeros((0, 2)), np.zeros(0, np.str_)
        return replace(self, cities=none, city_names=names, populations=np.zeros(0))

    def draw(self, frame: Frame, job: Job) -> None:
        """Draw land and sea into the base plane of a frame, lakes and rivers into its water."""
        planes, style = frame.planes, frame.style
        cm_per_px = 1 / frame.view.scale
        land, level = self.land, self.land.level(cm_per_px)
        every = np.ones(land.n_units, np.bool_)
        frame.fill_shapes(land, level, job, every, planes.base, int(style.land))
        _, _, near = frame.arcs_near(land, job, _COAST_REACH)
        compose.clear(planes.thin, job)  # holds the unit lines of what was drawn before
        shore = (land.left[near] < 0) | (land.right[near] < 0)
        self._thin(frame, job, land, near, np.where(shore, _COAST_WEIGHT, 0).astype(np.uint8))
        _, _, near = frame.arcs_near(self.borders, job, _COAST_REACH)
        weights = np.full(len(near), _BORDER_WEIGHT, np.uint8)
        self._thin(frame, job, self.borders, near, weights)
        self._draw_lakes(frame, job)
        if self.shows_rivers(frame.view, style):
            _, _, near = frame.arcs_near(self.rivers, job, _COAST_REACH)
            line = self.rivers.levels[self.rivers.level(cm_per_px)]
            kinds = np.full(self.rivers.n_arcs, 2, np.uint8)
            self._wide(frame, job, line, near, kinds)

    def shown_lakes(self, view: View, style: Style) -> Bools:
        """Which lakes are large enough to be drawn in a view."""
        px_per_m = view.px_per_m / style.pixel_ratio
        return np.asarray(self.lakes.areas * px_per_m**2 >= _LEAST_LAKE_PX2)

    @staticmethod
    def shows_rivers(view: View, style: Style) -> bool:
        """Whether a view is close enough for rivers."""
        return style.pixel_ratio / view.scale < _RIVERS_FROM_CM

    @staticmethod
    def _thin(frame: Frame, job: Job, arcs: Arcs, near: NDArray[np.int32], weights: Bytes) -> None:
        planes = frame.planes
        line = arcs.levels[arcs.level(1 / frame.view.scale)]
        thin_lines(near, weights, line.xy, line.offsets, frame.view.place, job, planes.thin)
        compose.ink_base(planes.thin, planes.base, frame.style.coast, job)

    def _draw_lakes(self, frame: Frame, job: Job) -> None:
        lakes, planes, style = self.lakes, frame.planes, frame.style
        level = lakes.level(1 / frame.view.scale)
        keep = self.shown_lakes(frame.view, style)
        frame.fill_shapes(lakes, level, job, keep, planes.water, 255)
        _, _, near = frame.arcs_near(lakes, job, _COAST_REACH)
        sides = np.maximum(lakes.left, 0), np.maximum(lakes.right, 0)
        kinds = (keep[sides[0]] | keep[sides[1]]).astype(np.uint8)
        self._wide(frame, job, lakes.levels[level], near, kinds)

    @staticmethod
    def _wide(frame: Frame, job: Job, line: Level, near: NDArray[np.int32], kinds: Bytes) -> None:
        style, at = frame.style, frame.view.place
        tables, radii, water = style.water_tables, style.water_radii, frame.planes.water
        wide_lines(near, kinds, tables, radii, line.xy, line.offsets, at, job, water)

    def save(self, path: Path) -> None:
        """Write an ``.npz`` of plain arrays."""
        arcs: dict[str, Any] = {
            name: np.frombuffer(getattr(self, name).to_bytes(), np.uint8)
            for name in ("land", "lakes", "rivers", "borders")
        }
        fresh = path.with_suffix(".tmp.npz")
        np.savez(
            fresh,
            **arcs,
            cities=self.cities,
            city_names=self.city_names,
            populations=self.populations,
            countries=self.countries,
            country_names=self.country_names,
            regions=self.regions,
            regions_box=np.array(self.regions_box),
        )
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> BaseMap:
        """Read what `save` wrote.

        Raises
        ------
        OSError, EOFError, ValueError, KeyError, BadZipFile
            The file is missing or damaged.
        """
        content = io.BytesIO(path.read_bytes())  # np.load leaves a damaged file open
        with np.load(content, allow_pickle=False) as file:
            arcs = {
                name: Arcs.from_bytes(file[name].tobytes())
                for name in ("land", "lakes", "rivers", "borders")
            }
            x0, y0, x1, y1 = (float(v) for v in file["regions_box"])
            return cls(
                **arcs,
                cities=file["cities"],
                city_names=file["city_names"],
                populations=file["populations"],
                countries=file["countries"],
                country_names=file["country_names"],
                regions=file["regions"],
                regions_box=(x0, y0, x1, y1),
            )


def base_map(arcs: Arcs, crs: str, cache: Path | None = None) -> BaseMap:
    """Base map of the surroundings of a plan, from the cache if it is there.

    Parameters
    ----------
    arcs : Arcs
        Of the plan; the base map takes its origin.
    crs : str
        The plan's CRS.
    cache : Path, optional
        Folder of the cached files; by default the program's.

    Raises
    ------
    FileNotFoundError
        The installation lacks its base map.
    """
    from terradesk.render.basemap_reading import read, surroundings

    source = paths.resource("basemap.gpkg")
    box = surroundings(arcs)
    stamp = (_VERSION, crs, [round(v) for v in box], arcs.origin, source.stat().st_size)
    key = hashlib.sha256(repr(stamp).encode()).hexdigest()[:16]
    file = (cache or paths.cache_dir()) / f"basemap-{key}.npz"
    try:
        return BaseMap.load(file)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        made = read(source, crs, box, arcs.origin)
    try:
        made.save(file)
    except OSError:  # a full or read-only disk costs time at the next start, nothing else
        file.with_suffix(".tmp.npz").unlink(missing_ok=True)
    return made

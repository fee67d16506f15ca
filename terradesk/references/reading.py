"""Files to what the map draws: shapes in the plan's CRS, or pictures warped on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from terradesk.arcs import Arcs
from terradesk.errors import TerraDeskError
from terradesk.gdal import LayerInfo
from terradesk.i18n import _, isolate
from terradesk.progress import Progress, silent
from terradesk.readers.maps import boundaries
from terradesk.render.points import PointIndex
from terradesk.render.view import View
from terradesk.sniffing import check_path

__all__ = [
    "PICTURE_SUFFIXES",
    "SUFFIXES",
    "Place",
    "Shapes",
    "Source",
    "inner_layers",
    "is_picture",
    "kind_of",
    "read",
]

PICTURE_SUFFIXES = (".mbtiles", ".tif", ".tiff")
SUFFIXES = (*boundaries.SUFFIXES, *PICTURE_SUFFIXES)
Kind = Literal["shapes", "tiles", "picture"]


@dataclass(frozen=True, eq=False)
class Place:
    """Where a plan lies.

    Parameters
    ----------
    crs : str
        The plan's CRS.
    arcs : Arcs
        Its areas, or a box around its accounts.
    """

    crs: str
    arcs: Arcs


@dataclass(frozen=True, eq=False)
class Shapes:
    """A map file ready to be drawn, see `terradesk.render.linework.VectorStamp`.

    Parameters
    ----------
    lines, areas : Arcs
        Lines and outlines; rings of areas.
    points : PointIndex
    n_shapes : int
        Rows of the file that have a place on the map.
    """

    lines: Arcs
    areas: Arcs
    points: PointIndex
    n_shapes: int


class Source(Protocol):
    """A picture that is warped to the plan's CRS for each view."""

    def draw(self, view: View, crs: str, progress: Progress = silent) -> NDArray[np.uint32]:
        """Warp the picture.

        Parameters
        ----------
        view : View
        crs : str
            Of the plan.
        progress : callable
            May raise `Cancelled`.

        Returns
        -------
        (view.height, view.width) uint32
            0xAARRGGBB.
        """


def kind_of(path: str | Path) -> Kind | None:
    """What a file is by its name; None when it cannot be a layer."""
    name = Path(path).name.lower()
    if name.endswith(".mbtiles"):
        return "tiles"
    if name.endswith((".tif", ".tiff")):
        return "picture"
    return "shapes" if name.endswith(boundaries.SUFFIXES) else None


def is_picture(path: str | Path) -> bool:
    """Whether a file is a picture rather than shapes."""
    return kind_of(path) in ("tiles", "picture")


def inner_layers(path: str | Path, progress: Progress = silent) -> list[LayerInfo]:
    """Layers with shapes in a map file; none for a picture.

    Raises
    ------
    TerraDeskError
        The file cannot be read, or is of no kind that can be a layer.
    """
    if _known_kind(path) != "shapes":
        return []
    return [one for one in boundaries.layers(path, progress) if one.geometry_type]


def read(
    path: str | Path, layer: str, place: Place, progress: Progress = silent
) -> Shapes | Source:
    """Read a file as a layer of a plan.

    Parameters
    ----------
    path : str or Path
    layer : str
        Name of a layer in the file, empty for the first.
    place : Place
    progress : Progress

    Raises
    ------
    TerraDeskError
        The file is missing, damaged, too large, of another kind, does not say where it lies, or
        is turned against its axes.
    """
    from terradesk.references import geotiff, mbtiles, vectors

    readers: dict[Kind, Callable[[], Shapes | Source]] = {
        "tiles": lambda: mbtiles.MBTiles(check_path(path)),
        "picture": lambda: geotiff.read(path, progress),
        "shapes": lambda: vectors.read(path, layer, place, progress),
    }
    return readers[_known_kind(path)]()


def _known_kind(path: str | Path) -> Kind:
    kind = kind_of(path)
    if kind is None:
        raise TerraDeskError(
            _("“{name}” cannot be shown as a layer.").format(name=isolate(Path(path).name)),
            _(
                "Layers are map files (GeoPackage, shapefile, GeoJSON, KML …), MBTiles and "
                "GeoTIFF. Save other pictures as GeoTIFF in the program that made them."
            ),
        )
    return kind

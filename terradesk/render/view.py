"""View: which part of the map is seen, in whole device pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["View"]


@dataclass(frozen=True, slots=True)
class View:
    """A window on the map.

    Parameters
    ----------
    kx, ky : int
        Map position of the top left corner, device pixels from the origin of the arcs; whole
        numbers, so that panning moves every pixel by the same whole step.
    scale : float
        Device pixels per centimetre of the map.
    width, height : int
        Device pixels.
    origin : tuple of float
        Origin of the arcs, metres in the plan's CRS.
    """

    kx: int
    ky: int
    scale: float
    width: int
    height: int
    origin: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def at(
        cls,
        left: float,
        top: float,
        px_per_m: float,
        size: tuple[int, int],
        origin: tuple[float, float],
    ) -> View:
        """View whose top left corner is nearest to the point (left, top), metres."""
        kx = round((left - origin[0]) * px_per_m)
        ky = round((top - origin[1]) * px_per_m)
        return cls(kx, ky, px_per_m / 100, *size, origin)

    @classmethod
    def fit(
        cls,
        box: tuple[float, float, float, float],
        size: tuple[int, int],
        origin: tuple[float, float],
        margins: tuple[float, float, float, float] = (24, 24, 24, 24),
    ) -> View:
        """View that shows a box (x0, y0, x1, y1 in metres) inside margins.

        Parameters
        ----------
        margins : tuple of float
            Left, top, right, bottom, device pixels.
        """
        left, top, right, bottom = margins
        wide, high = max(size[0] - left - right, 1), max(size[1] - top - bottom, 1)
        px_per_m = 1 / max((box[2] - box[0]) / wide, (box[3] - box[1]) / high, 1e-6)
        x = (box[0] + box[2]) / 2 - (left + wide / 2) / px_per_m
        y = (box[1] + box[3]) / 2 + (top + high / 2) / px_per_m
        return cls.at(x, y, px_per_m, size, origin)

    @property
    def px_per_m(self) -> float:
        """Device pixels per metre."""
        return 100 * self.scale

    @property
    def place(self) -> tuple[int, int, float]:
        """kx, ky, scale: what the kernels read."""
        return self.kx, self.ky, self.scale

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x0, y0, x1, y1 of the view, metres."""
        x0, y1 = self.to_map(0, 0)
        x1, y0 = self.to_map(self.width, self.height)
        return x0, y0, x1, y1

    def to_map(self, x: float, y: float) -> tuple[float, float]:
        """Metres of a point in device pixels."""
        px_per_m = self.px_per_m
        return (
            (self.kx + x) / px_per_m + self.origin[0],
            (self.ky - y) / px_per_m + self.origin[1],
        )

    def to_pixels(self, points: ArrayLike) -> NDArray[np.float64]:
        """Device pixels of points in metres.

        Parameters
        ----------
        points : (n, 2) float

        Returns
        -------
        (n, 2) float64
        """
        xy = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        px_per_m = self.px_per_m
        x = (xy[:, 0] - self.origin[0]) * px_per_m - self.kx
        y = self.ky - (xy[:, 1] - self.origin[1]) * px_per_m
        return np.column_stack([x, y])

    def moved(self, dx: int, dy: int) -> View:
        """Move the content right by dx and down by dy device pixels."""
        return replace(self, kx=self.kx - dx, ky=self.ky + dy)

    def resized(self, width: int, height: int) -> View:
        """Keep the top left corner and scale in another size."""
        return replace(self, width=width, height=height)

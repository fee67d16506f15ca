"""Small maps of plans, drawn by the map's own renderer outside the window's thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from terradesk.plan import Plan
from terradesk.progress import Progress, silent

if TYPE_CHECKING:
    from terradesk.render.overview import Overview

SCALE = 2.0
_FINER = 3.0  # lines are drawn for a map so many times as large: they shrink with it

Box = tuple[float, float, float, float]
Picture = tuple[bytes, int, int]
"""RGB bytes, width and height in device pixels."""


def draw_all(
    plans: Sequence[Plan],
    alignment: int,
    size: tuple[int, int],
    dark: bool,
    tell: Callable[[int, Any], object],
    overview: Overview | None = None,
    box: Box | None = None,
    progress: Progress = silent,
) -> None:
    """Draw the territories of several plans on the same map.

    Parameters
    ----------
    plans : sequence of Plan
    alignment : int
    size : tuple of int
        Width and height in pixels at 100 %.
    dark : bool
    tell : callable
        Gets number and `Picture` of each as soon as it is there.
    overview : Overview, optional
        The map's own, so that it is not drawn again.
    box : tuple of float, optional
        Part of the map in metres; by default all of it.
    progress : callable
    """
    for number, plan in enumerate(plans):
        progress(number / len(plans), "")
        tell(number, draw(plan, alignment, size, dark, overview, box))


def draw(
    plan: Plan,
    alignment: int,
    size: tuple[int, int],
    dark: bool,
    overview: Overview | None = None,
    box: Box | None = None,
) -> Picture:
    """Fills and borders of territories, without words."""
    from terradesk.exporters.scene import plan_scene
    from terradesk.render.stills import compose_still

    scene = plan_scene(plan, alignment, with_accounts=False, with_base=False)
    n = len(scene.names)
    none = np.full(len(plan.units), 0, np.int32)
    bare = replace(
        scene, title="", subtitle="", names=[""] * n, values=(), tones=(), parents=None,
        locked=None, held=None, groups=none, overview=overview, box=box,
    )  # fmt: skip
    wide, high = (_FINER * side for side in size)
    still = compose_still(
        bare, wide, high, SCALE / _FINER, dark, legend=False, scale_bar=False, credits=False
    )
    picture = still.image.convert("RGB")
    return picture.tobytes(), picture.width, picture.height

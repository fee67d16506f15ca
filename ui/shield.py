"""Painting that cannot end the program: what raises is told once, and the painter ends its work.

An exception that leaves a paint method unwinds through Qt with its painter still at work; the
traceback keeps that painter, and what it paints on, beyond their time, and the process ends.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import numpy as np
from PySide6 import QtGui

from terradesk.render import Style, View
from terradesk.render.stamps import LookingStamp, Stamp, Underlay

from . import errors

if TYPE_CHECKING:
    from terradesk.render import Frame
    from terradesk.render.scan import Job

P = ParamSpec("P")
OwnerT = TypeVar("OwnerT")


@contextmanager
def told_once(painter: QtGui.QPainter | None = None) -> Iterator[None]:
    """Swallow what painting raises, and tell it once; the painter is as it was afterwards."""
    if painter is not None:
        painter.save()
    try:
        yield
    except Exception as error:
        traceback.clear_frames(error.__traceback__)  # painters of their own end here
        errors.report(error)
    finally:
        if painter is not None:
            painter.restore()


def safely(paint: Callable[Concatenate[OwnerT, P], None]) -> Callable[Concatenate[OwnerT, P], None]:
    """Make a paint method safe."""

    @wraps(paint)
    def run(owner: OwnerT, /, *args: P.args, **kwargs: P.kwargs) -> None:
        with told_once():
            paint(owner, *args, **kwargs)

    return run


class SafeStamp:
    """A stamp that draws nothing any more once it has raised.

    Parameters
    ----------
    stamp : Stamp
    """

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self.is_broken = False

    def draw(self, rgb: np.ndarray, view: View, style: Style) -> None:
        """Draw into a picture."""
        if self.is_broken:
            return
        self.is_broken = True  # until it is through
        with told_once():
            self.stamp.draw(rgb, view, style)
            self.is_broken = False


class SafeLookingStamp(SafeStamp):
    """The same for a stamp that sees the whole view first."""

    stamp: LookingStamp

    def look(self, view: View, style: Style) -> Hashable:
        """See the whole view; None where nothing is drawn."""
        if self.is_broken:
            return None
        self.is_broken = True
        found: Hashable = None
        with told_once():
            found = self.stamp.look(view, style)
            self.is_broken = False
        return found


class SafeUnderlay:
    """An underlay that draws nothing any more once it has raised.

    Parameters
    ----------
    underlay : Underlay
    """

    def __init__(self, underlay: Underlay) -> None:
        self.underlay = underlay
        self.is_parallel = bool(getattr(underlay, "is_parallel", False))
        self.is_broken = False

    def draw(self, frame: Frame, job: Job) -> None:
        """Draw under the areas."""
        if self.is_broken:
            return
        try:
            self.underlay.draw(frame, job)
        except Exception as error:
            self.is_broken = True
            errors.report(error)


class SafeUnderlays:
    """Knows which underlays have raised, so that a frame can be drawn without them."""

    def __init__(self) -> None:
        self._broken: list[Underlay] = []

    def of(self, underlays: Iterable[Underlay]) -> tuple[Underlay, ...]:
        """Those that work, made safe."""
        return tuple(SafeUnderlay(u) for u in underlays if all(u is not b for b in self._broken))

    def broke(self, underlays: Iterable[Underlay]) -> bool:
        """Whether one of `of` raised while a frame was drawn; the frame must be drawn again."""
        broken = [u.underlay for u in underlays if isinstance(u, SafeUnderlay) and u.is_broken]
        self._broken += broken
        return bool(broken)


def safe_stamp(stamp: Stamp) -> SafeStamp:
    """A stamp that cannot end the painting of the others."""
    return SafeLookingStamp(stamp) if isinstance(stamp, LookingStamp) else SafeStamp(stamp)

"""MapState: what is assigned, selected and previewed, as the arrays the kernels read."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntFlag
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from terradesk.arcs import Arcs
from terradesk.render.chains import Chains, join
from terradesk.render.filling import fill_table
from terradesk.render.lines import block_classes, border_kinds, mark_kinds, thin_classes
from terradesk.render.style import Style

__all__ = ["MapState", "Mark"]

_MANY = 2000  # from here on refreshing every arc is cheaper than finding those of the rows
Rows = NDArray[np.int64]
_BYTE_MAX = 0xFF


class Mark(IntFlag):
    """State of a unit on the map, beside its territory."""

    SELECTED = 1
    PREVIEW = 2
    """Shown as if it belonged to the target of the gesture."""
    DROP_TARGET = 4
    CURRENT = 8
    HOVER = 16
    CHANGED = 32
    """Would change hands; drawn in its own fill with a hatch."""


def _bytes(hatches: ArrayLike | None) -> NDArray[np.uint8]:
    return np.zeros(0, np.uint8) if hatches is None else np.asarray(hatches, np.uint8)


def _per_territory(values: ArrayLike | None, n: int) -> NDArray[np.int64]:
    out = np.zeros(n, np.int64)
    if values is not None:
        given = np.asarray(values)
        out[: len(given)] = given
    return out


class MapState:
    """Assignment, marks and colours of every unit.

    Parameters
    ----------
    arcs : Arcs
    territories : (n_units,) int
        Territory row of each unit, -1 = unassigned.
    parents : (n_territories,) int, optional
        District of each territory; borders between districts are heavier.
    fills : (n_territories,) int, optional
        Palette index 0..23 of each territory, stored in the plan; -1 = no fill.
    locked : (n_territories,) bool, optional
    groups : (n_units,) int, optional
        State or county of each unit: thin lines where it changes inside a territory.
    held : (n_units,) bool, optional
        Locked by themselves, whatever their territory is.

    Attributes
    ----------
    territories, marks, targets : (n_units,) arrays
    borders, outlines : (n_arcs,) uint8
        Kind of line along each arc.
    table : (n_units + 1,) uint32
        Colour look-up, entry 0 = outside.
    """

    def __init__(
        self,
        arcs: Arcs,
        territories: ArrayLike,
        parents: ArrayLike | None = None,
        fills: ArrayLike | None = None,
        locked: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        held: ArrayLike | None = None,
    ) -> None:
        n = arcs.n_units
        self.arcs = arcs
        self.every = np.arange(len(arcs.left), dtype=np.int32)
        self.marks = np.zeros(n, np.uint8)
        self.targets = np.full(n, -1, np.int32)
        self.groups = np.zeros(n, np.int32) if groups is None else np.array(groups, np.int32)
        self.borders = np.zeros(len(arcs.left), np.uint8)
        self.outlines = np.zeros(len(arcs.left), np.uint8)
        self.table = np.zeros(n + 1, np.uint32)
        self.has_marks = False
        self._chains: tuple[int, Chains] | None = None
        self._classes = np.zeros(0, np.int32)
        self._class_colours: tuple[Sequence[str], Sequence[str]] | None = None
        self._patterns = np.zeros(0, np.uint8)
        self.set_plan(territories, parents, fills, locked, held)

    @cached_property
    def thin_classes(self) -> NDArray[np.float32]:
        """(n_arcs,) what decides the thin line of each arc."""
        return thin_classes(self.arcs.left, self.arcs.right, self.arcs.sizes, self.groups)

    @cached_property
    def thin_tops(self) -> NDArray[np.float32]:
        """(n_blocks,) largest of them per block of arcs."""
        return block_classes(self.thin_classes)

    @property
    def has_locked(self) -> bool:
        """Whether any territory or unit is locked."""
        return bool(self.locked.any() or self.held.any())

    def are_locked(self, rows: ArrayLike) -> NDArray[np.bool_]:
        """Whether units are locked, by themselves or through their territory."""
        index = np.asarray(rows, np.int64)
        owners = self.territories[index]
        own = np.append(self.locked, False)  # the last one for no territory
        return np.asarray(self.held[index] | own[owners], np.bool_)

    def set_plan(
        self,
        territories: ArrayLike,
        parents: ArrayLike | None = None,
        fills: ArrayLike | None = None,
        locked: ArrayLike | None = None,
        held: ArrayLike | None = None,
    ) -> None:
        """Replace the whole assignment and the table of territories (see the class).

        Call `restyle` and draw the frame afresh afterwards.
        """
        self.territories = np.array(territories, np.int32)
        n = int(self.territories.max(initial=-1)) + 1
        given = [np.asarray(a) for a in (parents, fills, locked) if a is not None]
        n = max([n, *(len(a) for a in given)])
        self.parents = _per_territory(parents, n).astype(np.int32)
        self.fills = _per_territory(fills, n)
        self.locked = _per_territory(locked, n).astype(np.bool_)
        self.held = _per_territory(held, len(self.marks)).astype(np.bool_)
        self.refresh_lines()

    def colour_by_territory(self, hatches: ArrayLike | None = None) -> None:
        """Fill each unit with the palette colour of its territory.

        Parameters
        ----------
        hatches : (n_territories,) int, optional
            Pattern of each territory, 0 = plain (see `terradesk.render.hatching.PATTERNS`).
        """
        self._class_colours = None
        self._patterns = _bytes(hatches)

    def colour_territories(
        self,
        classes: ArrayLike,
        colours: tuple[Sequence[str], Sequence[str]],
        hatches: ArrayLike | None = None,
    ) -> None:
        """Fill each territory by a class, such as its deviation.

        Parameters
        ----------
        classes : (n_territories,) int
            -1 = no value.
        colours : pair of sequences
            ``#RRGGBB`` of each class, light and dark.
        hatches : (n_classes,) int, optional
            Pattern of each class, 0 = plain.
        """
        self._of_units, self._class_colours = False, colours
        self._classes = np.asarray(classes, np.int32)
        self._patterns = _bytes(hatches)

    def colour_units(
        self,
        classes: ArrayLike,
        colours: tuple[Sequence[str], Sequence[str]],
        hatches: ArrayLike | None = None,
    ) -> None:
        """Fill each unit by a class, such as its population; as `colour_territories`."""
        self._of_units, self._class_colours = True, colours
        self._classes = np.asarray(classes, np.int32)
        self._patterns = _bytes(hatches)

    def assign(self, rows: ArrayLike, territories: ArrayLike) -> None:
        """Give units to territories (one for all, or one each; -1 = unassigned)."""
        self.territories[np.asarray(rows)] = territories
        self.refresh_lines(self.arcs_of(rows))

    def set_mark(self, rows: ArrayLike, mark: Mark, target: ArrayLike | None = None) -> Rows:
        """Make `rows` the only units with this mark.

        Parameters
        ----------
        rows : (k,) int
        target : int or (k,) int, optional
            Territory shown for the units of a preview, -1 = unassigned.

        Returns
        -------
        (m,) int64
            Units whose appearance changed: hand them to `Frame.marked`.
        """
        wanted = np.zeros(len(self.marks), np.bool_)
        index = np.asarray(rows, np.int64)
        wanted[index] = True
        changed = wanted != ((self.marks & np.uint8(mark)) != 0)
        if target is not None:
            aims = self.targets.copy()
            aims[index] = target
            changed |= wanted & (aims != self.targets)
            self.targets = aims
        moved = np.flatnonzero(changed)
        self.marks[wanted] |= np.uint8(mark)
        self.marks[~wanted] &= np.uint8(_BYTE_MAX - mark)
        self.has_marks |= bool(len(index))
        return moved

    def marked(self, mark: Mark) -> Rows:
        """Units that carry a mark."""
        return np.flatnonzero(self.marks & np.uint8(mark))

    def refresh_lines(self, arcs: NDArray[np.int32] | None = None) -> None:
        """Recompute borders and outlines of some arcs, or all."""
        chosen = self.every if arcs is None else arcs
        left, right = self.arcs.left, self.arcs.right
        self._chains = None
        owners, parents, locked = self.territories, self.parents, self.locked
        border_kinds(chosen, left, right, owners, parents, locked, self.held, self.borders)
        if self.has_marks:
            mark_kinds(chosen, left, right, self.marks, self.outlines)

    def refresh_outlines(self, arcs: NDArray[np.int32]) -> None:
        """Recompute the accent lines of some arcs."""
        mark_kinds(arcs, self.arcs.left, self.arcs.right, self.marks, self.outlines)

    def restyle(self, style: Style, rows: ArrayLike | None = None) -> None:
        """Refill the colour table for some units, or all."""
        if rows is None:
            chosen = np.arange(len(self.marks), dtype=np.int64)
        else:
            chosen = np.asarray(rows, np.int64)
        classes, of_units, fills = self._fills(style)
        patterns = np.zeros(len(fills), np.uint8)
        shown = self._shown_patterns()
        patterns[: len(shown)] = shown[: len(fills)]
        fill_table(
            chosen,
            self.territories,
            classes,
            of_units,
            self.targets,
            self.marks,
            self.locked,
            self.held,
            fills,
            patterns,
            style.paper,
            style.tint,
            style.tint_alpha,
            self.table,
        )

    def _fills(self, style: Style) -> tuple[NDArray[np.int32], bool, NDArray[np.uint32]]:
        """Class of each unit, whether classes count, and the colour of each class or territory."""
        none, paper = np.zeros(0, np.int32), style.paper & np.uint32(0xFFFFFF)
        if self._class_colours is None:
            fills = style.territory_fills[self.fills % len(style.territory_fills)]
            return none, False, np.where(self.fills < 0, paper, fills).astype(np.uint32)
        colours = style.colours(tuple(self._class_colours[int(style.dark)]))
        if self._of_units:
            return self._classes, True, colours
        known = np.full(len(self.parents), paper, np.uint32)
        has = np.flatnonzero(self._classes >= 0)
        known[has] = colours[self._classes[has]]
        return none, False, known

    def _shown_patterns(self) -> NDArray[np.uint8]:
        """Pattern of each class or territory, as `_fills` lists them; may be shorter."""
        is_by_class = self._class_colours is not None and not self._of_units
        if not is_by_class or not len(self._patterns):
            return self._patterns
        known = self._classes >= 0
        out = np.zeros(len(self._classes), np.uint8)
        out[known] = self._patterns[self._classes[known]]
        return out

    def chains(self, level: int) -> Chains:
        """Borders at a level of detail joined to long lines; kept until borders change."""
        if self._chains is None or self._chains[0] != level:
            self._chains = (level, join(self.borders, self.arcs.levels[level]))
        return self._chains[1]

    def arcs_of(self, rows: ArrayLike) -> NDArray[np.int32]:
        """Arcs around units; all arcs when there are many units."""
        index = np.asarray(rows, np.int64).ravel()
        if len(index) > _MANY:
            return self.every
        starts, arcs = self.arcs.unit_starts, self.arcs.unit_arcs
        first = starts[index].astype(np.int64)
        count = starts[index + 1] - first
        at = np.repeat(first - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
        touched = np.zeros(len(self.every), np.bool_)
        touched[arcs[at]] = True
        return np.flatnonzero(touched).astype(np.int32)

"""What colouring is made of: ways to colour, choices of the user, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from terradesk.colouring.classes import Rules
from terradesk.plan import AlignmentView
from terradesk.render.scene import Classes

__all__ = ["Choice", "Colouring", "Key", "Look", "Way"]


@dataclass(frozen=True, slots=True)
class Look:
    """How the user wants colours.

    Parameters
    ----------
    palette : str
        Fills of territories, one of `terradesk.palettes.TERRITORY_PALETTES`.
    has_patterns : bool
        Hatches beside the colours.
    """

    palette: str = "muted"
    has_patterns: bool = False

    @property
    def wants_patterns(self) -> bool:
        """Whether territories need patterns: asked for, or greys alone would not tell them."""
        return self.has_patterns or self.palette == "grey"


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of "Colour by".

    Parameters
    ----------
    key : str
        Name of the way, for some with a colon and a measure or column.
    text, group : str
        What the user reads, and the heading it stands under; translated.
    """

    key: str
    text: str
    group: str


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the legend of territory fills.

    Parameters
    ----------
    text : str
        What the fill means.
    fill : int
        Its index, 0..23.
    count : int
        Areas that have it.
    """

    text: str
    fill: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Colouring:
    """Fills of the map.

    Parameters
    ----------
    classes : Classes, optional
        None: by the palette of the territories.
    title : str
        Heading of the legend, "" for none.
    fills : (n_leaves,) int, optional
        Palette index per leaf instead of the territory's own, -1 = none.
    hatches : (n_leaves,) uint8, optional
        Pattern of each leaf where there are no classes.
    keys : tuple of Key
        What ``fills`` mean.
    rules : Rules, optional
        How the classes were made; None where there is nothing to edit.
    palettes : tuple of str
        Palettes that make sense for the rules.
    has_methods : bool
        Whether the limits can be worked out, or only typed.
    scale : float
        What a limit is multiplied by to be typed: 100 for shares.
    follows_assignment : bool
        Whether assigning a unit may change the fill of others.
    note : str
        What is to be known of the figures: "Converted with 1 EUR = 1.08 USD".
    """

    classes: Classes | None = None
    title: str = ""
    fills: np.ndarray | None = None
    hatches: np.ndarray | None = None
    keys: tuple[Key, ...] = ()
    rules: Rules | None = None
    palettes: tuple[str, ...] = ()
    has_methods: bool = True
    scale: float = 1.0
    follows_assignment: bool = False
    note: str = ""


Make = Callable[[AlignmentView, str, Look, Rules | None], Colouring | None]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to colour the map.

    Parameters
    ----------
    name : str
        Key up to the colon.
    choices : callable
        Entries for a design; none where it makes no sense.
    colouring : callable
        What an entry means: called with the view, the key after the colon, the user's look, and
        rules (None: the default ones). None when the plan has no such thing.
    """

    name: str
    choices: Callable[[AlignmentView], Iterable[Choice]]
    colouring: Make = field(repr=False)

    @property
    def key(self) -> str:
        """The name, as extensions are told apart by it."""
        return self.name

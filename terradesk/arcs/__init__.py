"""The geometry of a plan: a clean coverage as arcs, each shared border once.

`clean` makes imported polygons a coverage, `build` makes its arcs, `dissolve` joins its units.
"""

from terradesk.arcs.building import build, from_wkb
from terradesk.arcs.cleaning import Cleaned, clean, dissolve
from terradesk.arcs.contiguity import Adjacency, Components, components
from terradesk.arcs.figures import BLOCK
from terradesk.arcs.levels import Level
from terradesk.arcs.model import Arcs
from terradesk.arcs.topology import PIECE

__all__ = [
    "BLOCK",
    "PIECE",
    "Adjacency",
    "Arcs",
    "Cleaned",
    "Components",
    "Level",
    "build",
    "clean",
    "components",
    "dissolve",
    "from_wkb",
]

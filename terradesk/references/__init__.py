"""Own layers over or under the areas: any map file, MBTiles, GeoTIFF. Their data stay in the file.

The plan records where a file is and how it is drawn; `read` makes what `terradesk.render` draws.
"""

from terradesk.references.reading import (
    PICTURE_SUFFIXES,
    SUFFIXES,
    Place,
    Shapes,
    Source,
    inner_layers,
    is_picture,
    kind_of,
    read,
)
from terradesk.references.records import (
    Reference,
    add,
    arrange,
    change,
    located,
    new_reference,
    of,
    remove,
    stored_path,
)

__all__ = [
    "PICTURE_SUFFIXES",
    "SUFFIXES",
    "Place",
    "Reference",
    "Shapes",
    "Source",
    "add",
    "arrange",
    "change",
    "inner_layers",
    "is_picture",
    "kind_of",
    "located",
    "new_reference",
    "of",
    "read",
    "remove",
    "stored_path",
]

"""Whether a path is a file of this computer, and whether its content is what its name says."""

from __future__ import annotations

import re
from pathlib import Path

from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, isolate

_HEAD = 4096
_CRS_LINK = re.compile(
    rb'"crs"\s*:\s*\{(?=(?:[^{}]|\{[^{}]*\})*"type"\s*:\s*"link")(?:[^{}]|\{[^{}]*\})*\}'
)
_GDB_TABLE = "a00000001.gdbtable"  # the catalogue, which every file geodatabase has


def check_path(path: str | Path) -> Path:
    """The absolute path of an existing regular file, or of the folder of a file geodatabase.

    Raises
    ------
    TerraDeskError
        It names something else: a missing file, another folder, an address, a GDAL virtual file.
    """
    text = str(path)
    given = Path(path)
    is_address = re.match(r"[A-Za-z][A-Za-z0-9+.\-]+:", text) and not given.exists()
    if not text or "\0" in text or text.replace("\\", "/").startswith("/vsi") or is_address:
        raise TerraDeskError(
            _("“{name}” is not a file on this computer.").format(name=isolate(text[:200])),
            _("Save the file on this computer, then choose it again."),
        )
    if given.is_dir() and not is_geodatabase(given):
        raise TerraDeskError(
            _("“{name}” is a folder.").format(name=isolate(given.resolve().name[:200])),
            _("Choose the file in it: of a shapefile the one that ends in .shp."),
        )
    if not given.is_file() and not is_geodatabase(given):
        raise TerraDeskError(
            _("There is no file “{name}”.").format(name=isolate(text[:200])),
            _("Check whether it was moved or renamed."),
        )
    return given.resolve()


def is_geodatabase(path: Path) -> bool:
    """Whether a path is a folder that holds a file geodatabase (.gdb)."""
    return path.suffix.lower() == ".gdb" and path.is_dir() and (path / _GDB_TABLE).is_file()


def check_content(path: Path) -> None:
    """Refuse a file whose content is not what its name says.

    Raises
    ------
    TerraDeskError
        The content is of another kind.
    """
    if is_geodatabase(path):
        return
    with path.open("rb") as file:
        head = file.read(_HEAD)
    kind = _content_kind(head)
    expected = _EXPECTED.get(path.suffix.lower())
    if expected is not None and kind not in expected:
        raise TerraDeskError(
            _("“{name}” is not a {suffix} file: it holds {content}.").format(
                name=isolate(path.name), suffix=path.suffix.lower(), content=_(_KINDS[kind])
            ),
            _("Ask for the file again, or export it again from the program that made it."),
        )


_EXPECTED = {
    ".shp": ("shapefile",),
    ".shx": ("shapefile",),
    ".gpkg": ("sqlite",),
    ".fgb": ("flatgeobuf",),
    ".geojson": ("json",),
    ".json": ("json",),
    ".topojson": ("json",),
    ".geojsonl": ("json",),
    ".geojsons": ("json",),
    ".ndjson": ("json",),
    ".kml": ("kml",),
    ".gml": ("gml",),
    ".gpx": ("gpx",),
    ".tab": ("mapinfo",),
    ".mif": ("mapinfo",),
    ".zip": ("zip",),
    ".kmz": ("zip",),
}
_KINDS = {
    "shapefile": N_("a shapefile"),
    "sqlite": N_("a database"),
    "flatgeobuf": N_("a map in FlatGeobuf"),
    "zip": N_("a zip archive"),
    "json": N_("JSON"),
    "kml": N_("KML"),
    "gml": N_("GML"),
    "gpx": N_("GPX"),
    "xml": N_("XML"),
    "mapinfo": N_("a MapInfo table"),
    "nothing": N_("nothing"),
    "text": N_("plain text"),
    "unknown": N_("something else"),
}
_MAGIC = (
    (b"\x00\x00\x27\x0a", "shapefile"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"fgb", "flatgeobuf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)


def _content_kind(head: bytes) -> str:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e")
    if text.startswith((b"{", b"[")):
        return "json"
    if text.startswith(b"<"):
        return _xml_kind(text)
    if text[:6].lower() in (b"!table", b"versio"):
        return "mapinfo"
    if not text:
        return "unknown" if head else "nothing"
    return "unknown" if b"\x00" in head else "text"


_GML = re.compile(rb"opengis\.net/gml|<([\w.\-]+:)?FeatureCollection\b")


def _xml_kind(text: bytes) -> str:
    """Kind of an XML file; what declares entities is of no known kind."""
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"<OGR" in text:
        return "xml"
    lowered = text.lower()
    for kind in ("kml", "gpx"):
        if re.search(rb"<([\w.\-]+:)?" + kind.encode() + rb"\b", lowered):
            return kind
    return "gml" if _GML.search(text) else "xml"


def without_crs_link(path: Path, folder: Path) -> tuple[Path, bool]:
    """A GeoJSON file without a coordinate system that points to the network.

    Parameters
    ----------
    path : Path
    folder : Path
        Where a changed copy may go.

    Returns
    -------
    path : Path
        The file itself, or the copy.
    had_link : bool
    """
    data = path.read_bytes()
    if b'"link"' not in data or not _CRS_LINK.search(data):
        return path, False
    copy = folder / path.name
    copy.write_bytes(_CRS_LINK.sub(b'"crs":null', data))
    return copy, True

"""Postcodes of other countries: tables that the user imported once, kept for every plan.

One compressed file of plain arrays for each country in the user's own data folder.
"""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from terradesk import paths
from terradesk.geocode.patterns import postcode_key, shorter_key
from terradesk.geocode.zips import find_postcodes

BUILT_IN = "US"
"""Country whose postcodes come with the program."""

_SCALE = 1e6  # degrees are kept as whole millionths: 0.1 m


@dataclass(frozen=True, eq=False)
class PostcodeTable:
    """The postcodes of one country.

    Parameters
    ----------
    country : str
        Two letters.
    keys : ndarray of bytes, shape (n,)
        As `patterns.postcode_key` gives them; sorted, each once.
    lon, lat : ndarray of float64, shape (n,)
        Degrees.
    source : str
        Name of the file that it was made of.
    made : str
        Date, ISO.
    """

    country: str
    keys: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    source: str = ""
    made: str = ""

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {key.decode(): row for row, key in enumerate(self.keys.tolist())}

    def rows(self, texts: Iterable[str]) -> np.ndarray:
        """(n,) int64 row of each postcode as people write it, -1 where it is not known.

        Where the code itself is missing its district stands for it: K1A of K1A 0B1.
        """
        known, out = self._rows, []
        for text in texts:
            key = postcode_key(text, self.country)
            row = known.get(key, -1)
            out.append(row if row >= 0 else known.get(shorter_key(key, self.country), -1))
        return np.array(out, np.int64)

    def find(self, texts: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """Longitude and latitude of postcodes, (n,) float64 degrees, NaN where not known."""
        rows = self.rows(texts)
        lon, lat = np.append(self.lon, np.nan), np.append(self.lat, np.nan)
        return lon[rows], lat[rows]  # -1 is the last


def make_table(
    country: str,
    codes: Sequence[str],
    lon: np.ndarray,
    lat: np.ndarray,
    source: str = "",
) -> PostcodeTable:
    """A table of postcodes; places that share one are met in their middle.

    Parameters
    ----------
    country : str
    codes : sequence of str, length n
    lon, lat : (n,) float64
        Degrees; rows that are not finite are left out.
    source : str
    """
    keys = np.array([postcode_key(code, country) for code in codes], "S12")
    good = (keys != b"") & np.isfinite(lon) & np.isfinite(lat)
    unique, labels = np.unique(keys[good], return_inverse=True)
    counts = np.bincount(labels, minlength=len(unique))
    x, y = (np.bincount(labels, v[good], len(unique)) / np.maximum(counts, 1) for v in (lon, lat))
    today = dt.date.today().isoformat()
    return PostcodeTable(country, unique, x, y, source, today)


def find_in(country: str, texts: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """Points of the postcodes of a country, of those that come with the program too.

    Returns
    -------
    lon, lat : (n,) float64
        Degrees; NaN where not known, also when there is no table of the country.
    """
    texts = list(texts)
    if country == BUILT_IN:
        return find_postcodes(texts)
    found = table(country)
    if found is None:
        nothing = np.full(len(texts), np.nan)
        return nothing, nothing
    return found.find(texts)


# ---------------------------------------------------------------------- on the disk
def folder() -> Path:
    """Where the tables are."""
    return paths.data_dir() / "postcodes"


def countries() -> tuple[str, ...]:
    """Countries whose postcodes are known, the built-in one last."""
    own = sorted(file.stem for file in folder().glob("[A-Z][A-Z].npz"))
    return (*(code for code in own if code != BUILT_IN), BUILT_IN)


def table(country: str) -> PostcodeTable | None:
    """The table that the user keeps of a country; None when there is none, or it is broken."""
    file = folder() / f"{country}.npz"
    try:
        stamp = file.stat().st_mtime_ns
    except OSError:
        return None
    return _read(file, stamp)


def keep(made: PostcodeTable) -> None:
    """Keep a table, in place of the one that the country had.

    Raises
    ------
    OSError
        It could not be written; the old one is still there.
    """
    file = folder() / f"{made.country}.npz"
    file.parent.mkdir(parents=True, exist_ok=True)
    about = json.dumps({"source": made.source, "made": made.made}).encode()
    unfinished = file.with_suffix(".part")
    with unfinished.open("wb") as out:
        np.savez_compressed(
            out,
            keys=made.keys,
            lon=np.round(made.lon * _SCALE).astype(np.int32),
            lat=np.round(made.lat * _SCALE).astype(np.int32),
            about=np.frombuffer(about, np.uint8),
        )
    unfinished.replace(file)


def remove(country: str) -> bool:
    """Forget the table of a country; False when there was none."""
    file = folder() / f"{country}.npz"
    if not file.exists():
        return False
    file.unlink()
    return True


@lru_cache(maxsize=8)
def _read(file: Path, stamp: int) -> PostcodeTable | None:
    try:
        with file.open("rb") as raw, np.load(raw, allow_pickle=False) as parts:
            about = json.loads(parts["about"].tobytes())
            lon, lat = parts["lon"] / _SCALE, parts["lat"] / _SCALE
            keys = parts["keys"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    if not (keys.dtype.kind == "S" and len(keys) == len(lon) == len(lat)):
        return None
    source, made = (str(about.get(name, "")) for name in ("source", "made"))
    return PostcodeTable(file.stem, keys, lon, lat, source, made)

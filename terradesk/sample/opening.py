"""The sample plan as a file in the cache, and fresh copies of it."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from terradesk import __version__, i18n, paths, planfile
from terradesk.document import Document
from terradesk.errors import TerraDeskError
from terradesk.progress import Progress, part, silent
from terradesk.sample.story import make_plan

_VERSION = 1  # to be raised when the sample is made in another way
_SOURCES = (
    "us_2023.gpkg",
    "us_states.csv",
    "us_zips.csv.gz",
    "superstore_orders_us.csv.gz",
    "sample/counties.csv",
    "sample/territories.csv",
    "sample/named_accounts.csv",
)


def sample_path(progress: Progress = silent) -> Path:
    """The sample plan as a file, made on first use; not to be edited, see `open_sample`.

    Parameters
    ----------
    progress : callable, optional

    Raises
    ------
    TerraDeskError, OSError
        If it could not be written to the cache.
    """
    path = _path()
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        plan = make_plan(part(progress, 0.0, 0.7))
        planfile.create(path, plan).close()
    progress(1.0, "")
    return path


def open_sample(progress: Progress = silent) -> Document:
    """A fresh untitled copy of the sample plan, open for editing.

    Parameters
    ----------
    progress : callable, optional

    Raises
    ------
    TerraDeskError
        If no copy could be written.
    """
    try:
        return planfile.open_copy(sample_path(progress))
    except (TerraDeskError, OSError):  # a damaged file, or a cache that cannot be written
        with contextlib.suppress(OSError):
            _path().unlink(missing_ok=True)
        return planfile.new_untitled(make_plan(progress))


def _path() -> Path:
    """In a folder of its own, so that copies can take its name."""
    return paths.cache_dir() / f"sample-{_digest()}" / "US-field-plan.gpkg"


def _digest() -> str:
    """What the sample depends on, as 16 hex digits."""
    made = hashlib.sha256(f"{_VERSION} {__version__} {i18n.language()}".encode())
    for name in _SOURCES:
        made.update(paths.resource(name).read_bytes())
    return made.hexdigest()[:16]

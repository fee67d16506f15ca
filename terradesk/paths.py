"""Where resources, caches and recovery files are: source tree, wheel and frozen program alike."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def resources() -> Path:
    """Folder of the data files that come with the program.

    Raises
    ------
    FileNotFoundError
        If the installation lacks them.
    """
    here = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    places = [Path(frozen) / "resources"] if frozen else []
    places += [here.parent / "resources", here / "resources"]
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"no folder 'resources' in {[str(p) for p in places]}")


def resource(*parts: str) -> Path:
    """Path of one resource file, e.g. ``resource("icons", "lock.svg")``."""
    return resources().joinpath(*parts)


def data_dir() -> Path:
    """Folder of the user's own data (made if missing); ``TERRADESK_DATA_DIR`` moves it."""
    return _folder("TERRADESK_DATA_DIR", "user_data_dir")


def cache_dir() -> Path:
    """Folder of what can be made again (made if missing); ``TERRADESK_CACHE_DIR`` moves it."""
    return _folder("TERRADESK_CACHE_DIR", "user_cache_dir")


def recovery_dir() -> Path:
    """Folder of untitled plans, which live on disk from their first edit on."""
    path = data_dir() / "recovery"
    path.mkdir(parents=True, exist_ok=True)
    return path


def _folder(variable: str, kind: str) -> Path:
    import platformdirs

    override = os.environ.get(variable)
    path = Path(override) if override else Path(getattr(platformdirs, kind)("TerraDesk", False))
    path.mkdir(parents=True, exist_ok=True)
    return path

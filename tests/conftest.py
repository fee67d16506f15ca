"""What every test gets: no screen, no network of settings, nothing of the developer's own."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_ENABLE_HIGHDPI_SCALING"] = "0"

import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest
import shapely

ROOT = Path(__file__).resolve().parent.parent

# CI machines are slow and shared: no deadlines; the same examples in every run of `make test`.
hypothesis.settings.register_profile("test", deadline=None, max_examples=40, derandomize=True)
hypothesis.settings.register_profile("proof", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))


@pytest.fixture(scope="session")
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of derived data that is dear to make (sample plan, base map), shared by all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_folders(
    tmp_path: Path, session_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Settings, data and recovery folders of this test alone."""
    data = tmp_path / "terradesk-data"
    monkeypatch.setenv("TERRADESK_DATA_DIR", str(data))
    monkeypatch.setenv("TERRADESK_CACHE_DIR", str(session_cache))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    core = sys.modules.get("PySide6.QtCore")
    if core is not None:
        ini = core.QSettings.Format.IniFormat
        core.QSettings.setDefaultFormat(ini)
        for scope in (core.QSettings.Scope.UserScope, core.QSettings.Scope.SystemScope):
            core.QSettings.setPath(ini, scope, str(tmp_path / "config"))
    yield
    gc.enable()  # the program collects by a timer of its own while it runs


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of this test alone, for tests of making what is cached."""
    folder = tmp_path / "empty-cache"
    monkeypatch.setenv("TERRADESK_CACHE_DIR", str(folder))
    return folder


@pytest.fixture(scope="session")
def grid_polygons() -> Callable[..., np.ndarray]:
    """`grid_polygons(n, size=1000.0)`: n x n squares of `size` metres, row by row from below."""

    def make(n: int, size: float = 1000.0) -> np.ndarray:
        y, x = np.divmod(np.arange(n * n), n)
        return shapely.box(x * size, y * size, (x + 1) * size, (y + 1) * size)

    return make

"""The core stays free of Qt, and starting it stays cheap."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

IMPORT_ALL = """
import pkgutil, sys, importlib, terradesk
names = [m.name for m in pkgutil.walk_packages(terradesk.__path__, "terradesk.")]
for name in names:
    if not name.endswith(".__main__"):
        importlib.import_module(name)
print(len(names))
print("\\n".join(sorted(sys.modules)))
"""
QT = {"PySide6", "shiboken6", "pyqtgraph", "superqt", "qtpy", "ui"}
HEAVY = {
    "pandas",
    "geopandas",
    "pyogrio",
    "pyproj",
    "scipy.linalg",  # numba imports the empty top of scipy
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.sparse",
    "scipy.spatial",
    "scipy.stats",
    "sklearn",
    "networkx",
    "openpyxl",
    "python_calamine",
    "folium",
    "branca",
    "jinja2",
    "mapclassify",
    "fpdf",
    "tifffile",
    "rapidfuzz",
    "requests",
}


def in_fresh_interpreter(code: str) -> list[str]:
    """The lines that `code` prints in a new Python in the project's folder."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")


@pytest.fixture(scope="module")
def modules_of_the_core() -> set[str]:
    n_modules, *modules = in_fresh_interpreter(IMPORT_ALL)
    assert int(n_modules) > 5
    assert "terradesk" in modules
    return set(modules)


def test_the_core_imports_no_qt(modules_of_the_core: set[str]) -> None:
    assert modules_of_the_core & QT == set()


def test_heavy_libraries_wait_until_they_are_needed(modules_of_the_core: set[str]) -> None:
    assert modules_of_the_core & HEAVY == set()


def test_import_terradesk_alone_loads_next_to_nothing() -> None:
    loaded = in_fresh_interpreter(
        "import sys, terradesk; print('\\n'.join(m for m in sys.modules))"
    )
    assert not {name.partition(".")[0] for name in loaded} & (QT | HEAVY | {"numpy", "numba"})
    assert "terradesk.api" not in loaded


def test_modules_are_found_before_public_names() -> None:
    assert in_fresh_interpreter(
        "import sys; from terradesk import errors;"
        "print(errors.__name__, 'terradesk.api' in sys.modules)"
    ) == ["terradesk.errors False", ""]


def test_an_unknown_private_name_is_an_attribute_error() -> None:
    import terradesk

    with pytest.raises(AttributeError, match="_nothing"):
        _ = terradesk._nothing

"""Starting: what opening a plan and painting it may import, and the start's own arguments."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from terradesk import planfile
from tests.core.kernel import grid_plan

ROOT = Path(__file__).resolve().parents[2]

OPEN_AND_PAINT = """
import sys
from pathlib import Path
from ui import settings
from ui.app import make_application
app = make_application(["terradesk"])
from ui.main_window import MainWindow
window = MainWindow(settings.Settings())
window.show()
window.files.open_path(Path(sys.argv[1]))
while not (window.model.is_open and window.map.is_ready):
    app.processEvents()
window.grab()
heavy = {"pandas", "geopandas", "pyogrio", "openpyxl", "folium", "mapclassify", "fpdf"}
print(sorted(heavy & set(sys.modules)), len(window.model.plan.units))
"""


def test_opening_and_painting_a_plan_loads_no_heavy_library(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    planfile.create(path, grid_plan()).close()
    done = subprocess.run(
        [sys.executable, "-c", OPEN_AND_PAINT, str(path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("[] 24")

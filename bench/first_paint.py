"""Child process: start the window on a plan and end after the first paint of the map.

Prints as JSON when window, map and base map were there, in seconds of CPU and since the start of
the process, which dear libraries had been imported by the first paint, and the memory in the end.
The plan is the file in BENCH_PLAN, else the sample.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path

DEAR = (
    "pandas", "geopandas", "pyogrio", "scipy", "openpyxl", "folium", "pyproj", "jinja2",
    "PIL", "fpdf", "babel", "mapclassify", "rapidfuzz", "superqt", "llvmlite",
)  # fmt: skip


def main() -> int:
    """Open, paint, tell, leave."""
    begun = float(os.environ["BENCH_BEGUN"])
    found: dict[str, object] = {}

    def note(name: str) -> None:
        found.setdefault(name, [time.process_time(), time.time() - begun])

    gc.disable()  # as main.py does
    from PySide6 import QtCore

    from ui import jobs
    from ui.app import make_application
    from ui.main_window import MainWindow

    note("imports")
    app = make_application([sys.argv[0], "--sample"])
    window = MainWindow()
    window.show()
    app.processEvents()
    note("window")

    class Watch(QtCore.QObject):
        """Sees when the map is painted with a plan, and with its base map."""

        def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
            if event.type() == QtCore.QEvent.Type.Paint and window.map.is_ready:
                is_all = window.map.item.base is not None
                QtCore.QTimer.singleShot(0, lambda: painted(is_all))
            return False

    def painted(with_base: bool) -> None:
        if "map" not in found:
            note("map")
            found["dear"] = [name for name in DEAR if name in sys.modules]
        if with_base and "base map" not in found:
            note("base map")
            leave()

    def leave() -> None:
        """When the pictures of the welcome page are made as well, so that they are kept."""
        app.quit() if not jobs.running() else QtCore.QTimer.singleShot(50, leave)

    watch = Watch()
    window.map.canvas.viewport().installEventFilter(watch)
    plan = os.environ.get("BENCH_PLAN")

    def open_it() -> None:
        found["asked"] = [time.process_time(), time.time() - begun]
        window.files.open_path(Path(plan)) if plan else window.files.open_sample()

    QtCore.QTimer.singleShot(0, open_it)
    QtCore.QTimer.singleShot(300_000, app.quit)
    app.exec()
    found["MB"] = peak_megabytes()
    print(json.dumps(found), flush=True)
    window.close()
    return 0


def peak_megabytes() -> float:
    """Most memory the process had at any time; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    lines = [t for t in status.read_text().splitlines() if t.startswith("VmHWM:")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


if __name__ == "__main__":
    sys.exit(main())

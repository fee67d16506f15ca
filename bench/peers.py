"""QGIS on the same areas, where it is installed with its Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bench import layers
from bench.timing import Time

SCRIPT = Path(__file__).with_name("qgis_peer.py")


@dataclass(frozen=True)
class Times:
    """What QGIS took, by name of the measurement; empty when it is not installed."""

    who: str = "QGIS not installed"
    found: dict[str, Time] = field(default_factory=dict)

    def get(self, name: str) -> Time | None:
        """One time, None if unknown."""
        return self.found.get(name)


@lru_cache(maxsize=1)
def python() -> str:
    """A Python that can import QGIS; "" for none, or where QGIS is asked later (BENCH_ALONE)."""
    if os.environ.get("BENCH_ALONE"):
        return ""
    for path in ("/usr/bin/python3", sys.executable):
        if Path(path).exists():
            asked = subprocess.run(
                [path, "-c", "import qgis.core"], env=_environment(), capture_output=True
            )
            if asked.returncode == 0:
                return path
    return ""


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "QT_PLUGIN"))}
    return {**kept, "QT_QPA_PLATFORM": "offscreen"}


def times(case: layers.Case, what: str = "draw") -> Times:
    """QGIS drawing the three views ("draw") or finding units ("hit")."""
    if not python():
        return Times()
    views = {}
    for name in layers.VIEWS:
        box = case.view(name).box
        views[name] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, case.view(name).px_per_m]
    with layers.geopackage(case) as path:
        made = subprocess.run(
            [python(), str(SCRIPT), str(path), json.dumps(views), what],
            env=_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
    if made.returncode:
        print(made.stderr, file=sys.stderr)
        return Times("QGIS failed")
    answer = json.loads(made.stdout.splitlines()[-1])
    return Times(f"QGIS {answer['version']}", {k: Time(*v) for k, v in answer["times"].items()})

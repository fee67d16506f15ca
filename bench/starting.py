"""From starting the program to the painted sample plan, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.timing import Figure

PART = "starting"
_STAGES = {
    "imports": "libraries imported",
    "window": "welcome page painted",
    "map": "sample plan painted",
    "base map": "base map painted",
}
_WARM_STARTS = 5


def run() -> Iterator[Figure]:
    """First start after the installation, first start of a user, later starts."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        first = {"NUMBA_CACHE_DIR": str(root / "compiled")}
        yield from _figures("first after installation", [_start(root / "a", first)])
        yield from _figures("first of a user", [_start(root / "b", first)])
        warm = [_start(root / "b", first) for _ in range(_WARM_STARTS)]
        yield from _figures("warm", warm)


def _start(folder: Path, more: dict[str, str]) -> dict[str, object]:
    """One start with the settings, data and cache in a folder."""
    places = {
        "TERRADESK_DATA_DIR": str(folder / "data"),
        "TERRADESK_CACHE_DIR": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "QT_QPA_PLATFORM": "offscreen",
        "BENCH_BEGUN": repr(time.time()),
    }
    made = subprocess.run(
        [sys.executable, "-m", "bench.first_paint"], env={**os.environ, **places, **more},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(made.stdout.splitlines()[-1])


def _figures(case: str, starts: list[dict[str, object]]) -> Iterator[Figure]:
    for stage, text in _STAGES.items():
        pairs = [one[stage] for one in starts if stage in one]
        if len(pairs) < len(starts):
            raise RuntimeError(f"{stage} was never reached: {starts}")
        cpu, wall = (median(pair[i] for pair in pairs) * 1e3 for i in (0, 1))
        is_goal = stage == "map" and case == "warm"
        note = ""
        if stage == "map":
            dear = starts[-1]["dear"]
            note = "imported by then: " + (", ".join(dear) if dear else "none of the dear ones")
        yield Figure(PART, text, case, cpu, wall, goal="2000" if is_goal else "", note=note)

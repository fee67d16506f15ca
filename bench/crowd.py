"""Plans of many areas and a million accounts, from file to painted map, and their memory."""

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

from bench import layers
from bench.timing import Figure
from terradesk import planfile
from terradesk.plan import Plan

PART = "crowd"
N_ACCOUNTS = 1_000_000
_STARTS = 3


def run() -> Iterator[Figure]:
    """Each plan opened in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        zips = layers.zips()
        plans = {
            "sample plan": None,
            "37,290 areas": zips.plan,
            "37,290 areas and 1,000,000 accounts": layers.with_accounts(zips.plan, N_ACCOUNTS),
        }
        for case, plan in plans.items():
            yield from _opened(case, plan, folder)


def _opened(case: str, plan: Plan | None, folder: Path) -> Iterator[Figure]:
    path = folder / f"{len(case)}.gpkg"
    if plan is not None:
        planfile.create(path, plan).close()
    _start(path if plan else None, folder)  # the first of a user makes what is cached
    starts = [_start(path if plan else None, folder) for _ in range(_STARTS)]
    spans = [[b - a for a, b in zip(one["asked"], one["map"], strict=True)] for one in starts]
    cpu, wall = (median(span[i] for span in spans) * 1e3 for i in (0, 1))
    goal = "3000" if "accounts" in case else ""
    yield Figure(PART, "from asking for the plan to its painted map", case, cpu, wall, goal=goal)
    megabytes = max(one["MB"] for one in starts)
    yield Figure(PART, "most memory, MB (no time)", case, megabytes, megabytes,
                 goal="400" if case == "37,290 areas" else "")  # fmt: skip


def _start(path: Path | None, folder: Path) -> dict[str, list[float]]:
    places = {
        "TERRADESK_DATA_DIR": str(folder / "data"),
        "TERRADESK_CACHE_DIR": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "QT_QPA_PLATFORM": "offscreen",
        "BENCH_BEGUN": repr(time.time()),
        **({"BENCH_PLAN": str(path)} if path else {}),
    }
    made = subprocess.run(
        [sys.executable, "-m", "bench.first_paint"], env={**os.environ, **places},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(made.stdout.splitlines()[-1])

"""Jobs for workers in tests: good ones and bad ones."""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path

import numpy as np

from terradesk.errors import TerraDeskError
from terradesk.progress import Progress


def echo(progress: Progress, **values: object) -> dict[str, object]:
    progress(0.5, "half")
    print("libraries print what they like")
    return {
        "given": values,
        "numbers": np.arange(6.0).reshape(2, 3),
        "texts": np.array(["å", "", "é\n", "x" * 1000], object),
        "repeated": np.array(["red", "blue", ""] * 1000, object),
        "bytes": np.array([b"a\0b", None, b""], object),
        "none": np.empty(0, object),
    }


def refuse(progress: Progress) -> None:
    raise TerraDeskError("It is broken.", "Mend it.")


def crash(progress: Progress) -> None:
    ctypes.string_at(0)


def raise_error(progress: Progress) -> None:
    raise ZeroDivisionError


def be_greedy(progress: Progress) -> int:
    return len(np.ones(1 << 40, np.uint8))


def linger(progress: Progress, told: str = "") -> None:
    if told:
        Path(told).write_text(str(os.getpid()))
    progress(0.25, "waiting")
    time.sleep(60)


def crash_on(path: str, progress: Progress) -> None:
    ctypes.string_at(0)


def loop_on(path: str, progress: Progress) -> None:
    while True:
        pass


def eat_on(path: str, progress: Progress) -> int:
    kept = []
    while True:
        kept.append(np.ones(1 << 24))

"""A plan outlives the process that edits it: every step that was told is in the file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def kill(folder: Path, rounds: int, seed: int) -> dict[str, int]:
    """What held in how many rounds."""
    command = [sys.executable, "-m", "tests.core.kill", str(folder / "p.gpkg"), str(rounds)]
    done = subprocess.run([*command, str(seed)], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def check(counts: dict[str, int], rounds: int) -> None:
    assert counts["rounds"] >= rounds
    for what in ("listed", "kept", "at most one more", "editable", "sound", "whole"):
        assert counts[what] == counts["rounds"], what
    assert counts["told"] > counts["rounds"]  # the children did work
    assert counts["hot journals"] > 0  # and some were killed in the middle of a step


@needs_fork
def test_kills_lose_nothing(tmp_path: Path) -> None:
    check(kill(tmp_path, 15, 1), 15)


@needs_fork
@pytest.mark.proof
def test_four_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    check(kill(tmp_path, 400, 1000), 400)

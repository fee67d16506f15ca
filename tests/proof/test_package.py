"""The packaged program: built here, moved away from its source, tested by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.proof


def test_the_packaged_program_passes_its_self_test(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, str(ROOT / "installer" / "build.py")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    moved = tmp_path / "elsewhere"
    shutil.copytree(ROOT / "dist" / "TerraDesk", moved, symlinks=True)
    keep = {"PATH", "HOME", "LANG", "LC_ALL", "QT_QPA_PLATFORM"}
    environment = {k: v for k, v in os.environ.items() if k in keep}
    environment["TERRADESK_DATA_DIR"] = str(tmp_path / "data")
    environment["TERRADESK_CACHE_DIR"] = str(tmp_path / "cache")
    program = moved / ("TerraDesk.exe" if sys.platform == "win32" else "TerraDesk")
    done = subprocess.run(
        [str(program), "--self-test"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout

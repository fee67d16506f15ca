"""Build the one-folder program for the platform this runs on, and let it test itself once.

The self-test opens the sample plan, edits, undoes and exports; by that it also fills the cache of
compiled kernels inside the folder, which is then shipped.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "dist" / "TerraDesk"
PROGRAM = FOLDER / ("TerraDesk.exe" if sys.platform == "win32" else "TerraDesk")


def build() -> None:
    """Run PyInstaller."""
    subprocess.run(
        [
            *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN"),
            *("--distpath", str(ROOT / "dist"), "--workpath", str(ROOT / "build")),
            str(ROOT / "installer" / "terradesk.spec"),
        ],
        cwd=ROOT,
        check=True,
    )


def test_itself() -> None:
    """Run the program in an empty home, away from the source tree."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "NUMBA", "VIRTUAL_ENV"))
        }
        environment["TERRADESK_DATA_DIR"] = f"{home}/data"
        environment["TERRADESK_CACHE_DIR"] = f"{home}/cache"
        subprocess.run([str(PROGRAM), "--warm-up"], cwd=home, env=environment, check=True)
        subprocess.run([str(PROGRAM), "--self-test"], cwd=home, env=environment, check=True)


def size_mb() -> int:
    """Size of the folder."""
    return round(sum(p.lstat().st_size for p in FOLDER.rglob("*") if not p.is_symlink()) / 1e6)


if __name__ == "__main__":
    build()
    test_itself()
    print(f"{FOLDER.relative_to(ROOT)}: {size_mb()} MB")

"""Say or install what the system must provide beside Python.

Usage: python scripts/system_packages.py window | tests | proof

On Debian and its kin missing packages are installed when run as root; otherwise the exact command
is named and the exit code is 1. Elsewhere nothing is done: Qt's wheels for Windows and macOS
bring all they need, and other Linux systems are named what is missing.
"""

import ctypes
import os
import shutil
import subprocess
import sys

OFFSCREEN = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libzstd.so.1": "libzstd1",
}
WINDOW = OFFSCREEN | {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
PROGRAMS = {"soffice": "libreoffice-calc", "chromium": "chromium", "qgis_process": "qgis"}


def lacks_library(name: str) -> bool:
    """Whether the loader finds no such shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return True
    return False


def has_screen() -> bool:
    """Whether a window will be opened at all; without a screen the program runs without Qt."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing(purpose: str) -> dict[str, str]:
    """What is not there, each with its Debian package."""
    libraries = WINDOW if purpose == "window" else OFFSCREEN
    absent = {name: package for name, package in libraries.items() if lacks_library(name)}
    if purpose == "proof":
        absent |= {name: p for name, p in PROGRAMS.items() if shutil.which(name) is None}
    return absent


def install(packages: list[str]) -> int:
    """Run apt-get, asking nothing."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages],
    ):
        print("+", " ".join(command), flush=True)
        code = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode
        if code:
            return code
    return 0


def main(purpose: str) -> int:
    """Exit code 0 when everything is there afterwards or this system needs nothing."""
    if not sys.platform.startswith("linux") or (purpose == "window" and not has_screen()):
        return 0
    absent = missing(purpose)
    if not absent:
        return 0
    packages = sorted(set(absent.values()))
    command = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        print(f"Missing on this system: {', '.join(absent)}", file=sys.stderr)
        return 1 if purpose == "proof" else 0
    if os.geteuid() == 0:
        return install(packages)
    print(f"TerraDesk needs system packages. Please run:\n\n    sudo {command}\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in {"window", "tests", "proof"}:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))

"""Other programs, run with nothing of the user's: a missing one is a failure, not a skip."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SECONDS = 180


def program(*names: str) -> str:
    """Path of the first of the programs that is there."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    raise AssertionError(f"{' or '.join(names)} is not installed; make proof says how to get it")


def _run(command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={**environment, **more},
    )


@dataclass(frozen=True)
class Shown:
    """What a browser made of a page."""

    dom: str
    console: list[str]
    picture: Path


def browse(page: Path, folder: Path, milliseconds: int = 8000) -> Shown:
    """Open a page in headless Chromium that can reach no host."""
    chromium = program("chromium", "chromium-browser", "google-chrome")
    flags = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"),
        *("--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1400,900"),
        *("--disable-background-networking", "--disable-component-update", "--no-first-run"),
        *(f"--user-data-dir={folder / 'profile'}", f"--virtual-time-budget={milliseconds}"),
    ]
    picture = folder / f"{page.stem}.screen.png"
    drawn = _run([chromium, *flags, f"--screenshot={picture}", page.as_uri()])
    dumped = _run([chromium, *flags, "--dump-dom", page.as_uri()])
    assert drawn.returncode == dumped.returncode == 0, drawn.stderr + dumped.stderr
    said = (drawn.stderr + dumped.stderr).splitlines()
    return Shown(dumped.stdout, [line for line in said if "CONSOLE" in line], picture)


def office(file: Path, kind: str, folder: Path) -> list[Path]:
    """Convert a file with LibreOffice; the files it wrote."""
    before = set(folder.iterdir())
    done = _run(
        [
            *(program("soffice", "libreoffice"), "--headless", "--norestore"),
            f"-env:UserInstallation={(folder / 'office').as_uri()}",
            *("--convert-to", kind, "--outdir", str(folder), str(file)),
        ]
    )
    assert done.returncode == 0, done.stderr
    return sorted(p for p in set(folder.iterdir()) - before if p.is_file())


def pdf_pages(path: Path) -> int:
    """Pages of a PDF, as its page tree says."""
    counts = [int(n) for n in re.findall(rb"/Type/Pages\b[^>]*?/Count (\d+)", path.read_bytes())]
    return max(counts, default=0)


def qgis(script: str, *arguments: str | Path) -> str:
    """Run a script in the system's Python with QGIS; what it prints."""
    program("qgis_process")
    done = _run(
        [program("/usr/bin/python3", "python3"), "-c", script, *map(str, arguments)],
        QT_QPA_PLATFORM="offscreen",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout

"""The start file and the scripts behind make."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT


def load(path: str) -> ModuleType:
    """A file of the project that is run, not imported, as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem + "_under_test", ROOT / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """What main.py would have started."""
    seen: list[tuple[str, object]] = []
    headless, app = ModuleType("terradesk.headless"), ModuleType("ui.app")
    headless.self_test = lambda: seen.append(("self-test", None)) or 3  # type: ignore[attr-defined]
    headless.run = lambda a: seen.append(("headless", a)) or 4  # type: ignore[attr-defined]
    app.run = lambda a: seen.append(("window", a)) or 5  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "terradesk.headless", headless)
    monkeypatch.setitem(sys.modules, "ui.app", app)
    return seen


@pytest.mark.parametrize(
    ("arguments", "display", "expected", "code"),
    [
        ([], ":0", ("window", []), 5),
        (["plan.gpkg"], ":0", ("window", ["plan.gpkg"]), 5),
        (["--headless", "x"], ":0", ("headless", ["x"]), 4),
        (["--self-test"], "", ("self-test", None), 3),
    ],
)
def test_main_starts_what_was_asked_for(
    calls: list[tuple[str, object]],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    display: str,
    expected: tuple[str, object],
    code: int,
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    assert load("main.py").main(arguments) == code
    assert calls == [expected]


def test_without_a_display_main_does_the_job_headless(
    calls: list[tuple[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert load("main.py").main(["x"]) == 4
    assert calls == [("headless", ["x"])]


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script that knows Debian packages, on a Debian where one library is missing."""
    module = load("scripts/system_packages.py")
    monkeypatch.setattr(module, "OFFSCREEN", {"libno-such-thing.so.9": "libnothing9"})
    monkeypatch.setattr(module, "WINDOW", {"libno-such-thing.so.9": "libnothing9"})
    monkeypatch.setattr(module, "PROGRAMS", {"no-such-program": "nothing"})
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "apt-get" else None)
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    return module


def test_a_user_is_named_the_exact_command(
    packages: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert packages.main("window") == 1
    expected = "sudo apt-get install --no-install-recommends libnothing9\n"
    assert expected in capsys.readouterr().err
    assert packages.main("proof") == 1
    assert "libnothing9 nothing\n" in capsys.readouterr().err


def test_root_gets_the_packages_installed(
    packages: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(subprocess, "run", run)
    assert packages.main("tests") == 0
    assert ran[-1][-1] == "libnothing9"
    assert {command[0] for command in ran} == {"apt-get"}


def test_other_linux_systems_go_on_but_a_proof_does_not(
    packages: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert packages.main("window") == 0
    assert packages.main("proof") == 1


def test_without_a_screen_no_window_library_is_asked_for(
    packages: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert packages.main("window") == 0


@pytest.mark.proof
def test_the_packaged_program_works_wherever_it_is_put(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "installer/build.py"], cwd=ROOT, check=True)
    moved = tmp_path / "elsewhere"
    shutil.copytree(ROOT / "dist" / "TerraDesk", moved, symlinks=True)
    kernels = set(moved.rglob("*.nbi"))
    assert kernels
    name = "TerraDesk.exe" if sys.platform == "win32" else "TerraDesk"
    subprocess.run([str(moved / name), "--self-test"], cwd=tmp_path, check=True)
    assert set(moved.rglob("*.nbi")) == kernels

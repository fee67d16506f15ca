"""The window as a test gets it, and what it would have asked or told."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6 import QtCore
from pytestqt.qtbot import QtBot

from tests.ui.driving import SLOW
from ui import errors, settings, theme
from ui.jobs import running
from ui.main_window import MainWindow, keeping
from ui.map import preparing


def pytest_runtest_logstart() -> None:
    """Collect no garbage while a test of the window runs, like the program itself.

    A collection in the thread of a job would end the timers of an earlier window there: Qt keeps
    them in its list, and the process ends when they are due. What is there by now stays anyway, so
    that the collection after the test has little to look through.
    """
    gc.disable()
    gc.freeze()


def pytest_runtest_logfinish() -> None:
    """Collect what the test left, on the main thread and outside of Qt."""
    gc.collect()
    gc.unfreeze()
    gc.enable()


class Patient(QtBot):
    """Waits as long as a machine with much to do may need: what is awaited ends the wait."""

    def waitUntil(self, callback, *, timeout=SLOW):
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal, *, timeout=SLOW, **more):
        return super().waitSignal(signal, timeout=timeout, **more)


@pytest.fixture
def qtbot(qapp, request) -> Patient:
    return Patient(request)


@pytest.fixture(autouse=True)
def _widgets_end_with_their_test() -> Iterator[None]:
    """Without a running event loop they would stay, and each style sheet would style them all."""
    yield
    QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)


@pytest.fixture
def window(qtbot, qapp, asked):
    """The window at its full size; leaves no job and no open plan behind."""
    theme.apply(qapp, False)
    window = MainWindow(settings.Settings())
    window.resize(1600, 1000)
    window.show()
    yield window
    qtbot.waitUntil(lambda: not running(), timeout=SLOW)
    window.close()
    window.deleteLater()


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Baselines the window asked about; the answer is to edit a copy."""
    out: list[str] = []
    answer = lambda _w, name: out.append(name) or "copy"  # noqa: E731
    monkeypatch.setattr(keeping, "ask_for_copy", answer)
    return out


@pytest.fixture
def at_once(monkeypatch) -> None:
    """A grid needs no base map of the world, and most tests no process that waits for a build."""
    from terradesk.builder import running

    monkeypatch.setattr(preparing, "base_map", lambda *_args: None)
    monkeypatch.setattr(running, "get_ready", lambda _n=1: None)


@pytest.fixture
def told(monkeypatch) -> list[BaseException]:
    """Errors that a message box would have shown."""
    out: list[BaseException] = []
    monkeypatch.setattr(errors, "show_error", lambda _w, error, *_a: bool(out.append(error)))
    return out

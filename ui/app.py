"""Start the window: language, theme, log, hooks."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from PySide6 import QtCore, QtWidgets

from terradesk import i18n

from . import errors, settings, theme


def run(arguments: list[str]) -> int:
    """Open the window and stay until it closes.

    Parameters
    ----------
    arguments : list of str
        ``--sample`` opens the sample plan; anything else is a file to open or import.

    Returns
    -------
    int
        Exit code.
    """
    app = make_application([sys.argv[0], *arguments])
    errors.install()
    from .main_window import MainWindow

    window = MainWindow()
    window.show()
    collector = _collect_on_main_thread(window)
    files = [a for a in arguments if not a.startswith("--")]
    if files:
        QtCore.QTimer.singleShot(0, lambda: window.files.open_path(Path(files[0]).absolute()))
    elif "--sample" in arguments:
        QtCore.QTimer.singleShot(0, window.files.open_sample)
    code = app.exec()
    collector.stop()
    return code


def _collect_on_main_thread(parent: QtCore.QObject) -> QtCore.QTimer:
    """Collect garbage by a timer: in a Job's thread it would delete Qt objects there."""
    gc.disable()
    timer = QtCore.QTimer(parent)
    timer.timeout.connect(_collect)
    timer.start(2_000)
    return timer


def _collect() -> None:
    young, middle, _old = gc.get_count()
    if young > gc.get_threshold()[0]:
        gc.collect(1 if middle > gc.get_threshold()[1] else 0)


def make_application(arguments: list[str]) -> QtWidgets.QApplication:
    """The application in the user's language and theme; one that exists already is used."""
    app = QtWidgets.QApplication.instance()
    if not isinstance(app, QtWidgets.QApplication):
        app = QtWidgets.QApplication(arguments)
    app.setApplicationName("TerraDesk")
    app.setOrganizationName("TerraDesk")
    app.setApplicationDisplayName("TerraDesk")
    chosen = settings.load()
    i18n.use_language(chosen.language)
    if chosen.language == "fa":
        app.setLayoutDirection(QtCore.Qt.LayoutDirection.RightToLeft)
    theme.apply(app, theme.wants_dark(chosen.theme))
    return app

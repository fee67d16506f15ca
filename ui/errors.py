"""The only message box, and the hooks that bring everything unexpected to it."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import traceback
from types import TracebackType

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import paths
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.progress import Cancelled

log = logging.getLogger(__name__)


def show_error(
    parent: QtWidgets.QWidget | None, error: BaseException, can_retry: bool = False
) -> bool:
    """Tell the user about an error.

    Parameters
    ----------
    parent : QWidget or None
    error : BaseException
        A `TerraDeskError` shows its message and hint; anything else counts as unexpected.
    can_retry : bool
        Whether to offer Retry.

    Returns
    -------
    bool
        True when the user chose Retry.
    """
    if isinstance(error, Cancelled):
        return False
    box = make_box(parent, error, can_retry)
    box.exec()
    return bool(box.property("retry"))


def make_box(
    parent: QtWidgets.QWidget | None, error: BaseException, can_retry: bool = False
) -> QtWidgets.QMessageBox:
    """The message box of `show_error`, not shown yet."""
    box = QtWidgets.QMessageBox(parent)
    box.setWindowTitle("TerraDesk")
    box.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    if isinstance(error, TerraDeskError):
        box.setIcon(QtWidgets.QMessageBox.Icon.Warning)
        box.setText(f"{error.message}\n\n{error.hint}".strip())
    else:
        details = "".join(traceback.format_exception(error))
        log.error("unexpected error\n%s", details)
        box.setIcon(QtWidgets.QMessageBox.Icon.Critical)
        saved = _("Your plan is saved up to the last step. You can go on working.")
        box.setText(_("Something unexpected happened.") + "\n\n" + saved)
        box.setDetailedText(details)
        copy = box.addButton(_("Copy details"), QtWidgets.QMessageBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QtGui.QGuiApplication.clipboard().setText(details))
    if can_retry:
        retry = box.addButton(_("Try again"), QtWidgets.QMessageBox.ButtonRole.AcceptRole)
        retry.clicked.connect(lambda: box.setProperty("retry", True))
    box.addButton(_("Close"), QtWidgets.QMessageBox.ButtonRole.RejectRole)
    return box


def install() -> None:
    """Bring unexpected errors to the message box and the log, crashes to a file."""
    folder = paths.data_dir() / "log"
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "terradesk.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    global _crash_file
    _crash_file = (folder / "crash.log").open("a", encoding="utf-8")
    faulthandler.enable(_crash_file)
    sys.excepthook = _excepthook
    QtCore.qInstallMessageHandler(_qt_message)


_crash_file = None


def _excepthook(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    global _is_telling
    if _is_telling:  # one box at a time, however fast the same thing goes wrong again
        log.error("unexpected error\n%s", "".join(traceback.format_exception(error)))
        return
    _is_telling = True
    try:
        show_error(QtWidgets.QApplication.activeWindow(), error.with_traceback(trace))
    finally:
        _is_telling = False


_is_telling = False


class _Teller(QtCore.QObject):
    """Brings errors from painting and threads to the main thread, when it has nothing to do."""

    raised = QtCore.Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.told: set[tuple[object, ...]] = set()
        self.raised.connect(self._tell, QtCore.Qt.ConnectionType.QueuedConnection)

    @staticmethod
    def _tell(error: BaseException) -> None:
        sys.excepthook(type(error), error, error.__traceback__)


_teller = _Teller()


def report(error: BaseException) -> None:
    """Tell about an unexpected error that was caught where no box can be opened.

    May be called from any thread and in the middle of painting. What goes wrong in the same place
    again is not told again.
    """
    trace = traceback.extract_tb(error.__traceback__)
    place = (type(error), *((trace[-1].filename, trace[-1].lineno) if trace else ()))
    if place not in _teller.told:
        _teller.told.add(place)
        _teller.raised.emit(error)


def _qt_message(kind: QtCore.QtMsgType, context: QtCore.QMessageLogContext, message: str) -> None:
    level = logging.WARNING if kind != QtCore.QtMsgType.QtDebugMsg else logging.DEBUG
    logging.getLogger("qt").log(level, "%s", message)

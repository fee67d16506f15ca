"""What the pages for customers and for boundaries share: head, progress, halves, buttons."""

from __future__ import annotations

from PySide6 import QtWidgets

from terradesk.i18n import _

from .parts import Button, Dialog, IconLabel, label, line, scrolled
from .work import LatestWork


class ImportPage(Dialog):
    """A page that reads a file and shows what would come of it.

    Parameters
    ----------
    title : str
    parent : QWidget or None
    size : (int, int)
    """

    def __init__(self, title: str, parent: QtWidgets.QWidget | None, size: tuple[int, int]) -> None:
        super().__init__(title, parent, *size)
        self._works: list[LatestWork] = []
        self.destroyed.connect(self.__dict__.clear)  # a million rows must not wait for a collection

    def add_head(self, title: str, icon: str, *at_end: QtWidgets.QWidget) -> None:
        """The row with title, file and what is known of it, and the progress below it."""
        head = QtWidgets.QHBoxLayout()
        head.setContentsMargins(24, 14, 24, 14)
        head.setSpacing(10)
        head.addWidget(label(title, "hero"))
        head.addSpacing(10)
        head.addWidget(IconLabel(icon))
        self._name, self._about = label(), label(_("Reading…"), "dim")
        head.addWidget(self._name)
        head.addWidget(self._about)
        head.addStretch(1)
        for widget in at_end:
            head.addWidget(widget)
        self.progress = QtWidgets.QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(_("Progress"))
        keep = self.progress.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(keep)
        self.outer.insertLayout(0, head)
        self.outer.insertWidget(1, self.progress)
        self.outer.insertWidget(2, line())
        self.body.setContentsMargins(0, 0, 0, 0)

    def add_halves(self, left: QtWidgets.QWidget, right: QtWidgets.QWidget, share: int) -> None:
        """What it means at the left (``share`` per cent wide), what you get at the right."""
        halves = QtWidgets.QHBoxLayout()
        halves.setSpacing(0)
        halves.addWidget(scrolled(left), share)
        halves.addWidget(line(True))
        halves.addWidget(scrolled(right), 100 - share)
        self.body.addLayout(halves, 1)

    def add_buttons(self, text: str) -> None:
        """Cancel, and the one primary button; it is off until there is something to accept."""
        self.foot.addStretch(1)
        self.foot.addWidget(Button(_("Cancel"), "link", clicked=self.reject))
        self.accept_button = Button(text, "primary", clicked=self._accept)
        self.accept_button.setDefault(True)
        self.accept_button.setEnabled(False)
        self.foot.addWidget(self.accept_button)

    def watch(self, *works: LatestWork) -> None:
        """Show the progress of work; it stops when the page closes."""
        self._works = list(works)
        for work in works:
            work.failed.connect(self._on_failure)
            work.busy_changed.connect(self._on_busy)
            work.progressed.connect(self._on_progress)
        self.finished.connect(self._stop)

    @property
    def is_busy(self) -> bool:
        """Whether something is still being read or made."""
        return any(work.is_busy for work in self._works)

    def _on_busy(self, _is_busy: bool) -> None:
        self.progress.setVisible(self.is_busy)
        self.progress.setValue(0)

    def _on_progress(self, fraction: float, _text: str) -> None:
        self.progress.setValue(round(1000 * fraction))

    def _stop(self) -> None:
        for work in self._works:
            work.stop()

    def _accept(self) -> None:
        raise NotImplementedError

    def _on_failure(self, error: BaseException) -> None:
        raise NotImplementedError

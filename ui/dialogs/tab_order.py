"""Tab goes through a page as it is read, also through what was made later than the rest."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from PySide6 import QtCore, QtWidgets

_WHOLE = (QtWidgets.QComboBox, QtWidgets.QAbstractSpinBox)  # what lies in them has no stop


def follow_layouts(page: QtWidgets.QWidget) -> None:
    """Let Tab follow the layouts of a page; new widgets would come after its buttons."""
    for one, after in itertools.pairwise(_stops(page)):
        QtWidgets.QWidget.setTabOrder(one, after)


def _stops(widget: QtWidgets.QWidget) -> Iterator[QtWidgets.QWidget]:
    if widget.focusPolicy() & QtCore.Qt.FocusPolicy.TabFocus:
        yield widget
    if isinstance(widget, _WHOLE):
        return
    yield from getattr(widget, "tab_stops", ())
    inner = widget.widget() if isinstance(widget, QtWidgets.QScrollArea) else None
    layout = widget.layout()
    if inner is not None:
        yield from _stops(inner)
    elif layout is not None:
        yield from _in_layout(layout)


def _in_layout(layout: QtWidgets.QLayout) -> Iterator[QtWidgets.QWidget]:
    for k in range(layout.count()):
        item = layout.itemAt(k)
        widget = item.widget() if item is not None else None
        below = item.layout() if item is not None else None
        if widget is not None:
            yield from _stops(widget)
        elif below is not None:
            yield from _in_layout(below)

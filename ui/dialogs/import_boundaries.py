from __future__ import annotations
from PySide6 import QtCore
from .parts import Dialog


class ImportBoundaries(Dialog):
    plan_made = QtCore.Signal(object)
    def __init__(self, path, parent=None):
        super().__init__("", parent, 1200, 800)

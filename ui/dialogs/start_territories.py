from __future__ import annotations
from .parts import Dialog


class StartTerritories(Dialog):
    def __init__(self, model, parent=None):
        super().__init__("", parent, 760, 560)

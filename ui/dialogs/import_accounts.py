from __future__ import annotations
from PySide6 import QtCore
from .parts import Dialog


class ImportAccounts(Dialog):
    accounts_made = QtCore.Signal(object, str)
    plan_made = QtCore.Signal(object)
    def __init__(self, path, plan, parent=None):
        super().__init__("", parent, 1200, 800)


def add_to_document(document, made, source):
    document.add_accounts(made.accounts, source)

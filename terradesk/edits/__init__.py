"""Edits: the only road by which a plan changes."""

from terradesk.edits.applying import Touched, apply, touched
from terradesk.edits.assigning import Assigned, assign, name_accounts, return_accounts
from terradesk.edits.change import Batch, Change, Edit, Record, describe, invert, joined

__all__ = [
    "Assigned",
    "Batch",
    "Change",
    "Edit",
    "Record",
    "Touched",
    "apply",
    "assign",
    "describe",
    "invert",
    "joined",
    "name_accounts",
    "return_accounts",
    "touched",
]

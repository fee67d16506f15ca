"""Errors that a user can mend."""

from __future__ import annotations


class TerraDeskError(Exception):
    """Something a user can understand and mend.

    Parameters
    ----------
    message : str
        What happened, one translated sentence.
    hint : str, optional
        What was kept and what to do now, translated.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class StaleEdit(TerraDeskError):
    """The plan has changed since the edit was made: it cannot be applied."""


class ReadOnlyPlan(TerraDeskError):
    """The plan file cannot be written: opened elsewhere, read-only, or of a newer version."""

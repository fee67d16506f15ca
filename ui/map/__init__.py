"""The map of the window: `MapView` draws the plan and turns gestures into edits."""

from .view import MapView

__all__ = ["MapView"]

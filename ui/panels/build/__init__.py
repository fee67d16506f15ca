"""The Build panel: settings, live preview, what stands in the way, choices, suggested moves."""

from .panel import BuildPanel

__all__ = ["BuildPanel"]

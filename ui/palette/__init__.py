"""The command palette: one field that finds commands, territories, areas and accounts."""

from .search import Palette

__all__ = ["Palette"]

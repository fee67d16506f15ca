"""The main window and its commands."""

from .window import MainWindow

__all__ = ["MainWindow"]

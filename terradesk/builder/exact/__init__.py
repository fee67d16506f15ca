"""Exact methods for small or coarse maps: the best plan, or the proof that there is none."""

from terradesk.builder.exact.finishing import Finished, finish
from terradesk.builder.exact.pairs import rejoin

__all__ = ["Finished", "finish", "rejoin"]

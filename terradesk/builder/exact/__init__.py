"""Exact methods for small or coarse maps: the best plan, or the proof that there is none."""

from terradesk.builder.exact.finishing import Finished, finish

__all__ = ["Finished", "finish"]

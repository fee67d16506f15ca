"""The page without a plan: three ways to begin, recent plans, maps that come with TerraDesk."""

from .page import Welcome

__all__ = ["Welcome"]

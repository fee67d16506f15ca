"""Lists of reps: who is who, what differs, where they live and which territories they have."""

from __future__ import annotations

from terradesk.importing.people.differing import Difference, Differences
from terradesk.importing.people.listed import Listed, Post, listed

__all__ = ["Difference", "Differences", "Listed", "Post", "listed"]

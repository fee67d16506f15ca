"""What a diagnosis says: findings with their places, and what would mend them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from terradesk.arcs.jit import Floats, Int32s

NO_ROWS: Int32s = np.empty(0, np.int32)
NO_PAIRS: Int32s = np.empty((0, 2), np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Remedy:
    """A change of the wishes that takes a finding away; see `terradesk.builder.why.relaxing`.

    Parameters
    ----------
    kind : str
        "tolerance" (of `measure`, to `amount`), "unlock" (`units`), "territories" (their number,
        to `amount`), "link" (over water, `pairs` of units), "barrier" (opened between `pairs`),
        "targets" (scaled to what there is), "cap" (of handover kind `measure`, to `amount`),
        "minimum", "maximum" (of `measure`, times `amount`), "leave_out" (`measure`).
    is_checked : bool
        Whether a diagnosis of the changed problem no longer has the finding.
    """

    kind: str
    amount: float = 0.0
    measure: int = -1
    territory: int = -1
    units: Int32s = field(default_factory=lambda: NO_ROWS)
    pairs: Int32s = field(default_factory=lambda: NO_PAIRS)
    is_checked: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """Something that stands in the way of the wishes.

    Parameters
    ----------
    kind : str
        A key of `terradesk.builder.why.sentences.SENTENCES`.
    units : ndarray of int32
        Where; for pockets the unit first, then the best group there is with it.
    territories : ndarray of int32
        Whose.
    measure : int
        -1 when none, or all together, are concerned; the kind of handover for caps.
    amount : float
        Least deviation as a fraction of the target, or what is asked, in the measure's unit.
    bound : float
        What there is, or would be allowed, in the same unit; 0 when it says nothing.
    is_proof : bool
        No plan meets all wishes; otherwise a warning.
    remedies : tuple of Remedy
        The gentlest first.
    """

    kind: str
    units: Int32s = field(default_factory=lambda: NO_ROWS)
    territories: Int32s = field(default_factory=lambda: NO_ROWS)
    measure: int = -1
    amount: float = 0.0
    bound: float = 0.0
    is_proof: bool = True
    remedies: tuple[Remedy, ...] = ()

    @property
    def key(self) -> tuple[str, int, int, int]:
        """What makes it the same finding in another diagnosis."""
        unit = int(self.units[0]) if len(self.units) else -1
        territory = int(self.territories[0]) if len(self.territories) else -1
        return self.kind, unit, territory, self.measure


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """Why the wishes cannot be met, as far as that can be said before building.

    Parameters
    ----------
    findings : tuple of Finding
        Proofs first, the worst first within a kind.
    tightest : ndarray of float64, shape (m,)
        Proven: the worst of the territories, those left out that an area larger than the target or
        a lock fills, deviates from its fair target by this at least. 0 where nothing is proven.
    targets : ndarray of float64, shape (k, m)
        Fair targets, see `terradesk.builder.bands`.
    seconds : float
        Processor time.
    """

    findings: tuple[Finding, ...]
    tightest: Floats
    targets: Floats
    seconds: float

    @property
    def is_possible(self) -> bool:
        """Whether nothing proves that the wishes cannot be met."""
        return not any(f.is_proof for f in self.findings)


def rows(values: Any) -> Int32s:
    """Row numbers as int32."""
    return np.atleast_1d(np.asarray(values, np.int32))

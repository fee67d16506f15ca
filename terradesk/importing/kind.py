"""What a kind of import is, and on which scale a file suits one.

All kinds measure on one scale, so that `terradesk.importing.kinds.ranked` may compare them:

- 1.0 certain: the content agrees with the plan, cell by cell, and it is all there is in the file;
- `AGREE`, 0.7: headers and content say so, the plan does not contradict;
- `HEADED`, 0.5: only headers say so;
- `POSSIBLE`, 0.2 and less: the file may be that if somebody says so;
- 0: it cannot be, the kind is not offered.

What is known of the plan moves a kind between these steps by its share: a list of which half the
account numbers are known lies half way between a new list and a newer one. Kinds that look at the
same thing ask the same `terradesk.importing.evidence.Evidence`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from terradesk.importing.choices import Choices, Option
from terradesk.importing.prepared import Prepared
from terradesk.importing.source import Source
from terradesk.plan import Plan
from terradesk.progress import Progress

AGREE, HEADED, POSSIBLE = 0.7, 0.5, 0.2
"""Steps of the scale of `Kind.suits`."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column seems to mean.

    Parameters
    ----------
    column : str
    role : str
        A key of the kind's `roles`.
    confidence : float
        0 ... 1; 0.8 and more only where header and cells agree, or the plan knows the cells.
    why : str
        Translated: "98 % of the cells are codes of this map".
    """

    column: str
    role: str
    confidence: float = 0.5
    why: str = ""


class Kind(Protocol):
    """A kind of import: accounts, figures of areas, an alignment, newer boundaries."""

    @property
    def key(self) -> str:
        """A fixed word."""

    @property
    def title(self) -> str:
        """What the list of kinds says; marked for translation."""

    @property
    def roles(self) -> Mapping[str, str]:
        """What a column may mean, with the words for it, marked for translation."""

    @property
    def single(self) -> Sequence[str]:
        """Roles that one column at most may have."""

    def suits(self, source: Source, plan: Plan | None) -> float:
        """How far a file looks like this kind, 0 ... 1, on the scale above."""

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """What may be chosen beside the columns.

        Parameters
        ----------
        source : Source
        plan : Plan or None
        choices : Choices, optional
            Columns with a role there are taken for that; some options belong to roles.
        """

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """What each column seems to mean, one for each column in order."""

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = ...,
    ) -> Prepared:
        """What would come of it.

        Parameters
        ----------
        source : Source
        plan : Plan or None
            The open plan.
        choices : Choices
            Columns without a role there keep the one that `recognise` gives.
        alignment : int
            In view: what an existing alignment is adopted into.
        progress : Progress

        Raises
        ------
        TerraDeskError
            It cannot be imported like this; the hint says what to choose.
        """

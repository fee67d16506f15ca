"""OpenPlan: an open plan in the hands of a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from terradesk import records as rec
from terradesk.api.taking import TakesFiles
from terradesk.document import Document
from terradesk.edits import Assigned, Edit, assign, name_accounts
from terradesk.edits import scenarios as scenario_edits
from terradesk.edits import territories as territory_edits
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.plan import UNASSIGNED, AlignmentView, Plan
from terradesk.progress import Progress, silent

if TYPE_CHECKING:
    from pandas import DataFrame

    from terradesk.api.building import Balance as Balance_
    from terradesk.api.building import Built, Diagnosed, Suggested
    from terradesk.exporters import Written
    from terradesk.measures import Balance
    from terradesk.readers import ImportReport


class OpenPlan(TakesFiles):
    """An open plan: one of its scenarios to look at and to change.

    Every change is a step that can be undone, and is in the file (if there is one) when the method
    returns. Territories are called by their names, areas by their codes, accounts by their ids.

    Parameters
    ----------
    document : Document
    scenario : str, optional
        By default the newest that is not the baseline.
    """

    def __init__(self, document: Document, scenario: str | None = None) -> None:
        self.document = document
        self.reports: list[ImportReport] = []
        self._scenario = _shown(document.plan).uid
        if scenario is not None:
            self.use(scenario)

    def __enter__(self) -> OpenPlan:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.document.close()

    # ------------------------------------------------------------------ looking
    @property
    def plan(self) -> Plan:
        """The plan as it is now, with everything in it."""
        return self.document.plan

    @property
    def path(self) -> Path | None:
        """The plan's file; None for a plan in memory."""
        return self.document.path

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios."""
        return [s.name for s in self.plan.scenarios]

    @property
    def scenario(self) -> rec.Scenario:
        """The scenario in use."""
        return next((s for s in self.plan.scenarios if s.uid == self._scenario), _shown(self.plan))

    @property
    def view(self) -> AlignmentView:
        """Everything about the scenario in use."""
        return self.plan.alignment(self.alignment)

    @property
    def alignment(self) -> int:
        """Number of the alignment in use, for the functions of `terradesk.edits`."""
        return self.plan.alignment_of(self.scenario.id)

    @property
    def territories(self) -> list[str]:
        """Names of the territories, in tree order."""
        return [t.name for t in self.view.leaves]

    @property
    def balance(self) -> Balance:
        """How the territories balance.

        Raises
        ------
        TerraDeskError
            If the plan has nothing to balance by.
        """
        from terradesk import measures

        return measures.balance(self.view)

    def units_frame(self) -> DataFrame:
        """Areas as a GeoDataFrame, see `terradesk.exporters.frames.units_frame`."""
        return self._frame("units_frame")

    def accounts_frame(self) -> DataFrame:
        """Accounts as a GeoDataFrame, see `terradesk.exporters.frames.accounts_frame`."""
        return self._frame("accounts_frame")

    def territories_frame(self) -> DataFrame:
        """Territories as a GeoDataFrame, see `terradesk.exporters.frames.territories_frame`."""
        return self._frame("territories_frame")

    def _frame(self, name: str) -> DataFrame:
        from terradesk.exporters import frames
        from terradesk.exporters.facts import Facts

        make: Callable[[Facts], DataFrame] = getattr(frames, name)
        return make(Facts(self.view))

    # ------------------------------------------------------------------ changing
    def do(self, edit: Edit | Assigned | None) -> int:
        """Do an edit of `terradesk.edits`; the number of rows it changes, 0 for none."""
        found = edit.edit if isinstance(edit, Assigned) else edit
        if found is None:
            return 0
        self.document.do(found)
        return found.n_rows

    def undo(self) -> str:
        """Take the last step back; what was undone, empty if there was nothing."""
        step = self.document.undo()
        return step.text if step else ""

    def redo(self) -> str:
        """Do the last undone step again; what was done, empty if there was nothing."""
        step = self.document.redo()
        return step.text if step else ""

    def assign(self, codes: Iterable[str], territory: str | None, *, reason: str = "") -> int:
        """Assign areas to a territory, or to none.

        Parameters
        ----------
        codes : iterable of str
            Codes of areas.
        territory : str or None
            Name; None leaves them unassigned.
        reason : str
            Kept in the history.

        Returns
        -------
        int
            Areas that changed; locked ones stay.

        Raises
        ------
        TerraDeskError
            If a code or the territory is unknown.
        """
        rows = self.unit_rows(codes)
        target = UNASSIGNED if territory is None else self._territory(territory)
        return self.do(assign(self.plan, self.alignment, rows, target, reason=reason))

    def assign_table(
        self, codes: Sequence[str], territories: Sequence[str], *, reason: str = ""
    ) -> list[str]:
        """Assign areas from a list of codes and names (or ids) of territories, in one step.

        Territories that do not exist are made; "" or "0" leaves an area unassigned; areas that are
        not in the list stay as they are.

        Returns
        -------
        list of str
            Codes that no area has.

        Raises
        ------
        TerraDeskError
            If no code is known.
        """
        from terradesk.planning.starting import from_codes

        names = self._names([_unquoted(t) for t in territories])
        found, unknown = from_codes(
            self.plan, self.alignment, [_unquoted(c) for c in codes], names, reason=reason
        )
        self.do(found)
        return unknown

    def assign_by_column(self, column: str, *, reason: str = "") -> int:
        """One territory for each value of a column of the areas; see `planning.starting`."""
        from terradesk.planning.starting import from_column, make_baseline_if_none

        found = from_column(self.plan, self.alignment, column, reason=reason)
        if found.edit is None:
            return 0
        return self.do(make_baseline_if_none(self.plan, found.edit))

    def name_accounts(self, ids: Iterable[str], territory: str, *, reason: str = "") -> int:
        """Make accounts named accounts of a territory: they stay there when areas move.

        Raises
        ------
        TerraDeskError
            If an id or the territory is unknown.
        """
        rows = self._rows(ids, self.plan.accounts.ids, self.plan.accounts_present)
        target = self._territory(territory)
        return self.do(name_accounts(self.plan, self.alignment, rows, target, reason=reason))

    def make_territory(self, name: str) -> int:
        """Make an empty territory; its id.

        Raises
        ------
        TerraDeskError
            If the name is empty or taken.
        """
        name = name.strip()
        if not name or any(t.name == name for t in self.view.territories.values()):
            raise TerraDeskError(
                _("There is a territory called {name} already.").format(name=isolate(name))
                if name
                else _("A territory needs a name."),
                _("Choose another name."),
            )
        made = territory_edits.new_territory(self.plan, self.alignment, name)
        self.do(territory_edits.create(self.plan, self.alignment, [made]))
        return made.id

    def rename(self, territory: str, name: str) -> None:
        """Give a territory another name."""
        target = self._territory(territory)
        self.do(territory_edits.rename(self.plan, self.alignment, target, name))

    def merge(self, territories: Iterable[str], into: str) -> None:
        """Merge territories into one of them."""
        ids, keep = [self._territory(t) for t in territories], self._territory(into)
        self.do(territory_edits.merge(self.plan, self.alignment, ids, keep))

    def delete(self, territory: str) -> None:
        """Delete a territory; what belongs to it becomes unassigned."""
        target = [self._territory(territory)]
        self.do(territory_edits.delete(self.plan, self.alignment, target))

    def lock(self, territory: str, is_locked: bool = True) -> None:
        """Lock a territory, or unlock it."""
        target = [self._territory(territory)]
        self.do(territory_edits.set_locked(self.plan, self.alignment, target, is_locked))

    def balance_by(self, measure: str) -> None:
        """Balance by another measure, called by its name.

        Raises
        ------
        TerraDeskError
            If there is no such measure.
        """
        from terradesk import measures

        known = measures.choices(self.plan)
        found = next((m for m in known if measure in (m.name, m.column, m.uid)), None)
        if found is None:
            raise _unknown(measure, [m.name for m in known])
        self.do(scenario_edits.set_balance_measure(self.plan, found.uid))

    def copy_scenario(self, name: str) -> None:
        """Copy the scenario in use and use the copy from now on."""
        edit = scenario_edits.copy_scenario(self.plan, self.scenario.id, name)
        self.do(edit)
        self._scenario = self.plan.alignment(edit.alignment).scenario.uid

    def use(self, scenario: str) -> None:
        """Use another scenario.

        Raises
        ------
        TerraDeskError
            If there is none of that name.
        """
        found = next((s for s in self.plan.scenarios if s.name == scenario), None)
        if found is None:
            raise _unknown(scenario, self.scenarios)
        self._scenario = found.uid

    # ------------------------------------------------------------------ building
    def build(
        self,
        territories: int | None = None,
        balance: Balance_ = (),
        *,
        mode: str | None = None,
        keep: float | None = None,
        areas: Sequence[str] = (),
        accept: bool = True,
        progress: Progress = silent,
        **wishes: Any,
    ) -> Built:
        """Build or rebalance territories.

        Parameters
        ----------
        territories : int, optional
            How many there should be.
        balance : str, sequence of str, or mapping of str to float
            Measures: ``"Population"``, ``["Population:10%", "Sales:20%:0.5"]`` with tolerance and
            weight, or ``{"Population": 0.1}``; by default the one the plan is balanced by.
        mode : str, optional
            See `terradesk.builder.plans.settings.MODES`; by default "new" with ``territories`` and
            without ``keep``, else "rebalance".
        keep : float, optional
            0 ... 1: how much to keep as it is.
        areas : sequence of str
            Codes of areas: what "selected" shares out, where "carve" begins.
        accept : bool
            Whether to change the plan, in one step; else `Built.accept` does.
        progress : callable
        **wishes
            ``of`` (names of territories concerned), ``shares`` (name to share of a full
            territory), ``minimum``, ``maximum`` (of the first measure), and what
            `terradesk.builder.plans.settings.Settings` has.

        Returns
        -------
        Built
            Sentence, figures and notes.

        Raises
        ------
        TerraDeskError
            If what is asked means nothing.

        Examples
        --------
        >>> import geopandas, shapely, terradesk
        >>> row = shapely.box(range(6), [0] * 6, range(1, 7), [1] * 6)
        >>> columns = {"code": list("abcdef"), "people": [10.0, 20.0, 30.0, 30.0, 20.0, 10.0]}
        >>> table = geopandas.GeoDataFrame(columns, geometry=row, crs="EPSG:4326")
        >>> plan = terradesk.new(table, code="code")
        >>> plan.balance_by("people")
        >>> plan.build(2, "people:5%").sentence
        'Built 2 territories by People, 2 within ±5 %'
        >>> [float(v) for v in plan.balance.values[1:]]
        [60.0, 60.0]
        >>> plan.close()
        """
        from terradesk.api import building

        asked = building.ask(self, territories, balance, mode=mode, keep=keep, **wishes)
        built = building.make(self, asked, areas, progress)
        if accept:
            built.accept()
        return built

    def diagnose(
        self,
        territories: int | None = None,
        balance: Balance_ = (),
        *,
        areas: Sequence[str] = (),
        **wishes: Any,
    ) -> Diagnosed:
        """What stands in the way of a build, proven where it can be; parameters as for `build`."""
        from terradesk.api import building

        return building.diagnose(self, building.ask(self, territories, balance, **wishes), areas)

    def swaps(
        self, balance: Balance_ = (), *, n: int = 10, progress: Progress = silent, **wishes: Any
    ) -> list[Suggested]:
        """Moves and exchanges of areas that would balance the plan, the most worthwhile first."""
        from terradesk.api import building

        asked = building.ask(self, None, balance, **{**wishes, "mode": "rebalance"})
        return building.suggest(self, asked, n, progress)

    def unit_rows(self, codes: Iterable[str]) -> np.ndarray:
        """Rows of areas by their codes, for the functions of `terradesk.edits`: (k,) int64.

        Raises
        ------
        TerraDeskError
            If a code is unknown.
        """
        return self._rows(codes, self.plan.units.codes, self.plan.units_present)

    def use_alignment(self, alignment: int) -> None:
        """Use the scenario that an alignment belongs to from now on."""
        self._scenario = self.plan.alignment(alignment).scenario.uid

    # ------------------------------------------------------------------ files
    def export(
        self, path: str | Path, key: str | None = None, progress: Progress = silent
    ) -> Written:
        """Write the scenario in use to a file; see `terradesk.exporters.export`."""
        from terradesk import exporters

        shown = exporters.Shown(plan_file=self.document.path)
        return exporters.export(self.plan, self.alignment, path, key, progress, shown=shown)

    def save_copy(self, path: str | Path) -> Path:
        """Save a copy of the plan with its history as another file."""
        from terradesk import planfile

        return planfile.save_copy(self.document, path)

    # ------------------------------------------------------------------ names
    def _territory(self, name: str) -> int:
        for territory in self.view.leaves:
            if territory.name == name:
                return territory.id
        raise _unknown(name, self.territories)

    def _names(self, territories: Sequence[str]) -> list[str]:
        """Names of territories; a list of ids that all exist becomes their names."""
        known = {str(t.id): t.name for t in self.view.leaves}
        taken = {t.name for t in self.view.leaves}
        given = {t for t in territories if t not in ("", "0")}
        if given and given <= known.keys() and not given & taken:
            return [known.get(t, "") for t in territories]
        return list(territories)

    def _rows(self, ids: Iterable[str], known: np.ndarray, present: np.ndarray) -> np.ndarray:
        row_of = {str(known[row]): row for row in np.flatnonzero(present).tolist()}
        wanted = [str(i) for i in ids]
        missing = [i for i in wanted if i not in row_of]
        if missing:
            raise _unknown(missing[0], list(row_of))
        return np.array([row_of[i] for i in wanted], np.int64)


def _shown(plan: Plan) -> rec.Scenario:
    """The newest scenario that is not the baseline, else the newest."""
    drafts = [s for s in plan.scenarios if not s.is_baseline]
    return (drafts or plan.scenarios)[-1]


def _unknown(name: str, known: Sequence[str]) -> TerraDeskError:
    shown = ", ".join(isolate(k) for k in known[:10]) + (" …" if len(known) > 10 else "")
    return TerraDeskError(
        _("There is no “{name}”.").format(name=isolate(name)),
        _("Known are: {names}").format(names=shown or "–"),
    )


def _unquoted(text: str) -> str:
    """A cell of a CSV file without the apostrophe that guards against formulas."""
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@＝＋－＠") else text

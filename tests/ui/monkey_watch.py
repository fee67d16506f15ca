"""What must hold after every event on the map, whatever it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from terradesk.document import Document
from terradesk.edits import apply
from terradesk.plan import Plan
from terradesk.render import Frame, Mark
from tests.core.plan_files import differences
from ui.document_model import DocumentModel
from ui.map import MapView

_PASSING = np.uint8(Mark.HOVER | Mark.CHANGED)  # marks that come and go by themselves
_POINTER = (
    "move",
    "wheel",
    "modifier",
    "leave",
    "resize",
    "paint",
    "wait",
    "colour",
    "shown",
    "home",
)
_QUIET = (*_POINTER, "focus", "select", "current", "switches", "scenario", "lose_button", "escape",
          "space")  # fmt: skip


@dataclass
class Watch:
    """A map, its model, and what was seen of them so far.

    Parameters
    ----------
    view : MapView
    model : DocumentModel
    plans : callable
        Makes the plan again, for opening another document in mid-gesture.
    seed : int
    do : callable, optional
        Runs a command of the window by its id, where there is one.
    """

    view: MapView
    model: DocumentModel
    plans: Callable[[], Plan]
    seed: int
    do: Callable[[str], object] | None = None
    told: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def _adopt(self) -> None:
        """Take up the open document as the start of a history."""
        self.document: Document = self.model.document
        self.start = self.replayed = self.model.plan
        self.n_seen = len(self.document.steps)
        self.offset = self.n_seen

    # ------------------------------------------------------------------ what must hold
    def _state(self) -> dict[str, object]:
        model = self.model
        return {
            "active": self.view.gestures.is_active,
            "plan": model.plan,
            "steps": len(model.document.steps),
            "document": model.document,
            "units": model.selected_units.tolist(),
            "accounts": model.selected_accounts.tolist(),
            "current": model.current,
        }

    def check(self, act: str, before: dict[str, object]) -> None:
        """Everything that holds between events."""
        if self.errors:
            raise self.errors.pop()
        after = self._state()
        if before["document"] is not after["document"]:
            assert not after["active"], "a gesture outlived its document"
            self._adopt()
            return
        new = int(after["steps"]) - int(before["steps"])  # type: ignore[call-overload]
        self._replay(2 if act in ("menu", "command") else 1)
        if act in _QUIET:
            assert not new, "the plan changed without a gesture's end"
        if after["active"] and before["active"] and act in _POINTER:
            for what in ("plan", "units", "accounts"):
                assert after[what] == before[what], f"{what} changed in mid-gesture"
        if act == "escape" and before["active"]:
            kept = [k for k in before if k != "active"]
            assert {k: before[k] for k in kept} == {k: after[k] for k in kept}, "Esc left a trace"
            assert not after["active"]
        self.n_gestures += bool(after["active"]) and not before["active"]
        self._check_preview()
        if not after["active"] and self.view.is_ready:
            self._check_marks()

    def _check_preview(self) -> None:
        tentative, gestures = self.model.tentative, self.view.gestures
        is_told = gestures.is_active or self.view.menu.shown is not None
        is_hovering = gestures.tool_id == "fill"  # shows and says before the click
        if tentative is not None:
            assert is_told or is_hovering, "a preview without a gesture"
            assert tentative.plan.arcs is self.model.plan.arcs
        card, spots = self.view.floats.card, self.view.item.spots
        if not gestures.is_active and self.view.menu.shown is None and not is_hovering:
            names_accounts = self.view.hovering._said != ""
            assert names_accounts or not card.isVisible(), "the card outlived its gesture"
            if names_accounts and spots is not None:
                assert spots.plan.accounts is self.model.plan.accounts, "the card tells old names"
            shape = self.view.item.gesture
            stays = shape is None or shape.kind in ("brush", "measure")
            assert stays, "a shape outlived its gesture"

    def _check_marks(self) -> None:
        """What is selected and current is marked, and nothing else."""
        layer, model = self.view.following.layer, self.model
        shows_a_choice = model.tentative is not None or self.view.gestures.tool_id == "fill"
        if layer is None or not layer.arcs.n_units or shows_a_choice:
            return
        assert np.array_equal(layer.view.assignment, model.view.assignment), "old owners are drawn"
        marks = layer.state.marks & ~_PASSING
        expected = np.zeros(len(marks), np.uint8)
        if model.current in model.view.territories:
            expected[layer.units_of(model.current)] |= np.uint8(Mark.CURRENT)
        expected[model.selected_units] |= np.uint8(Mark.SELECTED)
        wrong = np.flatnonzero(marks != expected)
        told = [(row, Mark(int(marks[row])), Mark(int(expected[row]))) for row in wrong.tolist()]
        assert not told, f"marks differ from what is selected and current: {told}"

    def _replay(self, most: int) -> None:
        """Follow the history; no step moves what was locked then."""
        fresh = self.document.steps[self.n_seen :]
        assert sum(s.kind == "do" for s in fresh) <= most, "more than one step"
        for step in fresh:
            before, self.replayed = self.replayed, apply(self.replayed, step.edit)
            if step.kind == "do":
                self._check_locked(before, self.replayed)
        self.n_seen += len(fresh)
        self.n_steps += len(fresh)
        if fresh:
            assert not differences(self.replayed, self.model.plan), "the plan is not its history"

    @staticmethod
    def _check_locked(before: Plan, after: Plan) -> None:
        for alignment in before.assignments.keys() & after.assignments.keys():
            old, new = before.alignment(alignment), after.alignment(alignment)
            changed = old.assignment != new.assignment
            assert not (changed & old.locked_units).any(), "a locked area moved"

    def check_picture(self) -> None:
        """The picture drawn piece by piece is the one drawn at once."""
        item = self.view.item
        frame = item._sync()
        if frame is None or item.layer is None:
            return
        fresh = Frame(
            frame.state, frame.style, frame.width, frame.height, None, frame.overview,
            frame.underlays,
        )  # fmt: skip
        fresh.fill_alpha, fresh.is_moving = frame.fill_alpha, frame.is_moving
        fresh.look(frame.view)
        one, other = frame.image(), fresh.image()
        apart = np.abs(_parts(one) - _parts(other)).max(axis=-1)
        # A line half-way between two pixels may round to either: only what is wider is wrong.
        wrong = np.lib.stride_tricks.sliding_window_view(apart > 4, (3, 3)).all(axis=(2, 3))
        assert wrong.sum() <= 8, "the picture is out of date"


def _parts(rgb: np.ndarray) -> np.ndarray:
    return (np.asarray(rgb)[..., None] >> np.array([16, 8, 0]) & 255).astype(int)

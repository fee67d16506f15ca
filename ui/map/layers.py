"""What lies over and under the areas, in which order, and what of it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6 import QtCore

from terradesk import references
from terradesk.colouring import account_look
from terradesk.colouring.places import BARRIER_COLOUR, BETWEEN
from terradesk.i18n import _
from terradesk.plan import AlignmentView
from terradesk.references import Reference
from terradesk.render.flags import FlagStamp
from terradesk.render.hiding import LINES
from terradesk.render.legend import LegendEntry
from terradesk.render.linework import UnderStamp
from terradesk.render.stamps import Stamp

from .. import theme
from ..document_model import Edited
from . import preparing
from .layer_entries import LAYERS, LayerEntry
from .own_layers import OwnLayers

if TYPE_CHECKING:
    from terradesk.exporters import Shown

    from .view import MapView

OWN = "own:"


__all__ = ["LAYERS", "OWN", "LayerEntry", "MapLayers", "Row"]

ENTRIES = {entry.key: entry for entry in LAYERS}
_OVER = tuple(entry.key for entry in reversed(LAYERS) if entry.place == "over")
_READ = ("rep", "staffing", "territory", "bridge", "barrier", "seed")
_TOP = ("labels", "cities")
_MIDDLE = ("locks", "districts", "borders", "lines", "areas")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list of layers.

    Parameters
    ----------
    key : str
    title : str
    is_shown, can_move : bool
    note : str
        Why it is not drawn.
    own : Reference or None
    """

    key: str
    title: str
    is_shown: bool
    can_move: bool
    note: str = ""
    own: Reference | None = None


class MapLayers(QtCore.QObject):
    """Builds the layers of the map from the plan, and hands them to its picture.

    Parameters
    ----------
    view : MapView

    Signals
    -------
    changed()
        The list differs.
    kept(dict)
        Settings of the user to remember.
    """

    changed = QtCore.Signal()
    kept = QtCore.Signal(dict)

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view, self._model, self._item = view, view.model, view.item
        self._hidden: set[str] = set()
        self._order: list[str] = list(_OVER)
        self._opacity = 100
        self._own = OwnLayers(self._model, self)
        self._made: dict[str, tuple[object, Stamp | None]] = {}
        self._known: tuple[object, list[Reference]] = (None, [])
        self._given: tuple[object, ...] = ()
        self._given_under: tuple[object, ...] = ()
        self._own.changed.connect(self._redraw)
        self._model.opened.connect(self._forget)
        self._model.edited.connect(self._edited)
        self._model.alignment_changed.connect(self._redraw)
        view.became_ready.connect(self._ready)
        self._way: str | None = None
        view.view_changed.connect(self._looked)

    # ------------------------------------------------------------------ the plan
    def _forget(self) -> None:
        self._own.forget()
        self._made, self._given, self._given_under = {}, (), ()
        self._item.set_stamps(())
        self._item.set_underlays(())
        self.changed.emit()

    def _ready(self) -> None:
        prepared = self._view.following.prepared
        if prepared is not None:
            self._own.set_place(preparing.place_of(prepared))
            self._own.look(self._view.view)
            self._redraw()

    def _looked(self) -> None:
        """Another part of the map is seen."""
        view, spots = self._view.view, self._item.spots
        self._own.look(view)
        way = spots.way(view) if spots is not None else None
        if way != self._way:
            self._way = way
            self._view.following.changed.emit()

    def _edited(self, edited: Edited) -> None:
        following = self._view.following
        before, plan = edited.before, edited.plan
        if following.prepared is not None and any(
            before.setting(key) != plan.setting(key)
            for key in (account_look.SIZE, account_look.CLASS)
        ):
            following.prepared = preparing.with_accounts(following.prepared, plan)
            self._item.spots = following.prepared.spots
        self._own.follow()
        self._redraw()

    def _stamp_of(self, entry: LayerEntry, view: AlignmentView) -> Stamp | None:
        """A layer's stamp, made again only when what it may depend on is another."""
        tables = [view.plan.tables.get(kind) for kind in _READ]
        parts = (view.id, *map(id, (view.plan.arcs, *tables)))
        if self._made.get(entry.key, (None, None))[0] != parts:
            assert entry.factory is not None
            self._made[entry.key] = (parts, entry.factory(view))
        return self._made[entry.key][1]

    # ------------------------------------------------------------------ drawing
    def _redraw(self) -> None:
        """Hand the picture what it shows now."""
        if not self._model.is_open or self._view.following.layer is None:
            self.changed.emit()
            return
        before = self._given, self._given_under
        under, over = self._sequence()
        looks_over = tuple(self._looks(key) for key in over)
        if looks_over != self._given:
            self._given = looks_over
            stamps = [s for key in over if (s := self._shown_stamp(key)) is not None]
            self._item.set_stamps(tuple(stamps))
        looks_under = tuple(self._looks(key) for key in under)
        if looks_under != self._given_under:
            self._given_under = looks_under
            stamps = [s for key in under if (s := self._shown_stamp(key)) is not None]
            self._item.set_underlays(tuple(UnderStamp(s) for s in stamps))
        if before != (self._given, self._given_under):
            self._view.following.changed.emit()
        self.changed.emit()

    def _looks(self, key: str) -> tuple[object, ...]:
        """What a layer's picture depends on."""
        own = self._reference(key)
        stamp = self._shown_stamp(key)
        if own is None or stamp is None:
            return key, id(stamp)
        return own.uid, own.colour, own.width, own.opacity, id(self._own.content(own))

    def _shown_stamp(self, key: str) -> Stamp | None:
        own = self._reference(key)
        if own is not None:
            return self._own.stamp(own)
        if key in self._hidden:
            return None
        if key == "accounts":
            return self._item.spots
        return self._stamp_of(ENTRIES[key], self._model.view)

    def start_points(self) -> FlagStamp | None:
        """Flags that are on the map."""
        stamp = self._shown_stamp("starts") if self._model.is_open else None
        return stamp if isinstance(stamp, FlagStamp) else None

    def _apply(self) -> None:
        """Take up switches and opacity."""
        item = self._item
        for part in ("accounts", "labels", "base", "cities"):
            if item.shows.get(part, True) != (part not in self._hidden):
                item.show_parts(part, part not in self._hidden)
        lines = frozenset(self._hidden & set(LINES))
        if lines != item.hidden_lines:
            item.hidden_lines = lines
            item.restyle(self._view.ratio)
        item.set_fill_alpha(0 if "areas" in self._hidden else round(2.56 * self._opacity))
        self._redraw()
        self._view.following.changed.emit()

    # ------------------------------------------------------------------ order
    def references(self) -> list[Reference]:
        """Own layers of the plan, the lowest first."""
        if not self._model.is_open:
            return []
        rows = self._model.plan.tables.get("setting")
        if self._known[0] is not rows:
            self._known = (rows, references.of(self._model.plan))
        return self._known[1]

    def _reference(self, key: str) -> Reference | None:
        uid = key.removeprefix(OWN)
        return next((r for r in self.references() if key.startswith(OWN) and r.uid == uid), None)

    def _sequence(self) -> tuple[list[str], list[str]]:
        """Keys of the layers that can be moved, under and over the areas, the lowest first."""
        own = self.references()
        under = [OWN + r.uid for r in own if r.place == "under"]
        over = [((k + 1) * BETWEEN, key) for k, key in enumerate(self._order)]
        over += [(r.order, OWN + r.uid) for r in own if r.place == "over"]
        return under, [key for _order, key in sorted(over, key=lambda pair: pair[0])]

    def rows(self) -> list[Row]:
        """Lines of the list, from top to bottom; layers with nothing to show are left out."""
        if not self._model.is_open:
            return []
        under, over = self._sequence()
        keys = [*_TOP, *reversed(over), *_MIDDLE, *reversed(under), "base"]
        view = self._model.view
        return [self._row(k) for k in keys if k.startswith(OWN) or ENTRIES[k].is_there(view)]

    def _row(self, key: str) -> Row:
        own = self._reference(key)
        if own is not None:
            return Row(key, own.name, own.is_shown, True, self._own.trouble(own), own)
        entry = ENTRIES[key]
        title = _(entry.title)
        if key == "areas":
            title = self._model.plan.heading_noun(2)
        elif key == "lines":
            title = _("Lines between {things}").format(things=self._model.plan.noun(2))
        return Row(key, title, key not in self._hidden, entry.place == "over")

    def step(self, key: str, up: bool) -> bool:
        """Move a layer by one place; tells whether it moved."""
        under, over = self._sequence()
        line = [*under, "", *over]
        if key not in line:
            return False
        seen = {row.key for row in self.rows()} | {""}
        at, way = line.index(key), 1 if up else -1
        to = at + way
        while 0 <= to < len(line) and line[to] not in seen:
            to += way  # nothing is seen of it: the layer would seem to stay
        if not 0 <= to < len(line) or (line[to] == "" and not key.startswith(OWN)):
            return False
        line.insert(to, line.pop(at))
        return self._arrange(line)

    def drop(self, key: str, before: str | None) -> bool:
        """Move a layer to the place above another one of the list (None: the end)."""
        keys = [row.key for row in self.rows() if row.key != key]
        at = len(keys) if before not in keys else keys.index(before)
        keys.insert(at, key)
        middle = keys.index("areas") if "areas" in keys else len(keys)
        movable = [k for k in reversed(keys) if k.startswith(OWN) or ENTRIES[k].place == "over"]
        line: list[str] = [k for k in movable if keys.index(k) > middle]
        line += ["", *(k for k in movable if keys.index(k) < middle)]
        if any(not k.startswith(OWN) for k in line[: line.index("")]):
            return False
        shown = {*line}
        line += [k for k in self._order if k not in shown]  # those with nothing to show
        return self._arrange(line)

    def _arrange(self, line: list[str]) -> bool:
        """Take up an order: keys under the areas, "", keys over them."""
        middle = line.index("")
        order = [key for key in line if key in _OVER]
        places: list[tuple[str, Literal["over", "under"], int]] = []
        at = 0
        for k, key in enumerate(line):
            if key in _OVER:
                at = (order.index(key) + 1) * BETWEEN
            elif key:
                at += 1
                side: Literal["over", "under"] = "under" if k < middle else "over"
                places.append((key.removeprefix(OWN), side, at))
            else:
                at = 0
        has_moved = order != self._order
        if has_moved:
            self._order = order
            self.kept.emit({"layer_order": tuple(order)})
        edit = references.arrange(self._model.plan, places)
        if edit is not None:
            has_moved = self._model.attempt(lambda: edit) is not None
        self._redraw()
        return has_moved

    # ------------------------------------------------------------------ switches
    def restore(self, settings: Any) -> None:
        """Take up what the user's settings remember."""
        named = {"accounts": settings.show_accounts, "labels": settings.show_labels,
                 "base": settings.show_base_map}  # fmt: skip
        self._hidden = {k for k in settings.hidden_layers if k in ENTRIES and k not in named}
        self._hidden |= {key for key, is_shown in named.items() if not is_shown}
        kept = [k for k in settings.layer_order if k in _OVER]
        self._order = [*kept, *(k for k in _OVER if k not in kept)]
        self._opacity = min(max(settings.fill_opacity, 0), 100)
        self._apply()

    def is_shown(self, key: str) -> bool:
        """Whether a layer is switched on."""
        own = self._reference(key)
        return own.is_shown if own is not None else key not in self._hidden

    def set_shown(self, key: str, is_shown: bool) -> None:
        """Switch a layer on or off."""
        own = self._reference(key)
        if own is not None:
            self.change(own.uid, is_shown=is_shown)
            return
        (self._hidden.discard if is_shown else self._hidden.add)(key)
        named = {"accounts": "show_accounts", "labels": "show_labels", "base": "show_base_map"}
        if key in named:
            self.kept.emit({named[key]: is_shown})
        else:
            self.kept.emit({"hidden_layers": tuple(sorted(self._hidden - set(named)))})
        self._apply()

    @property
    def opacity(self) -> int:
        """Of the areas' fills, per cent."""
        return self._opacity

    def set_opacity(self, percent: int) -> None:
        """Let what lies under the areas be seen through their fills."""
        self._opacity = min(max(percent, 0), 100)
        self.kept.emit({"fill_opacity": self._opacity})
        self._apply()

    def shown(self) -> Shown:
        """What of the map exported pictures show: the same as the window."""
        from terradesk.exporters import Shown

        hidden, order = frozenset(self._hidden), tuple(self._order)
        return Shown(hidden, order, self._opacity / 100, self._own.plan_file)

    # ------------------------------------------------------------------ own layers
    @property
    def own(self) -> OwnLayers:
        """The files of the plan's own layers."""
        return self._own

    def change(self, uid: str, **changes: Any) -> None:
        """Draw an own layer another way."""
        self._model.attempt(lambda: references.change(self._model.plan, uid, **changes))

    def remove(self, uid: str) -> None:
        """Take an own layer off the plan; its file stays."""
        self._model.attempt(lambda: references.remove(self._model.plan, uid))

    def find(self, uid: str, path: Path) -> None:
        """The file of an own layer is elsewhere."""
        self.change(uid, path=references.stored_path(path, self._own.plan_file))

    def legend(self) -> list[LegendEntry]:
        """Lines of the legend about the accounts and own layers that are seen."""
        out: list[LegendEntry] = []
        spots = self._item.spots
        if spots is not None and len(spots) and "accounts" not in self._hidden:
            if spots.way(self._view.view) == "density":
                out.append(LegendEntry("density", _("Accounts: stronger where there are more")))
            else:
                out += account_look.entries(spots.measure, spots.classes, theme.is_dark())
        if self._model.view.seeds and "starts" not in self._hidden:
            out.append(LegendEntry("start", _("Start points")))
        if self._shown_stamp("homes") is not None:
            out.append(LegendEntry("home", _("Rep homes")))
        if self._shown_stamp("links") is not None:
            out.append(LegendEntry("link", _("Water links")))
        if self._shown_stamp("barriers") is not None:
            out.append(LegendEntry("line", _("Borders not to cross"), BARRIER_COLOUR))
        for own in reversed(self.references()):
            if own.is_shown and not references.is_picture(own.path) and not self._own.trouble(own):
                out.append(LegendEntry("line", own.name, own.colour))
        return out

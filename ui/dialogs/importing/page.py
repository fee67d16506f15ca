"""The import page: one for all kinds, driven by what `terradesk.importing` says of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.edits.arrivals import Incoming
from terradesk.i18n import _, ngettext
from terradesk.importing import Choices, Prepared, Reading, Source, remembering
from terradesk.importing.kind import Kind
from terradesk.importing.remembering import Remembered
from terradesk.plan import Plan
from terradesk.progress import Progress
from terradesk.readers.report import Issue
from terradesk.readers.tabular.previewing import Preview

from ..import_page import ImportPage
from ..issues import RowsBehind
from ..parts import STYLE_CHANGE, Button, Trouble, label, line
from ..tab_order import follow_layouts
from ..work import LatestWork
from . import work
from .files import ask_file
from .kind_box import KindBox
from .meaning_side import MeaningSide
from .new_plans import MapAsked, NewPlans, makes_plan
from .outcome_side import OutcomeSide
from .reading_strip import ReadingStrip
from .told import ToldRows
from .work import Asked, Outcome, Understood

SIZE = (1560, 960)
_LEFT_SHARE = 47
_DIFFERENCES = ("update", "newer_areas")  # kinds whose items are what changes


@dataclass(frozen=True, slots=True, eq=False)
class Import:
    """What the user accepted.

    Parameters
    ----------
    kind : Kind
    source : Source
    choices : Choices
    plan : Plan or None
        The open plan it was prepared for.
    prepared : Prepared
    """

    kind: Kind
    source: Source
    choices: Choices
    plan: Plan | None
    prepared: Prepared

    def again(self, plan: Plan, alignment: int, progress: Progress) -> Incoming | None:
        """The step for the plan as it is now."""
        made = self.kind.prepare(self.source, plan, self.choices, alignment, progress)
        return made.incoming


class Importing(ImportPage):
    """The page on which a file comes in.

    Parameters
    ----------
    path : Path
    plan : Plan or None
        The open plan.
    alignment : int
        In view.
    parent : QWidget or None
    wanted : str
        Key of a kind to begin with, if the file can be of it.
    remembers : bool
        Whether earlier choices for the same header are taken over.

    Signals
    -------
    accepted_import(object)
        The `Import` to be done.
    """

    accepted_import = QtCore.Signal(object)

    def __init__(
        self,
        path: Path,
        plan: Plan | None,
        alignment: int = 0,
        parent: QtWidgets.QWidget | None = None,
        wanted: str = "",
        remembers: bool = True,
    ) -> None:
        super().__init__(_("Import"), parent, SIZE)
        self._path, self._plan, self._alignment = path, plan, alignment
        self._wanted, self._remembers = wanted, remembers
        self._reading = Reading()
        self._roles: dict[str, str] = {}
        self._options: dict[str, bool | str | int | float] = {}
        self._plans = NewPlans(path)
        self.understood: Understood | None = None
        self.outcome: Outcome | None = None
        self._looker, self._reader = LatestWork(self, 0), LatestWork(self, 0)
        self._maker = LatestWork(self)
        self._painter = LatestWork(self, 60)
        self._look: Preview | None = None
        self._make_head()
        self.side, self.gain = MeaningSide(path.parent), OutcomeSide(self.height())
        self.add_halves(self.side, self.gain, _LEFT_SHARE)
        self.add_buttons(_("Import"))
        self._connect()
        self.read_file(path)

    # ------------------------------------------------------------------ made once
    def _make_head(self) -> None:
        self.kind = KindBox()
        self.kind.setEnabled(False)
        caption = label(_("This file is"), "dim")
        caption.setBuddy(self.kind)
        another = Button(_("Another file"), "plain", "folder-open", self._ask_file)
        self.add_head(_("Import"), "file-text", caption, self.kind, another)
        self.strip = ReadingStrip()
        self.outer.insertWidget(3, self.strip)
        self._strip_line = line()
        self.outer.insertWidget(4, self._strip_line)
        self.strip.hide()
        self._strip_line.hide()
        self._foot_note, self._doing = label("", "dim"), label("", "dim")
        self._waiting = label("", "dim")
        self._waiting.hide()
        self.foot.addWidget(self._foot_note)
        self.foot.addWidget(self._waiting)
        self.foot.addWidget(self._doing)

    def _connect(self) -> None:
        self._looker.succeeded.connect(self._on_look)
        self._reader.succeeded.connect(self._on_understood)
        self._maker.succeeded.connect(self._on_outcome)
        self.watch(self._reader, self._maker)
        for busy in (self._reader, self._maker):
            busy.progressed.connect(lambda _share, text: self._tell_doing(text))
            busy.busy_changed.connect(lambda _is_busy: self._tell_doing(""))
        for one in (self._looker, self._painter):
            self.finished.connect(one.stop)
        self._painter.failed.connect(self.side.trouble.tell)
        self._painter.succeeded.connect(lambda found: self.gain.place.show_map(found, self._plan))
        self.finished.connect(self.gain.map.stop)
        self.kind.chosen.connect(self._on_kind)
        self.strip.changed.connect(self._on_reading)
        self.side.table.role_chosen.connect(self.choose_role)
        self.side.form.changed.connect(self._on_option)
        self.side.choice.changed.connect(self._ask)
        self.side.start_over.connect(self._start_over)
        self.gain.review.changed.connect(self._ask)
        self.gain.issues.show_rows.connect(self._show_rows)

    @property
    def is_drawing(self) -> bool:
        """Whether the map is still being drawn."""
        return self._painter.is_busy or self.gain.map.is_busy

    @property
    def trouble(self) -> Trouble:
        """Where errors stand."""
        return self.side.trouble

    def tell_waiting(self, n: int) -> None:
        """Say that other files were dropped together with this one."""
        text = ngettext(
            "Drop the other file again after this one.",
            "Drop the other {n} files again after this one.",
            n,
        )
        self._waiting.setText(text.format(n=i18n.number(n)))
        self._waiting.setVisible(n > 0)

    # ------------------------------------------------------------------ reading
    def read_file(self, path: Path) -> None:
        """Read another file; nothing chosen for the one before holds for it."""
        self._path, self._reading = path, Reading()
        self._name.setText(path.name)
        self.strip.hide()
        self._strip_line.hide()
        self.side.forget()
        self._read()

    def _read(self) -> None:
        self._about.setText(_("Reading…"))
        self._forget()
        path, reading = self._path, self._reading
        self._look = None
        self._looker.ask(lambda progress: work.look(path, reading, progress))
        asked = path, reading, self._wanted, self._plan, self._remembers
        self._reader.ask(lambda progress: work.read(*asked, progress))

    def _forget(self) -> None:
        """What was understood and chosen holds no more."""
        self.understood = self.outcome = None
        self._roles, self._options = {}, {}
        self._plans = NewPlans(self._path)
        self.accept_button.setEnabled(False)
        self.kind.setEnabled(False)

    def _ask_file(self) -> None:
        path = ask_file(self, self._path.parent)
        if path is not None:
            self._wanted = ""
            self.read_file(path)

    def _on_reading(self, reading: Reading) -> None:
        """Read it otherwise; what columns mean stays as far as they are still there."""
        kept = dict(self._roles), dict(self._options)
        self._reading = reading
        self._read()
        self._roles, self._options = kept

    def _on_kind(self, key: str) -> None:
        if self.understood is None:
            return
        self._wanted = key
        source, plan, remembers = self.understood.source, self._plan, self._remembers
        self._forget()
        self._reader.ask(lambda progress: work.understand(source, key, plan, remembers))

    def _start_over(self) -> None:
        """Forget what was chosen for an earlier file."""
        if self.understood is not None:
            source, kind = self.understood.source, self.understood.kind
            remembering.forget(tuple(source.rows.columns), kind.key)
            self._reading = Reading(self._reading.sheet, self._reading.layer)
            self._read()

    def _on_look(self, found: Preview | None) -> None:
        """The beginning of a table, before all of it is read; it stays when that fails."""
        self._look = found
        if found is None:
            return
        if self.understood is not None:
            self.strip.show_source(self.understood.source, found)
            return
        self.strip.show_table(self._reading, (), found, found.has_open_dates)
        self._show_strip()
        self.side.show_look(found)

    def _show_strip(self) -> None:
        for widget in (self.strip, self._strip_line):
            widget.setVisible(self.strip.n_shown > 0)

    # ------------------------------------------------------------------ understood
    def _on_understood(self, found: Understood) -> None:
        self.understood = found
        self.trouble.hide()
        source = found.source
        self._reading = source.reading
        self._about.setText(_about(source))
        self.strip.show_source(source, self._look)
        self._show_strip()
        self.kind.show_kinds(found.suits, found.kind.key, source, self._plan)
        self._take_over(found.remembered)
        self.side.show_source(found, self._roles, self._options, self._needs_map)
        self._tell_where()
        follow_layouts(self)
        self._ask(forgets_items=True)

    @property
    def _needs_map(self) -> bool:
        """Whether a map is to be chosen for accounts, as no plan is open."""
        return self._plan is None and self.understood is not None and makes_plan(self.understood)

    def _take_over(self, known: Remembered | None) -> None:
        """Choices for an earlier file with this header."""
        found = self.understood
        assert found is not None
        is_known = known is not None and not known.is_empty
        roles, options = (known.roles, known.options) if known is not None else ({}, {})
        keys = {one.key for one in found.options}
        roles, options = {**roles, **self._roles}, {**options, **self._options}
        self._roles = {n: r for n, r in roles.items() if n in found.head and r in found.kind.roles}
        self._options = {k: v for k, v in options.items() if k in keys}
        self.side.tell_remembered(known.day if is_known and known is not None else None)

    def _tell_where(self) -> None:
        plan = self._plan
        if plan is None or (self.understood is not None and self.understood.kind.key == "areas"):
            self._foot_note.setText(_("A new plan is made of it."))
            return
        n = int(plan.units_present.sum())
        text = _("It goes to the open plan: {n} {noun}.")
        self._foot_note.setText(text.format(n=i18n.number(n), noun=plan.noun(n)))

    # ------------------------------------------------------------------ choosing
    def choose_role(self, column: str, role: str) -> None:
        """Say what a column means; a meaning that one column has moves there."""
        found = self.understood
        if found is None:
            return
        now = self.side.roles(found, self._roles)
        if role in found.kind.single:
            for other, own in now.items():
                if own == role and other != column:
                    self._roles[other] = _rest(found.kind)
        self._roles[column] = role
        self.side.show_roles(found, self._roles)
        self._ask(forgets_items=True)

    def _on_option(self, key: str, value: bool | str | int | float) -> None:
        if self._options.get(key) != value:
            self._options[key] = value
            self._ask()

    def _choices(self, forgets_items: bool) -> Choices:
        found, model = self.understood, self.gain.review.model
        assert found is not None
        return Choices(
            self.side.roles(found, self._roles),
            dict(self._options),
            frozenset() if forgets_items else frozenset(model.left_out),
            {} if forgets_items else dict(model.picked),
            self._reading,
        )

    def _ask(self, forgets_items: bool = False) -> None:
        """Work out what would come of it as it is chosen now."""
        found = self.understood
        if found is None:
            return
        choice = self.side.choice
        asked = Asked(
            self._plan,
            self._alignment,
            self._choices(forgets_items),
            MapAsked(choice.key, choice.own, choice.nouns) if self._needs_map else None,
        )
        plans = self._plans
        self.accept_button.setEnabled(False)
        self._maker.ask(lambda progress: work.prepare(found, asked, plans, progress))

    # ------------------------------------------------------------------ outcome
    def _on_outcome(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.trouble.hide()
        prepared = outcome.prepared
        self._take_options(outcome.understood)
        self._offer_mends(outcome.understood)
        self.gain.show_outcome(outcome)
        self.side.show_outcome(outcome)
        follow_layouts(self)
        if outcome.has_map:
            self._painter.ask(outcome.map)
        done = (prepared.incoming, prepared.plan, prepared.after)
        can = any(one is not None for one in done)
        self.accept_button.setText(_button(prepared))
        self.accept_button.setEnabled(can)
        nothing = _("Nothing would change: the plan holds all of it already.")
        self.accept_button.setToolTip("" if can else nothing)

    def _take_options(self, now: Understood) -> None:
        """Show the options that belong to what columns mean now."""
        was = self.understood
        if was is not None and was.source is now.source and was.kind is now.kind:
            self.understood = now
            self.side.show_options(now, self._options)

    def _tell_doing(self, text: str) -> None:
        """What takes so long, as long as it does."""
        if text or not self.is_busy:
            self._doing.setText(f"{text}…" if text and not text.endswith("…") else text)

    def _offer_mends(self, found: Understood) -> None:
        """Links that mend what is wrong where it is told."""
        mends = self.gain.issues.mends
        mends.clear()
        if any(one.key == "swap" for one in found.options):
            mends["swapped"] = (_("Exchange them"), self._exchange)
        if "update" in found.suits and found.kind.key == "accounts":
            mends["known"] = (_("Update them instead"), lambda: self.kind.choose("update"))

    def _exchange(self) -> None:
        field = self.side.form.fields.get("swap")
        if isinstance(field, QtWidgets.QCheckBox):
            field.setChecked(True)

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """Draw the map in the theme in use."""
        super().changeEvent(event)
        if event.type() == STYLE_CHANGE and hasattr(self, "gain"):
            self.gain.place.restyle()

    def _on_failure(self, error: BaseException) -> None:
        self.outcome = None
        self.accept_button.setEnabled(False)
        self.gain.forget()
        self.side.forget_outcome()
        if self.understood is None:
            self._about.setText("")
            if self._look is None:
                self.side.forget()
        self.side.trouble.tell(error)

    def _show_rows(self, issue: Issue) -> None:
        if self.outcome is None:
            return
        if issue.is_lines:  # they never became rows of the table
            ToldRows(issue, self.outcome.prepared.report, self).open()
            return
        self.gain.place.go_to_issue(issue)
        table = self.outcome.understood.source.rows
        RowsBehind(issue, table.columns, self, table.lines).open()

    # ------------------------------------------------------------------ ending
    def _accept(self) -> None:
        outcome = self.outcome
        if outcome is None or self.is_busy or not self.accept_button.isEnabled():
            return
        found, choices = outcome.understood, outcome.asked.choices
        self._remember(found)
        self.accepted_import.emit(
            Import(found.kind, found.source, choices, self._plan, outcome.prepared)
        )
        self.accept()

    def _remember(self, found: Understood) -> None:
        if not self._remembers:
            return
        recognised = {one.column: one.role for one in found.meanings}
        defaults = {one.key: one.default for one in found.options}
        of_header = self._reading.decimal, self._reading.dates, self._reading.crs
        chosen = Remembered(
            {n: r for n, r in self._roles.items() if recognised.get(n, r) != r},
            {k: v for k, v in self._options.items() if k in defaults and v != defaults[k]},
            Reading(decimal=of_header[0], dates=of_header[1], crs=of_header[2]),
            dt.date.today(),
        )
        remembering.remember(tuple(found.source.rows.columns), found.kind.key, chosen)


def _rest(kind: Kind) -> str:
    """The role of a column that means nothing of its own."""
    return next((role for role in ("text", "unused") if role in kind.roles), next(iter(kind.roles)))


def _about(source: Source) -> str:
    """9,994 rows · 16 columns."""
    n, n_columns = source.n_rows, len(source.rows.columns)
    return " · ".join(
        (
            ngettext("{n} row", "{n} rows", n).format(n=i18n.number(n)),
            ngettext("{n} column", "{n} columns", n_columns).format(n=i18n.number(n_columns)),
        )
    )


def _button(prepared: Prepared) -> str:
    """What the primary button says: it names the count."""
    if prepared.kind in _DIFFERENCES and prepared.items:
        n = sum(one.is_on for one in prepared.items)
        return ngettext("Take {n} change", "Take {n} changes", n).format(n=i18n.number(n))
    main = _main_count(prepared)
    if prepared.plan is not None and len(prepared.plan.units) and not len(prepared.plan.accounts):
        n = len(prepared.plan.units)
        text = _("Make the plan with {n} {noun}")
        return text.format(n=i18n.number(n), noun=prepared.plan.noun(n))
    if main[1] and main[0]:
        return _("Import {n} {things}").format(n=i18n.number(main[0]), things=main[1])
    return _("Import")


def _main_count(prepared: Prepared) -> tuple[int, str]:
    """How many rows arrive, and what they are."""
    accounts = prepared.plan.accounts if prepared.plan is not None else None
    if accounts is None and prepared.incoming is not None:
        accounts = prepared.incoming.arrivals.accounts
    if accounts is not None and len(accounts):
        return len(accounts), ngettext("account", "accounts", len(accounts))
    return 0, ""

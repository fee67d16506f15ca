"""What the Build form asks, how amounts are read, remedies taken up, curves and tables shown."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk.builder.plans.settings import Settings, Wish
from terradesk.builder.why.findings import Remedy
from terradesk.builder.why.telling import Relax, Told
from terradesk.document import Document
from terradesk.edits import territories as te
from tests.core.kernel import grid_plan
from ui.dialogs import parts
from ui.document_model import DocumentModel
from ui.panels.build import facts, relaxing
from ui.panels.build.curve import Curve
from ui.panels.build.fields import Amount, read_amount
from ui.panels.build.form import Form
from ui.panels.build.table import BETTER, SAME, WORSE, Line, Table, _mark
from ui.panels.build.why import WhyRow


@pytest.fixture
def model():
    model = DocumentModel()
    model.open(Document(grid_plan()))
    yield model
    model.close()


@pytest.fixture
def form(qtbot, model) -> Form:
    form = Form(model)
    qtbot.addWidget(form)
    return form


POPULATION, SALES = Wish("m-population", 0.07), Wish("m-sales", 0.2, weight=2.0)
ASKED = [
    Settings(mode="new", n_territories=7, keep=0.0, wishes=(POPULATION,)),
    Settings(mode="rebalance", keep=0.9, compactness=0.25, wishes=(POPULATION, SALES)),
    Settings(mode="fill", keep=0.0, wishes=(POPULATION,), contiguity="off"),
    Settings(mode="new", capacity=900.0, keep=0.0, wishes=(POPULATION,), starts=4, seed=12),
    Settings(mode="rebalance", keep=0.5, wishes=(POPULATION,), handover_most=9, effort=4.0,
             contiguity="corner", seeds="off", leaves_unassigned=True, keep_locked=False),
    Settings(mode="rebalance", keep=0.5, wishes=(replace(POPULATION, minimum=1.5, maximum=2e6),),
             district_column="state", keep_districts=0.8),
    Settings(mode="nested", n_territories=4, keep=0.0, wishes=(SALES,), district_column="state"),
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED, ids=range(len(ASKED)))
def test_the_form_asks_what_it_was_given(form, asked) -> None:
    form.show_settings(asked)
    assert form.settings == asked


def test_some_territories_are_kept_apart_from_all(form, model) -> None:
    ids = tuple(t.id for t in model.view.leaves[:2])
    form.show_settings(Settings(mode="rebalance", territories=ids))
    assert form.settings.territories == ids and form.settings.mode == "rebalance"
    assert "T0" in form.chosen.text() and "T1" in form.chosen.text()
    form.set_concerned(ids[:1])
    assert not form.is_complete
    parts.choose(form.start, "rebalance")
    form.start.activated.emit(form.start.currentIndex())
    assert form.is_complete and form.settings.territories == ()


def test_a_command_of_the_menu_stands_among_what_to_start_from(form, model) -> None:
    one = model.view.leaves[1].id
    form.show_settings(Settings(mode="split", territories=(one,), n_territories=3))
    assert form.settings.mode == "split" and form.settings.n_territories == 3
    assert form.settings.territories == (one,)
    form.show_settings(Settings())
    assert form.start.findData("split") < 0


def test_measures_that_are_gone_are_left_out(form, model) -> None:
    form.show_settings(Settings(wishes=(Wish("gone", 0.3), SALES)))
    assert [w.measure for w in form.settings.wishes] == ["m-sales"]
    form.show_settings(Settings(wishes=(Wish("gone", 0.3),)))
    assert form.settings.wishes == (Wish("m-population", model.plan.tolerance),)


def test_a_second_measure_brings_tolerances_of_their_own(qtbot, form) -> None:
    form.show_settings(Settings(wishes=(POPULATION,)))
    form.show()
    with qtbot.waitSignal(form.changed):
        form.measures.another.click()
    assert not form.within.isVisible() and form.measures.rows[0].tolerance.isVisible()
    form.measures.rows[1].tolerance.setValue(25)
    wishes = form.settings.wishes
    assert [round(w.tolerance, 4) for w in wishes] == [0.07, 0.25]
    assert len({w.measure for w in wishes}) == 2
    form.measures.rows[0].remove.click()
    assert form.within.isVisible() and form.settings.wishes == (wishes[1],)


def test_tab_goes_from_top_to_bottom(form) -> None:
    form.show_settings(Settings(wishes=(POPULATION, SALES)))
    form.show()
    form.fold.setChecked(True)
    seen, widget = [], form.start
    for _step in range(60):
        if widget.isVisible() and widget.focusPolicy() & QtCore.Qt.FocusPolicy.TabFocus:
            seen.append(widget.mapTo(form, QtCore.QPoint(0, widget.height() // 2)).y())
        widget = widget.nextInFocusChain()
        if widget is form.start:
            break
    assert len(seen) > 20 and all(b > a - 24 for a, b in pairwise(seen))


def test_the_wheel_scrolls_and_changes_nothing(form) -> None:
    form.show_settings(Settings(wishes=(POPULATION,)))
    form.show()
    before = form.settings
    for widget in (form.number, form.within, form.start, form.keep.slider):
        widget.clearFocus()
        _wheel(widget, QtCore.QPointF(widget.rect().center()))
    assert form.settings == before


def _wheel(widget, at) -> None:
    none = QtCore.Qt.KeyboardModifier.NoModifier
    event = QtGui.QWheelEvent(
        at, QtCore.QPointF(widget.mapToGlobal(at.toPoint())), QtCore.QPoint(),
        QtCore.QPoint(0, 120), QtCore.Qt.MouseButton.NoButton, none,
        QtCore.Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QtWidgets.QApplication.sendEvent(widget, event)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1200", 1200), ("1,200,000", 1.2e6), ("1.2 M", 1.2e6), ("500k", 5e5), ("$3 b", 3e9),
     ("1,5", 1.5), ("1'000", 1000), ("2\u00a0000", 2000)],
)  # fmt: skip
def test_amounts_are_read_as_people_type_them(text, value) -> None:
    assert read_amount(text) == pytest.approx(value)


@given(st.floats(0, 1e12))
def test_an_amount_comes_back_as_it_was(amount) -> None:
    assert read_amount(repr(amount)) == pytest.approx(amount)


def test_nonsense_leaves_an_amount_as_it_was(qtbot) -> None:
    field = Amount("Minimum", "none")
    qtbot.addWidget(field)
    field.set_amount(5.0)
    for text in ("abc", "-3", "inf", "nan"):
        field.selectAll()
        QTest.keyClicks(field, text)
        field.editingFinished.emit()
        assert field.amount == 5.0
    field.clear()
    field.editingFinished.emit()
    assert field.amount is None


def test_a_long_amount_is_kept_to_the_last_digit(qtbot) -> None:
    field = Amount("Maximum", "none")
    qtbot.addWidget(field)
    field.set_amount(16_250_123.0)
    field.editingFinished.emit()
    assert field.amount == 16_250_123.0 and "16,250,123" in field.toolTip()


@pytest.mark.parametrize(
    ("remedy", "after"),
    [
        (Remedy("tolerance", 0.1234, measure=0), {"wishes": (replace(POPULATION, tolerance=0.124),
                                                             SALES)}),
        (Remedy("territories", 9.0), {"n_territories": 9, "capacity": 0.0}),
        (Remedy("leave_out", measure=1), {"wishes": (POPULATION,)}),
        (Remedy("cap", 11.2, measure=0, territory=1), {"handover_most": 12}),
        (Remedy("targets", measure=1), {"wishes": (POPULATION, replace(SALES, target="equal"))}),
    ],
)  # fmt: skip
def test_remedies_change_the_settings(remedy, after) -> None:
    asked = Settings(wishes=(POPULATION, SALES), capacity=5.0)
    assert relaxing.settings_after(asked, remedy) == replace(asked, **after)


def test_a_remedy_that_is_no_setting_edits_the_plan(model) -> None:
    from terradesk.builder.plans import preparing

    assert relaxing.settings_after(Settings(wishes=(POPULATION,)), Remedy("unlock")) is None
    one = model.view.leaves[0].id
    model.do(te.set_locked(model.plan, model.alignment, [one], True))
    prepared = preparing.prepare(model.plan, model.alignment, Settings())
    remedy = Remedy("unlock", territory=prepared.territories.index(one))
    model.do(relaxing.edit_after(model.plan, model.alignment, prepared, remedy))
    assert not model.view.locked_territories


def test_a_curve_goes_on_in_time_and_forgets_nothing_of_its_ends(qtbot) -> None:
    curve = Curve("Worst", lambda v: f"{v:.2f}", 100, (0.1, 0.5))
    qtbot.addWidget(curve)
    curve.resize(300, 100)
    curve.clear(0.1)
    for k in range(2000):
        curve.add(k / 10, 1 / (k + 1))
    curve.add(1.0, 5.0)
    curve.add(300.0, math.nan)
    points = curve.points
    assert len(points) <= 600 and points[0] == (0.0, 1.0) and points[-1][0] == 199.9
    assert [s for s, _v in points] == sorted(s for s, _v in points)
    assert curve.accessibleName() == "Worst: 0.00"
    assert not curve.grab().isNull()


def test_the_table_says_what_is_better(qtbot) -> None:
    table = Table()
    qtbot.addWidget(table)
    table.show()
    table.show_lines([Line("in", "In tolerance", "3 of 4", "4 of 4", BETTER),
                      Line("kept", "Kept", "–", "90 %")])  # fmt: skip
    assert [line.key for line in table.lines] == ["in", "kept"]
    table.show_lines([Line("in", "In tolerance", "3 of 4", "2 of 4", WORSE)])
    assert [line.way for line in table.lines] == [WORSE]


def test_a_plan_is_compared_as_it_is_with_another_number_of_territories(model) -> None:
    from terradesk import measures

    balance = measures.standing_of(model.view).balance
    asked = facts.Facts(n_in=1, n_all=9, worst=4.0, shape=0.5)
    shown = facts.as_it_is(asked, balance, 0.1)
    assert (shown.n_in, shown.n_all) == (balance.n_in_tolerance, 3) and shown.shape == 0.5
    assert abs(shown.worst) == pytest.approx(np.nanmax(np.abs(balance.deviations)))


def test_figures_of_a_result_become_lines(model) -> None:
    from terradesk.builder.plans import preparing
    from terradesk.builder.verifying import verify

    prepared = preparing.prepare(model.plan, model.alignment, Settings(wishes=(POPULATION,)))
    found = facts.facts_of(*verify(prepared.problem, prepared.options, prepared.problem.baseline))
    rows = facts.lines(model.plan, found, found, None, 0.07, "Population", False)
    by_key = {line.key: line for line in rows}
    assert by_key["in"].before == by_key["in"].after == "3 of 3"
    assert by_key["whole"].after == "3 of 3" and by_key["kept"].after == "100.0 %"
    assert all(line.way == SAME for line in rows if line.key != "in")
    assert by_key["distance"].after.endswith(" km")
    miles = facts.lines(model.plan, found, found, None, 0.07, "Population", False, "mi")
    assert next(line for line in miles if line.key == "distance").after.endswith(" mi")


def test_empty_territories_are_not_in_tolerance() -> None:
    from terradesk.builder.problem import Violation

    none = np.full(3, np.nan)
    figures = SimpleNamespace(
        exempt=np.zeros(3, bool), deviations=np.array([[0.0], [0.5], [-1.0]]), compactness=none,
        parts=np.array([1, 1, 0]), n_units=np.array([4, 5, 0]), distance=1.0, kept=1.0,
        n_split_districts=0,
    )  # fmt: skip
    violations = (Violation("tolerance", 1), Violation("empty", 2))
    assert facts.facts_of(figures, violations).n_in == 1


def test_a_longer_way_is_marked_by_an_arrow_up() -> None:
    was, now = facts.Facts(3, 3, distance=170.0), facts.Facts(3, 3, distance=178.0)
    line = facts._distance(was, now, "km")
    assert (line.way, _mark(line)) == (WORSE, "arrow-up")


def test_names_in_a_remedy_are_read_as_they_are_written(qtbot) -> None:
    text = "Unlock <b>R&D</b> & Sales"
    told = Told("<i>R&D</i> is locked", relax=Relax(text, Remedy("unlock")))
    row = WhyRow(told)
    qtbot.addWidget(row)
    assert row.text.textFormat() == QtCore.Qt.TextFormat.PlainText
    assert row.relax.text() == text.replace("&", "&&"), "one & alone would be a key"
    assert row.relax.toolTip() == "Unlock &lt;b&gt;R&amp;D&lt;/b&gt; &amp; Sales"

"""Measures, formulas, figures shared out, currencies: the real pages, driven by hand."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets

from terradesk import measures
from terradesk import records as rec
from terradesk.document import Document
from terradesk.measures import money
from tests.core.kernel import grid_plan
from tests.ui import import_desk as desk
from tests.ui.driving import SLOW
from ui.actions import ACTIONS, found
from ui.dialogs.measuring import FormulaPage, MeasureList, RatesPage, RollUpPage, ShareOutPage
from ui.document_model import DocumentModel
from ui.panels.areas import AreasPanel

A = 3
Key = QtCore.Qt.Key


@pytest.fixture
def model(qapp):
    model = DocumentModel()
    model.on_error = lambda error, _can_retry: model.wrong.append(error)  # type: ignore[attr-defined]
    model.wrong = []  # type: ignore[attr-defined]
    model.open(Document(grid_plan()))
    yield model
    assert model.wrong == []  # type: ignore[attr-defined]
    model.close()


def shown(qtbot, dialog):
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def measure(model: DocumentModel, name: str) -> rec.Measure:
    return next(m for m in model.plan.rows(rec.Measure) if m.name == name)


def item_of(page: FormulaPage, text: str) -> QtWidgets.QListWidgetItem:
    items = [page.columns.item(k) for k in range(page.columns.count())]
    return next(i for i in items if i.text() == text)


# ---------------------------------------------------------------------- formulas
def test_a_measure_is_made_from_a_formula_and_taken_back(qtbot, model):
    page = shown(qtbot, FormulaPage(model))
    assert not page.save.isEnabled()
    qtbot.keyClicks(page.name, "Workload")
    page.columns.itemActivated.emit(item_of(page, "sales"))
    qtbot.keyClicks(page.text, "/ 60 + 1")
    page.unit.setText("visits")
    qtbot.waitUntil(page.save.isEnabled, timeout=SLOW)
    assert page.told.text() == "Understood"
    total = page.preview.figures["total"].text()
    qtbot.mouseClick(page.save, QtCore.Qt.MouseButton.LeftButton)
    made = measure(model, "Workload")
    assert made.formula == "sales / 60 + 1"
    figures = measures.totals(model.view, made)
    assert figures.sum() == pytest.approx(780 / 60 + 12)
    assert (
        measures.format_value(model.plan, made, float(figures.sum())) == total == "25\u00a0visits"
    )
    model.undo()
    assert "Workload" not in {m.name for m in model.plan.rows(rec.Measure)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("salez + 1", "Did you mean sales"),
        ("sales +", "missing or too much"),
        ("owner", "a text, not a number"),
        ("sales ** 2", "not possible"),
        ("[", "not understood"),
    ],
)
def test_what_is_wrong_is_told_while_typing(qtbot, model, text, told):
    page = shown(qtbot, FormulaPage(model))
    page.name.setText("X")
    page.text.setPlainText(text)
    page.check()
    assert told in page.told.text()
    assert not page.save.isEnabled()
    assert page.preview.table.rowCount() == 0


def test_names_with_spaces_stand_in_brackets(qtbot, model):
    plan = model.plan
    from dataclasses import replace

    values = np.arange(len(plan.accounts), dtype=float)
    model.close()
    model.open(Document(replace(plan, accounts=plan.accounts.with_column("Net sales", values))))
    page = shown(qtbot, FormulaPage(model))
    page.name.setText("Twice")
    page.columns.itemActivated.emit(item_of(page, "Net sales"))
    page.check()
    assert page.text.toPlainText().strip() == "[Net sales]"
    page.accept()
    assert measures.totals(model.view, measure(model, "Twice")).sum() == values.sum()


def test_a_name_that_is_taken_is_told_on_the_page(qtbot, model):
    page = shown(qtbot, FormulaPage(model))
    page.name.setText("sales")
    page.text.setPlainText("1")
    page.check()
    page.accept()
    assert page.isVisible()
    assert "already" in page.trouble.text
    assert model.document.steps == ()


def test_measures_are_changed_deleted_and_balanced_by_from_the_list(qtbot, model):
    page = shown(qtbot, MeasureList(model))
    assert page.table.rowCount() == 3
    assert not page.delete.isEnabled()
    page.table.selectRow(0)
    assert page.chosen is not None
    assert page.chosen.name == "Population"
    form = shown(qtbot, FormulaPage(model, page.chosen))
    form.name.setText("People")
    form.accept()
    assert page.table.item(0, 0).text() == "People"
    page.table.selectRow(1)
    qtbot.mouseClick(page.balance, QtCore.Qt.MouseButton.LeftButton)
    assert model.plan.setting("balance_measure") == "m-sales"
    assert page.table.item(1, 0).font().bold()
    page.table.selectRow(1)
    qtbot.mouseClick(page.delete, QtCore.Qt.MouseButton.LeftButton)
    assert page.table.rowCount() == 2
    assert measures.balance_measure(model.plan) is not None
    model.undo()
    assert page.table.rowCount() == 3
    assert model.plan.setting("balance_measure") == "m-sales"


def test_a_measure_whose_column_is_gone_says_so(qtbot, model):
    from terradesk.edits.measures import add_measure

    page = FormulaPage(model)
    page.name.setText("Gone")
    page.text.setPlainText("sales + 0")
    page.check()
    page.accept()
    model.attempt(
        lambda: add_measure(model.plan, rec.Measure("", 0, name="Lost", column="nowhere"))
    )
    listed = shown(qtbot, MeasureList(model))
    texts = [listed.table.item(k, 1).text() for k in range(listed.table.rowCount())]
    assert any("no column" in text and "nowhere" in text for text in texts)


def test_formulas_are_columns_of_the_table_of_areas(qtbot, model):
    page = FormulaPage(model)
    page.source.setCurrentIndex(page.source.findData("units"))
    page.name.setText("Double")
    page.text.setPlainText("population * 2")
    page.check()
    page.accept()
    panel = AreasPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    panel.refill()
    column = next(c for c in panel.table.table.columns if c.title == "Double")
    assert column.values[5] == 210


# ---------------------------------------------------------------------- sharing and rolling up
def test_sharing_out_shows_what_stays_before_it_is_done(qtbot, model):
    page = shown(qtbot, ShareOutPage(model))
    qtbot.waitUntil(page.make.isEnabled)
    assert "stays unallocated" in page.told.text()
    page.weight.setCurrentIndex(page.weight.findData("sales"))
    page.name.clear()
    qtbot.keyClicks(page.name, "People")
    assert not page.make.isEnabled()
    qtbot.waitUntil(page.make.isEnabled)
    with qtbot.waitSignal(page.chosen) as chosen:
        page.accept()
    planned = chosen.args[0](model.plan)
    model.document.bring(planned.incoming)
    assert measure(model, "People").source == "accounts"


def test_a_taken_name_is_refused_on_the_page_of_rolling_up(qtbot, model):
    page = shown(qtbot, RollUpPage(model))
    qtbot.waitUntil(page.make.isEnabled)
    assert page.make.isEnabled()
    page.name.clear()
    qtbot.keyClicks(page.name, "population")
    qtbot.waitUntil(page.trouble.isVisible)
    assert "already" in page.trouble.text
    assert not page.make.isEnabled()


# ---------------------------------------------------------------------- currencies
def test_rates_are_typed_and_convert(qtbot, model):
    page = shown(qtbot, RatesPage(model))
    assert page.empty.isVisible()
    box = page._boxes["accounts", "sales"]
    box.setCurrentIndex(box.findData("EUR"))
    assert "USD" in page.heading.text()
    line = page.lines["EUR"]
    assert line.placeholderText() == "no rate: left out"
    qtbot.keyClicks(line, "1,08")
    page.note.setText("ECB, 20 November")
    qtbot.mouseClick(page.save, QtCore.Qt.MouseButton.LeftButton)
    plan = model.plan
    assert money.rates(plan)["EUR"] == 1.08
    assert plan.setting("rates_note") == "ECB, 20 November"
    assert measures.totals(model.view, measure(model, "Sales")).sum() == pytest.approx(780 * 1.08)
    assert len(model.document.steps) == 1
    model.undo()
    assert measures.totals(model.view, measure(model, "Sales")).sum() == 780


def test_what_is_no_rate_is_told_on_the_page(qtbot, model):
    page = shown(qtbot, RatesPage(model))
    box = page._boxes["accounts", "sales"]
    box.setCurrentIndex(box.findData("SEK"))
    for text in ("many", "0", "-1"):
        page.lines["SEK"].setText(text)
        page.accept()
        assert page.trouble.isVisible()
    page.lines["SEK"].setText("")
    page.accept()
    assert not page.isVisible()
    assert any("SEK" in told for told in money.warnings(model.plan))


def test_commands_are_found_by_the_words_of_the_trade(qtbot, window, at_once, told):
    ids = {one.id for one in ACTIONS}
    for words, name in (("delete measure", "analyse.measures"), ("allocate", "analyse.share_out"),
                        ("exchange rate", "analyse.currencies")):  # fmt: skip
        assert name in {one.id for one in found(words)}
        assert name in ids
    window.model.open(Document(grid_plan()))
    window.actions_by_id["analyse.measures"].trigger()
    page = QtWidgets.QApplication.activeModalWidget()
    assert isinstance(page, MeasureList)
    page.command.emit("analyse.roll_up")
    second = QtWidgets.QApplication.activeModalWidget()
    assert isinstance(second, RollUpPage)
    qtbot.waitUntil(second.make.isEnabled, timeout=SLOW)
    with qtbot.waitSignal(window.model.edited, timeout=SLOW):
        second.accept()
    qtbot.waitUntil(lambda: not window.model.is_held, timeout=SLOW)
    assert "sales: sum" in {m.name for m in window.model.plan.rows(rec.Measure)}
    assert page.table.rowCount() == 4
    page.close()
    assert told == []


# ---------------------------------------------------------------------- figures through the page
FIGURES = "Code,Households,Market (SEK)\n" + "".join(f"{k},{k * 10},5\n" for k in range(20))


def test_figures_come_in_on_the_import_page_and_go_back(qtbot, tmp_path, model, monkeypatch):
    desk.in_this_process(monkeypatch)
    page = desk.page_of(qtbot, tmp_path, FIGURES + "99,1,1\n", model.plan, alignment=A)
    assert page.kind.currentData() == "figures"
    wanted = desk.press(qtbot, page)
    desk.done(qtbot, model, wanted)
    plan = model.plan
    assert plan.units.columns["Households"][19] == 190
    assert measures.totals(model.view, measure(model, "Households")).sum() == 1900
    assert "SEK" in wanted.prepared.after(plan)
    model.undo()
    assert "Households" not in {m.name for m in model.plan.rows(rec.Measure)}


def test_doubtful_names_are_ticked_on_the_import_page(qtbot, tmp_path, model, monkeypatch):
    desk.in_this_process(monkeypatch)
    text = "Company,Beds\nCustomr 3,5\nCustomer 7,6\n"
    page = desk.page_of(qtbot, tmp_path, text, model.plan, alignment=A, wanted="figures")
    desk.meaning(qtbot, page, "Company", "name")
    prepared = page.outcome.prepared
    assert [i.title for i in prepared.items] == ["Customr 3"]  # the other one is sure
    assert dict(prepared.items[0].candidates)["3"].startswith("Customer 3")
    review = page.gain.review.model
    review.tick([prepared.items[0]], True)
    desk.settle(qtbot, page)
    desk.done(qtbot, model, desk.press(qtbot, page))
    assert model.plan.accounts.columns["Beds"][[3, 7]].tolist() == [5, 6]

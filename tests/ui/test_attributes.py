"""Amounts of several currencies in the tables of areas and accounts."""

from __future__ import annotations

import pytest
from PySide6 import QtCore

from terradesk.document import Document
from tests.core.kernel import grid_plan
from tests.core.test_measures_money import with_codes, with_currency
from ui.document_model import DocumentModel
from ui.panels.accounts import AccountsPanel
from ui.panels.areas import AreasPanel


@pytest.fixture
def model(qtbot) -> DocumentModel:
    return DocumentModel()


def cells(panel, key: str) -> list[str]:
    table = panel.table.table
    at = next(k for k, column in enumerate(table.columns) if column.key == key)
    role = QtCore.Qt.ItemDataRole.DisplayRole
    return [str(table.data(table.index(row, at), role)) for row in range(table.rowCount())]


def test_each_amount_has_the_sign_of_its_row(qtbot, model) -> None:
    model.open(Document(with_codes(grid_plan(), ["EUR", "USD", "GBP"])))
    panel = AccountsPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    panel.ensure_fresh()
    assert cells(panel, "sales")[:3] == ["€10 (no rate)", "$20", "£30 (no rate)"]
    panel.table.table.set_filter("sales", ">= 110")
    assert cells(panel, "sales") == ["$110", "£120 (no rate)"], "the amounts are still numbers"


def test_a_column_of_one_currency_shows_it_too(qtbot, model) -> None:
    model.open(Document(with_currency(grid_plan(), "EUR", "units", "population")))
    panel = AreasPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    panel.ensure_fresh()
    assert all("€" in text for text in cells(panel, "population"))

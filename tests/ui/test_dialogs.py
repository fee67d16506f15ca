"""Settings, keys, about, targets, start territories and the first steps, driven as a user would."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets

import terradesk
from terradesk import measures
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import Edit, Record, apply
from terradesk.edits.territories import set_locked
from terradesk.i18n import LANGUAGES
from tests.core.kernel import grid_plan
from ui import jobs, theme
from ui.actions import ACTIONS
from ui.dialogs.about import About, credits
from ui.dialogs.keys import Keys
from ui.dialogs.settings import SettingsDialog
from ui.dialogs.start_territories import StartTerritories
from ui.dialogs.targets import TARGET, Targets, parsed, pasted_targets, set_targets
from ui.document_model import DocumentModel
from ui.settings import Settings


@pytest.fixture
def model(qapp):
    theme.apply(qapp, False)
    out = DocumentModel()
    out.open(Document(grid_plan()))
    return out


def shown(qtbot, dialog):
    """A dialog as the window opens it; it deletes itself when closed."""
    dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def settle(qtbot, dialog):
    qtbot.waitUntil(lambda: not dialog.is_busy and not jobs.running())


# ---------------------------------------------------------------------- settings
def action(action_id):
    return next(a for a in ACTIONS if a.id == action_id)


def test_each_setting_is_told_at_once(qtbot, model):
    dialog = shown(qtbot, SettingsDialog(Settings()))
    changes = {"language": "sv", "theme": "dark", "length_unit": "mi", "touchpad_pans": False}
    for name, value in changes.items():
        box = dialog.boxes[name]
        with qtbot.waitSignal(dialog.settings_changed) as told:
            box.setCurrentIndex(box.findData(value))
        assert told.args == [{name: value}]
    assert dialog.boxes["language"].count() == len(LANGUAGES)


def test_a_shortcut_can_be_changed_and_given_back(qtbot, model):
    dialog = shown(qtbot, SettingsDialog(Settings()))
    dialog.choose("view.panels")
    dialog.keys.setKeySequence(QtGui.QKeySequence("Ctrl+Shift+P"))
    with qtbot.waitSignal(dialog.settings_changed) as told:
        dialog.use.click()
    assert told.args == [{"shortcuts": {"view.panels": "Ctrl+Shift+P"}}]
    with qtbot.waitSignal(dialog.settings_changed) as told:
        dialog.reset.click()
    assert told.args == [{"shortcuts": {}}]
    with qtbot.waitSignal(dialog.settings_changed) as told:
        dialog.clear.click()
    assert told.args == [{"shortcuts": {"view.panels": ""}}]


@pytest.mark.parametrize(("keys", "word"), [("Ctrl+Z", "Undo"), ("B", "typing"), ("Esc", "typing")])
def test_keys_in_use_are_refused_with_the_reason(qtbot, model, keys, word):
    dialog = shown(qtbot, SettingsDialog(Settings()))
    dialog.choose("view.panels")
    dialog.keys.setKeySequence(QtGui.QKeySequence(keys))
    with qtbot.assertNotEmitted(dialog.settings_changed):
        dialog.use.click()
    assert dialog.told.isVisible()
    assert word in dialog.told.text()


def test_keys_that_were_given_away_are_free_again(qtbot, model):
    dialog = shown(qtbot, SettingsDialog(Settings(shortcuts={"edit.undo": "Ctrl+U"})))
    assert dialog.refusal(action("view.panels"), "Ctrl+Z") == ""
    assert "Undo" in dialog.refusal(action("view.panels"), "Ctrl+U")


# ---------------------------------------------------------------------- keys, about
def texts(dialog):
    return " ".join(one.text() for one in dialog.findChildren(QtWidgets.QLabel))


def test_all_shortcuts_are_listed(qtbot, model):
    told = texts(shown(qtbot, Keys()))
    for one in ACTIONS:
        if one.shortcut and not one.on_map:
            assert one.text.replace("…", "") in told


def test_about_says_version_and_sources(qtbot, model):
    dialog = shown(qtbot, About())
    told = texts(dialog)
    assert terradesk.__version__ in told
    assert "U.S. Census Bureau" in told and "© GeoNames" in told
    assert credits().count("(c)") == 0
    dialog.licences.setCurrentIndex(dialog.licences.findText("lucide-ISC"))
    assert "ISC" in dialog.licence_text.toPlainText()


# ---------------------------------------------------------------------- targets
def targets_of(model):
    rows = model.plan.rows(rec.Target, model.alignment)
    return {model.view.name_of(t.territory): t.value for t in rows}


def test_a_typed_target_counts_at_once(qtbot, model):
    dialog = shown(qtbot, Targets(model))
    dialog.table.item(1, TARGET).setText("1,200")
    assert targets_of(model) == {"T1": 1200.0}
    balance = measures.balance(model.view)
    assert balance.targets[2] == 1200
    assert "1,200" in dialog.table.item(1, TARGET).text()
    dialog.table.item(1, TARGET).setText("")
    assert targets_of(model) == {}


def test_what_is_no_target_is_refused_on_the_page(qtbot, model):
    dialog = shown(qtbot, Targets(model))
    for text in ("many", "-5"):
        dialog.table.item(0, TARGET).setText(text)
        assert dialog.trouble.isVisible()
        assert targets_of(model) == {}
    assert model.document.steps == ()


def test_targets_are_pasted_in_one_step(qtbot, model):
    dialog = shown(qtbot, Targets(model))
    QtGui.QGuiApplication.clipboard().setText("t0\t900\nT2\t1 100\nNowhere\t5\n")
    dialog.paste()
    assert targets_of(model) == {"T0": 900.0, "T2": 1100.0}
    assert len(model.document.steps) == 1
    assert "Nowhere" in dialog.trouble.text
    ids = [t.id for t in model.plan.rows(rec.Target, model.alignment)]
    assert len(set(ids)) == 2
    dialog.clear.click()
    assert targets_of(model) == {}
    model.undo()
    assert len(targets_of(model)) == 2


def test_an_empty_clipboard_changes_nothing(qtbot, model):
    dialog = shown(qtbot, Targets(model))
    QtGui.QGuiApplication.clipboard().setText("")
    dialog.paste()
    assert dialog.trouble.isVisible()
    assert model.document.steps == ()


def test_targets_alone_are_taken_in_order():
    found, unknown = pasted_targets("1\n2\n3", {}, [7, 8, 9])
    assert found == {7: 1.0, 8: 2.0, 9: 3.0}
    assert unknown == []
    found, unknown = pasted_targets("1\n2", {}, [7, 8, 9])
    assert found == {}
    assert unknown == ["1", "2"]


def test_numbers_are_read_as_people_type_them():
    assert parsed("1,200.5") == 1200.5
    assert parsed("abc") is None


def test_setting_what_is_set_already_is_no_step(model):
    measure = measures.balance_measure(model.plan).uid
    first = model.view.leaves[0].id
    model.do(set_targets(model.plan, model.alignment, measure, {first: 10.0}))
    assert set_targets(model.plan, model.alignment, measure, {first: 10.0}) is None


# ---------------------------------------------------------------------- start territories
@pytest.fixture
def bare(qapp):
    """A plan without territories."""
    theme.apply(qapp, False)
    out = DocumentModel()
    out.open(Document(grid_plan(territories=0)))
    return out


def test_a_column_makes_one_territory_per_value(qtbot, bare):
    dialog = shown(qtbot, StartTerritories(bare))
    settle(qtbot, dialog)
    assert dialog.told.text() == "4 new territories"
    assert dialog.table.rowCount() == 4
    dialog.accept_button.click()
    assert [t.name for t in bare.view.leaves] == ["S0", "S1", "S2", "S3"]
    assert (bare.view.unit_slots > 0).all()
    assert bare.plan.baseline is not None
    assert len(bare.document.steps) == 1
    bare.undo()
    assert bare.view.leaves == [] and bare.plan.baseline is None


def test_a_number_makes_empty_ones(qtbot, bare):
    dialog = shown(qtbot, StartTerritories(bare))
    dialog.choose("empty")
    dialog.number.setValue(3)
    settle(qtbot, dialog)
    assert dialog.told.text() == "3 new territories"
    dialog.accept_button.click()
    assert len(bare.view.leaves) == 3
    assert not bare.view.unit_slots.any()


def test_a_file_lists_the_codes_it_does_not_know(qtbot, bare, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("code,territory\n00000,North\n00001,South\n99999,North\n", "utf-8")
    dialog = shown(qtbot, StartTerritories(bare))
    settle(qtbot, dialog)
    dialog.read_file(file)
    settle(qtbot, dialog)
    assert dialog.way == "file"
    assert "99999" in dialog.notes.text()
    assert dialog.told.text() == "2 new territories"
    dialog.accept_button.click()
    assert [t.name for t in bare.view.leaves] == ["North", "South"]
    assert np.flatnonzero(bare.view.unit_slots).tolist() == [0, 1]


def test_an_unusable_file_says_what_to_do(qtbot, bare, tmp_path):
    file = tmp_path / "empty.csv"
    file.write_text("", "utf-8")
    dialog = shown(qtbot, StartTerritories(bare))
    settle(qtbot, dialog)
    dialog.read_file(file)
    settle(qtbot, dialog)
    assert dialog.trouble.isVisible()
    assert "empty" in dialog.trouble.text
    assert bare.document.steps == ()


def test_owners_get_their_areas_and_exceptions_are_listed(qtbot, bare):
    dialog = shown(qtbot, StartTerritories(bare))
    dialog.choose("owners")
    settle(qtbot, dialog)
    assert dialog.told.text() == "3 new territories"
    assert "12 squares are unassigned." in dialog.notes.text()
    dialog.accept_button.click()
    assert {t.name for t in bare.view.leaves} == {"Rep 0", "Rep 1", "Rep 2"}


def test_no_other_column_is_offered_as_the_owner(qtbot, qapp):
    theme.apply(qapp, False)
    plan = grid_plan(territories=0)
    known = tuple(
        Record("column", None, rec.Column(f"c{k}", plan.next_id + k, table="accounts", name=name,
                                          role="street"))
        for k, name in enumerate(plan.accounts.columns)
    )  # fmt: skip
    plan = apply(plan, Edit("", records=known))
    model = DocumentModel()
    model.open(Document(plan))
    dialog = shown(qtbot, StartTerritories(model))
    settle(qtbot, dialog)
    assert not dialog._ways["owners"].isEnabled()
    assert "No column means the owner" in texts(dialog)


def test_what_is_locked_is_counted(qtbot, model):
    first = model.view.leaves[0].id
    model.do(set_locked(model.plan, model.alignment, [first], True))
    dialog = shown(qtbot, StartTerritories(model))
    settle(qtbot, dialog)
    assert "8 locked squares stay." in dialog.notes.text()
    assert "3 territories are there already" in dialog.notes.text()


def test_ways_that_cannot_be_taken_say_why(qtbot, qapp):
    from dataclasses import replace

    from terradesk.accounts import empty_accounts

    theme.apply(qapp, False)
    empty = DocumentModel()
    empty.open(Document(replace(grid_plan(territories=0), accounts=empty_accounts())))
    dialog = shown(qtbot, StartTerritories(empty))
    settle(qtbot, dialog)
    assert not dialog._ways["owners"].isEnabled()
    assert "Import them first" in texts(dialog)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("make", [Keys, About, lambda: SettingsDialog(Settings())])
def test_every_control_has_a_name_in_both_themes_and_directions(qtbot, qapp, dark, make):
    theme.apply(qapp, dark)
    dialog = make()
    dialog.setLayoutDirection(QtCore.Qt.LayoutDirection.RightToLeft)
    shown(qtbot, dialog)
    for one in dialog.findChildren(QtWidgets.QAbstractButton):
        internal = one.parent().inherits("QTableView") or one.parent().inherits("QLineEdit")
        assert internal or one.text() or one.accessibleName()
    for kind in (QtWidgets.QComboBox, QtWidgets.QTableView, QtWidgets.QPlainTextEdit):
        assert all(
            one.accessibleName()
            for one in dialog.findChildren(kind)
            if not one.parent().inherits("QComboBoxPrivateContainer")
        )

"""Options that mean something only with what another option is."""

from __future__ import annotations

from terradesk.importing import Option
from ui.dialogs.importing.options_form import OptionsForm

INTO = Option("into", "Put it into", "view", (("view", "In view"), ("new", "A new one")))
NAME = Option("name", "Name", "list", when=("into", "new"))
TICK = Option("tick", "Tick", True)
REACH = Option("reach", "Up to", 5.0, when=("tick", True))


def shown(form: OptionsForm) -> list[str]:
    return [key for key, field in form.fields.items() if not field.isHidden()]


def test_fields_are_shown_when_they_mean_something(qtbot) -> None:
    form = OptionsForm()
    qtbot.addWidget(form)
    form.show_options((INTO, NAME, TICK, REACH), {})
    assert shown(form) == ["into", "tick", "reach"]
    assert form._captions["name"].isHidden()
    form.show_options((INTO, NAME, TICK, REACH), {"into": "new", "tick": False})
    assert shown(form) == ["into", "name", "tick"]
    assert not form._captions["name"].isHidden()


def test_they_follow_what_is_chosen_in_the_form(qtbot) -> None:
    form = OptionsForm()
    qtbot.addWidget(form)
    form.show_options((INTO, NAME, TICK, REACH), {})
    with qtbot.waitSignal(form.changed) as told:
        form.fields["tick"].click()
    assert told.args == ["tick", False]
    assert shown(form) == ["into", "tick"]
    box = form.fields["into"]
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert shown(form) == ["into", "name", "tick"]


def test_an_option_whose_other_is_not_offered_applies() -> None:
    assert NAME.applies((NAME,), {})
    assert INTO.applies((), {})

"""Places that are not sure, as items of an import that a person may look at and decide."""

from __future__ import annotations

from terradesk.i18n import isolate, ngettext, number
from terradesk.importing.choices import Choices
from terradesk.importing.prepared import Item
from terradesk.readers.made_accounts import MadeAccounts
from terradesk.readers.placing.placed import LEAVE, Question

_MOST_ROWS = 1000
_LONG = 12  # longer numbers are for machines


def answers(choices: Choices) -> dict[str, str]:
    """What was picked, and what was left out, as answers to questions about places."""
    return {**choices.picked, **dict.fromkeys(choices.left_out, LEAVE)}


def items_of(made: MadeAccounts) -> tuple[Item, ...]:
    """Each question of an import as an item."""
    return tuple(_item(made, one) for one in made.questions)


def _item(made: MadeAccounts, question: Question) -> Item:
    texts = dict(question.candidates)
    n = len(question.rows)
    account = int(made.account_of[question.rows[0]]) if n else -1
    ids, names = made.accounts.ids, made.accounts.names
    title = question.title
    if not title and account >= 0:
        made_up = str(int(question.rows[0]) + 1)  # where the file has no numbers
        title = isolate(_title(str(ids[account]), str(names[account]), made_up))
    before = ngettext("{n} account", "{n} accounts", n).format(n=number(n))
    return Item(
        key=question.key,
        group=question.group,
        title=title,
        before=before,
        after=texts.get(question.picked, ""),
        score=question.score,
        candidates=question.candidates,
        is_on=question.picked != LEAVE,
        rows=tuple(question.rows[:_MOST_ROWS].tolist()),
        units=question.units,
    )


def _title(key: str, name: str, made_up: str) -> str:
    return name if key in (name, made_up) or len(key) > _LONG else f"{key} {name}"

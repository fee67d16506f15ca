"""What can be said to ``import``: kinds, meanings of columns, options."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from terradesk.cli.saying import say
from terradesk.i18n import _, number

if TYPE_CHECKING:
    from terradesk.importing import Option

__all__ = ["ListKinds", "say_chosen"]


class ListKinds(argparse.Action):
    """Says every kind with what its columns may mean, and ends, as ``--help`` does."""

    def __init__(self, option_strings: Sequence[str], dest: str, **named: Any) -> None:
        super().__init__(
            option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=named["help"]
        )

    def __call__(self, parser: argparse.ArgumentParser, *_rest: object) -> None:
        """Say them."""
        from terradesk.importing.kinds import kinds

        for kind in kinds():
            say(f"{kind.key}: {_(kind.title)}")
            for role, words in kind.roles.items():
                say(f"    {role} = {_(words)}")
        say("")
        say(_("The options of a kind depend on the file; --dry-run says them."))
        parser.exit()


def say_chosen(
    roles: Mapping[str, str], options: Sequence[Option], values: Mapping[str, Any]
) -> None:
    """What the columns were taken for and the options as they are, ready to be said otherwise.

    Parameters
    ----------
    roles : mapping of str to str
        Role of each column.
    options : sequence of Option
    values : mapping
        Of those that are not their default.
    """
    say(_("Columns, as --map says them:"))
    for column, role in roles.items():
        say(f"  {role}={column}")
    if options:
        say(_("Options, as --option says them:"))
    for one in options:
        if one.applies(options, values):
            say("  " + " ".join(_option(one, values.get(one.key, one.default))))


def _option(one: Option, value: Any) -> Iterator[str]:
    yield f"{one.key}={_written(value)}"
    others = [key for key, _text in one.choices if key != value]
    if one.choices:
        others = [f"{key or _('(empty)')}" for key in others]
    elif isinstance(one.default, bool):
        others = [_written(not value)]
    title = f"{one.title}, {one.unit}" if one.unit else one.title
    yield f"({title})" if title else ""
    if others:
        yield _("or {values}").format(values=", ".join(others))


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value, 0 if value == round(value) else 2).replace("−", "-")
    return str(value)

"""What a person may choose about an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read; what is None or empty is recognised.

    Parameters
    ----------
    sheet : str
        Sheet of a workbook.
    layer : str
        Layer of a map file.
    encoding, delimiter : str
        Of a text file.
    decimal : {"", ".", ","}
    header : int, optional
        Row of the file, from 1, that holds the names of the columns; 0: there is none.
    dates : {"", "dmy", "mdy", "ymd"}
        Order of day, month and year.
    crs : str
        Coordinate system of a map file that does not name its own, or names a wrong one.
    leave_out_totals : bool
        A row of totals at the foot of a table is left out.
    """

    sheet: str = ""
    layer: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    header: int | None = None
    dates: str = ""
    crs: str = ""
    leave_out_totals: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    """A switch or a choice that a kind of import offers beside the columns.

    Parameters
    ----------
    key : str
    title : str
        Translated.
    default : bool, str, int or float
        Its type says what the page shows: a tick, a list or a field of text, a number.
    choices : tuple of (str, str)
        Value and translated text; empty for ticks, numbers and free text.
    tip : str
        Translated: what it is good for.
    unit : str
        Behind a number: m.
    when : tuple of str and value, optional
        Key of another option and the value of it with which this one means something; forms hide
        it otherwise.
    """

    key: str
    title: str
    default: bool | str | int | float
    choices: tuple[tuple[str, str], ...] = ()
    tip: str = ""
    unit: str = ""
    when: tuple[str, bool | str | int | float] | None = None

    def applies(
        self,
        others: Iterable[Option],
        values: Mapping[str, bool | str | int | float],
    ) -> bool:
        """Whether it means something with the values that other options have.

        Parameters
        ----------
        others : iterable of Option
            All options of the import.
        values : mapping
            Value of each option that is not its default.
        """
        if self.when is None:
            return True
        key, wanted = self.when
        one = next((other for other in others if other.key == key), None)
        return one is None or values.get(key, one.default) == wanted


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything chosen about one import.

    Parameters
    ----------
    roles : mapping of str to str
        Role of each column, a key of the kind's `roles`.
    options : mapping
        Value of each `Option` that is not its default.
    left_out : frozenset of str
        Keys of `Item` that are not taken.
    picked : mapping of str to str
        For the key of an `Item` the candidate that was picked instead of the first.
    reading : Reading
    """

    roles: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, bool | str | int | float] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    picked: Mapping[str, str] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)

    def option(self, option: Option) -> Any:
        """The value of an option."""
        return self.options.get(option.key, option.default)

    def as_json(self) -> dict[str, Any]:
        """What JSON holds: roles, options and reading; items belong to one file only."""
        return {
            "roles": dict(self.roles),
            "options": dict(self.options),
            "reading": asdict(self.reading),
        }

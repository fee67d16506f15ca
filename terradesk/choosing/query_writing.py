"""A query written anew as a formula, one condition after another."""

from __future__ import annotations

import difflib

import numpy as np

from terradesk import formula, geocode
from terradesk.choosing.fields import Field
from terradesk.choosing.query_tokens import QueryError, Token, tokens
from terradesk.i18n import _

_COMPARE = ("=", "!=", "<", "<=", ">", ">=")
_JOINTS = ("and", "or", "not")
_LONGEST_NAME = 6  # words


class Table:
    """The fields a query uses, under names that need no quoting."""

    def __init__(self, n_rows: int) -> None:
        self.columns: dict[str, np.ndarray] = {}
        self._aliases: dict[int, str] = {}
        self._n = n_rows

    def alias(self, field: Field) -> str:
        """The name of a field in the formula."""
        name = self._aliases.setdefault(id(field), f"c{len(self._aliases)}")
        self.columns[name] = field.values
        return name

    def column(self, name: str) -> np.ndarray:
        """No other column is known; raises KeyError."""
        raise KeyError(name)

    def __len__(self) -> int:
        return self._n


class Writer:
    """Writes a query anew as a formula, one condition after another.

    Parameters
    ----------
    text : str
    known : dict of str to Field
        By names in small letters.
    table : Table
        Gathers the fields that are used.

    Attributes
    ----------
    pieces : list of (str, int)
        Parts of the formula, and where in the text each comes from.
    missed : list of str
        Column and text of comparisons with a text that the column does not have.
    """

    def __init__(self, text: str, known: dict[str, Field], table: Table) -> None:
        self.text, self.known, self.table = text, known, table
        self.tokens = tokens(text)
        self.k = 0
        self.pieces: list[tuple[str, int]] = []  # formula text and where it comes from
        self.missed: list[str] = []  # texts that the column does not have

    def write(self) -> str:
        """The formula.

        Raises
        ------
        QueryError
            If a column is unknown, or a value is missing or does not fit its column.
        """
        while self.k < len(self.tokens):
            token = self.tokens[self.k]
            field = self._field()
            if field is not None:
                self._condition(field, token.at)
            elif token.kind == "word":
                self._word(token)
            else:
                self.k += 1
                self._put(_constant(token), token.at)
        return "".join(piece + " " for piece, _at in self.pieces)

    def _put(self, piece: str, at: int) -> None:
        self.pieces.append((piece, at))

    def _word(self, token: Token) -> None:
        following = self._peek(1)
        is_call = following is not None and following.text == "("
        if token.word in (*_JOINTS, "true", "false") or (
            is_call and token.word in formula.FUNCTIONS
        ):
            self.k += 1
            self._put(token.word, token.at)
            return
        raise self.unknown(token)

    def unknown(self, token: Token) -> QueryError:
        """The error of a column that does not exist, with the nearest that does."""
        near = difflib.get_close_matches(token.word, list(self.known), 1, 0.7)
        hint = _("Did you mean {name}?").format(name=self.known[near[0]].name) if near else ""
        names = list(dict.fromkeys(f.name for f in self.known.values()))
        hint = hint or _("There are: {names}.").format(names=", ".join(names[:12]))
        message = _("There is no column called “{name}”.").format(name=token.text)
        return QueryError(message, hint, token.at, token.end - token.at)

    def _peek(self, ahead: int = 0) -> Token | None:
        at = self.k + ahead
        return self.tokens[at] if at < len(self.tokens) else None

    def _is(self, *words: str) -> bool:
        """Whether these words come next; takes them if so."""
        for n, word in enumerate(words):
            token = self._peek(n)
            if token is None or (token.word or token.text) != word:
                return False
        self.k += len(words)
        return True

    def _field(self) -> Field | None:
        """The column that is named next, by the longest name that fits; takes it."""
        token = self._peek()
        if token is None or token.kind not in ("word", "column"):
            return None
        if token.kind == "column":
            found = self.known.get(" ".join(token.text[1:-1].casefold().split()))
            if found is None:
                raise self.unknown(Token("word", token.text[1:-1], token.at, token.end))
            self.k += 1
            return found
        for n in range(min(_LONGEST_NAME, len(self.tokens) - self.k), 0, -1):
            run = self.tokens[self.k : self.k + n]
            name = " ".join(self.text[run[0].at : run[-1].end].casefold().split())
            if name in self.known:
                self.k += n
                return self.known[name]
        return None

    # ------------------------------------------------------------------ one condition
    def _condition(self, field: Field, at: int) -> None:
        name = self.table.alias(field)
        denied = self._is("is", "not") or self._is("does", "not") or self._is("not")
        if self._is("is", "empty") or self._is("empty"):
            self._put(f"isempty({name})", at)
        elif self._is("is", "between") or self._is("between"):
            self._between(field, name, at)
        elif self._is("is", "in") or self._is("in"):
            self._list(field, name, at, denied)
            denied = False
        elif self._starts() or self._is("contains") or self._is("contain"):
            self._part_of_text(field, name, at)
        else:
            self._comparison(field, name, at, denied)
            denied = False
        if denied:
            piece, place = self.pieces[-1]
            self.pieces[-1] = (f"(not {piece})", place)

    def _starts(self) -> bool:
        return any(self._is(a, "with") for a in ("starts", "start", "begins", "begin"))

    def _between(self, field: Field, name: str, at: int) -> None:
        low = self._value(field)
        if not self._is("and"):
            raise self._missing(_("“between” needs two values with “and” between them."))
        high = self._value(field)
        self._put(f"({low} <= {name} and {name} <= {high})", at)

    def _list(self, field: Field, name: str, at: int, denied: bool) -> None:
        has_paren = self._is("(")
        values = [self._value(field, in_list=True)]
        while self._is(","):
            values.append(self._value(field, in_list=True))
        if has_paren and not self._is(")"):
            raise self._missing(_("The list has no closing parenthesis."))
        self._put(f"({name} {'not in' if denied else 'in'} ({', '.join(values)}))", at)

    def _part_of_text(self, field: Field, name: str, at: int) -> None:
        token = self.tokens[self.k - 1]
        function = "contains" if token.word.startswith("contain") else "startswith"
        if not field.is_text:
            message = _("{column} holds numbers, so it cannot be searched for a part of a text.")
            raise QueryError(message.format(column=field.name), "", token.at)
        part = self._raw().casefold()
        self._put(f"{function}(lower({name}), {_in_quotes(part, token.at)})", at)

    def _comparison(self, field: Field, name: str, at: int, denied: bool) -> None:
        sign = self._peek()
        has_is = not denied and self._is("is")
        sign = self._peek() if has_is else sign
        if sign is not None and sign.kind == "sign" and sign.text in _COMPARE and not denied:
            self.k += 1
            self._pair(field, name, sign.text, at)
            return
        if denied or has_is:
            self._pair(field, name, "!=" if denied else "=", at)
            return
        # Part of arithmetic, a call, or a condition by itself: the formula knows.
        self._put(name, at)

    def _pair(self, field: Field, name: str, sign: str, at: int) -> None:
        """``name sign value``; texts in any spelling that the column has."""
        if not field.is_text:
            self._pair_of_numbers(field, name, sign, at)
            return
        start = self._peek()
        raw = self._raw()
        other = self.known.get(" ".join(raw.casefold().split()))
        is_value = start is None or start.kind == "text" or raw.casefold() in field.spellings
        if other is not None and not is_value:
            self._put(f"({name} {sign} {self.table.alias(other)})", at)
            return
        values = self._spelled(field, raw) if sign in ("=", "!=") else [raw]
        if sign in ("=", "!="):
            listed = ", ".join(_in_quotes(v, at) for v in values)
            self._put(f"({name} {'in' if sign == '=' else 'not in'} ({listed}))", at)
        else:
            self._put(f"({name} {sign} {_in_quotes(values[0], at)})", at)

    def _pair_of_numbers(self, field: Field, name: str, sign: str, at: int) -> None:
        self._put(name, at)
        self._put(sign, at)
        start = self._peek()
        other = self._field()
        value = self.table.alias(other) if other is not None else self._number(field)
        if value is not None:
            self._put(value, start.at if start else at)

    # ------------------------------------------------------------------ values
    def _value(self, field: Field, in_list: bool = False) -> str:
        """One value, written for the formula."""
        if not field.is_text:
            token = self._peek()
            number = self._number(field)
            if number is None:
                raise self._missing(_("Here belongs a number."), token)
            return number
        at = self.k
        raw = self._raw(in_list)
        values = self._spelled(field, raw) if in_list else [raw]
        place = self.tokens[at].at if at < len(self.tokens) else len(self.text)
        return ", ".join(_in_quotes(v, place) for v in values)

    def _number(self, field: Field) -> str | None:
        """A number for a column of numbers; None where something else stands that may be right."""
        minus = "-" if self._is("-") else ""
        token = self._peek()
        if token is None:
            raise self._missing(_("Something is missing at the end."))
        if token.kind == "number":
            self.k += 1
            return f"{minus}{token.value!r}"
        if token.kind == "text":
            try:
                value = float(token.text[1:-1].replace(",", ""))
            except ValueError:
                raise self._not_a_number(field, token) from None
            self.k += 1
            return f"{minus}{value!r}"
        if token.kind == "word" and token.word not in (*formula.FUNCTIONS, "true", "false"):
            raise self._not_a_number(field, token)
        return minus or None

    def _not_a_number(self, field: Field, token: Token) -> QueryError:
        message = _("{column} holds numbers, and “{value}” is none.")
        value = token.text.strip("\"'")
        text = message.format(column=field.name, value=value)
        return QueryError(text, "", token.at, token.end - token.at)

    def _raw(self, in_list: bool = False) -> str:
        """A text as it is typed: in quotation marks, or everything up to the next and, or, )."""
        token = self._peek()
        if token is None:
            raise self._missing(_("Something is missing at the end."))
        if token.kind == "text":
            self.k += 1
            return token.text[1:-1]
        start = self.k
        while (token := self._peek()) is not None:
            is_joint = token.word in ("and", "or")
            if is_joint or token.text == ")" or (in_list and token.text == ","):
                break
            self.k += 1
        if self.k == start:
            raise self._missing(_("Something is missing here."), token)
        return self.text[self.tokens[start].at : self.tokens[self.k - 1].end]

    def _spelled(self, field: Field, typed: str) -> list[str]:
        """The spellings of a text that the column has, else the text itself.

        States of the U.S. are found by their code where the column has names, and the reverse.
        """
        found = sorted(field.spellings.get(typed.casefold(), []))
        if not found and (code := geocode.us_state(typed)):
            each = (spelling for several in field.spellings.values() for spelling in several)
            found = sorted(one for one in each if geocode.us_state(one) == code)
        if not found:
            self.missed.append(_("{column} {value}").format(column=field.name, value=typed))
        return found or [typed]

    def _missing(self, message: str, token: Token | None = None) -> QueryError:
        token = token or self._peek()
        at = token.at if token is not None else len(self.text)
        return QueryError(message, _("As in: state = TX and population > 5000."), at)


def _constant(token: Token) -> str:
    if token.kind == "text":
        return _in_quotes(token.text[1:-1], token.at)
    return f"{token.value!r}" if token.kind == "number" else token.text


def _in_quotes(text: str, at: int) -> str:
    for mark in "\"'":
        if mark not in text:
            return f"{mark}{text}{mark}"
    raise QueryError(_("A text cannot hold both kinds of quotation marks."), "", at, len(text))

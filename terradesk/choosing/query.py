"""By query: ``state = TX and population > 5000``, said in the user's words.

What the shared formula understands is understood here, and beside it: values without quotation
marks, capitals that differ, columns by their label, thousands as 5,000 or 5k, and the words
``is``, ``is not``, ``is empty``, ``between 1 and 5``, ``starts with``, ``contains``. The text is
written anew as a formula whose errors are told at the place in the text they come from.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

import numpy as np

from terradesk import formula, geocode
from terradesk.choosing.fields import Field, fields
from terradesk.choosing.same import traits
from terradesk.choosing.way import Chosen, Of, Situation, Way, chosen
from terradesk.columns import number_text
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _

_TOKEN = re.compile(
    r"""(?P<text>"[^"]*"|'[^']*'|“[^”]*”|„[^“”]*[“”]|«[^»]*»)
    |\[(?P<column>[^\[\]]+)\]
    |(?P<number>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
     (?P<times>[kKmM](?!\w))?(?![\w])
    |(?P<word>\w[\w'’]*)
    |(?P<sign><>|[=!<>]=|[≤≥≠]|[-+*/()<>=,])
    |(?P<space>\s+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "==": "=", "<>": "!="}
_COMPARE = ("=", "!=", "<", "<=", ">", ">=")
_TIMES = {"k": 1e3, "m": 1e6}
_JOINTS = ("and", "or", "not")
_LONGEST_NAME = 6  # words
_MOST_OFFERS, _MOST_LOOKED = 8, 200
_LOOKS = re.compile(
    r"[=<>≤≥≠]|\b(?:is|in|not in|between|starts with|begins with|contains)\b\s*\S", re.IGNORECASE
)
_PREFIX = re.compile(r"\s*(accounts?|customers?)\s*(?::|where\b|with\b)", re.IGNORECASE)


class QueryError(TerraDeskError):
    """A query that cannot be understood.

    Parameters
    ----------
    message, hint : str
    position, length : int
        Where in the text the trouble is, from 0.
    """

    def __init__(self, message: str, hint: str = "", position: int = 0, length: int = 1) -> None:
        super().__init__(message, hint)
        self.position, self.length = position, length


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int
    end: int
    value: float = 0.0

    @property
    def word(self) -> str:
        return self.text.casefold() if self.kind == "word" else ""


def _tokens(text: str) -> list[_Token]:
    out = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup if match.lastgroup != "times" else "number"
        if kind == "space":
            continue
        shown, value = match.group(), 0.0
        if kind == "number":
            value = float(match["number"].replace(",", ""))
            value *= _TIMES[match["times"].lower()] if match["times"] else 1.0
        elif kind == "sign":
            shown = _SIGNS.get(shown, shown)
        out.append(_Token(str(kind), shown, match.start(), match.end(), value))
    return out


class _Table:
    """The fields a query uses, under names that need no quoting."""

    def __init__(self, n_rows: int) -> None:
        self.columns: dict[str, np.ndarray] = {}
        self._aliases: dict[int, str] = {}
        self._n = n_rows

    def alias(self, field: Field) -> str:
        name = self._aliases.setdefault(id(field), f"c{len(self._aliases)}")
        self.columns[name] = field.values
        return name

    def column(self, name: str) -> np.ndarray:
        raise KeyError(name)

    def __len__(self) -> int:
        return self._n


class _Writer:
    """Writes a query anew as a formula, one condition after another."""

    def __init__(self, text: str, known: dict[str, Field], table: _Table) -> None:
        self.text, self.known, self.table = text, known, table
        self.tokens = _tokens(text)
        self.k = 0
        self.pieces: list[tuple[str, int]] = []  # formula text and where it comes from
        self.missed: list[str] = []  # texts that the column does not have

    def write(self) -> str:
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

    def _word(self, token: _Token) -> None:
        following = self._peek(1)
        is_call = following is not None and following.text == "("
        if token.word in (*_JOINTS, "true", "false") or (
            is_call and token.word in formula.FUNCTIONS
        ):
            self.k += 1
            self._put(token.word, token.at)
            return
        raise self.unknown(token)

    def unknown(self, token: _Token) -> QueryError:
        near = difflib.get_close_matches(token.word, list(self.known), 1, 0.7)
        hint = _("Did you mean {name}?").format(name=self.known[near[0]].name) if near else ""
        names = list(dict.fromkeys(f.name for f in self.known.values()))
        hint = hint or _("There are: {names}.").format(names=", ".join(names[:12]))
        message = _("There is no column called “{name}”.").format(name=token.text)
        return QueryError(message, hint, token.at, token.end - token.at)

    def _peek(self, ahead: int = 0) -> _Token | None:
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
                raise self.unknown(_Token("word", token.text[1:-1], token.at, token.end))
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

    def _not_a_number(self, field: Field, token: _Token) -> QueryError:
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

    def _missing(self, message: str, token: _Token | None = None) -> QueryError:
        token = token or self._peek()
        at = token.at if token is not None else len(self.text)
        return QueryError(message, _("As in: state = TX and population > 5000."), at)


def _constant(token: _Token) -> str:
    if token.kind == "text":
        return _in_quotes(token.text[1:-1], token.at)
    return f"{token.value!r}" if token.kind == "number" else token.text


def _in_quotes(text: str, at: int) -> str:
    for mark in "\"'":
        if mark not in text:
            return f"{mark}{text}{mark}"
    raise QueryError(_("A text cannot hold both kinds of quotation marks."), "", at, len(text))


def matching_rows(text: str, situation: Situation, of: Of) -> tuple[np.ndarray, tuple[str, ...]]:
    """Rows for which a query holds, present or not, and texts that no row has.

    Returns
    -------
    rows : (k,) int64
    missed : tuple of str
        Column and text of each comparison with a text that the column does not hold.

    Raises
    ------
    QueryError
        If the query cannot be understood; it knows the place in the text.
    """
    n = len(situation.plan.units if of == "units" else situation.plan.accounts)
    table = _Table(n)
    writer = _Writer(text, fields(situation, of), table)
    try:
        return formula.matching_rows(writer.write(), table), tuple(writer.missed)
    except formula.FormulaError as error:
        raise _placed(error, writer) from None


def _placed(error: formula.FormulaError, writer: _Writer) -> QueryError:
    """The same error at the place in the user's own text."""
    at, so_far = len(writer.text), 0
    for piece, origin in writer.pieces:
        if error.position <= so_far + len(piece):
            at = origin
            break
        so_far += len(piece) + 1
    message = error.plain
    return QueryError(message[:1].upper() + message[1:], error.hint, at)


def find(text: str, situation: Situation) -> Chosen:
    """Units or accounts for which a query holds.

    ``accounts where …`` means accounts whatever the situation asks for.

    Raises
    ------
    QueryError
        See `matching_rows`.
    """
    prefix = _PREFIX.match(text)
    of: Of = "accounts" if prefix else situation.of
    shift = prefix.end() if prefix else 0
    try:
        rows, missed = matching_rows(text[shift:], situation, of)
    except QueryError as error:
        error.position += shift
        raise
    mask = np.zeros(len(situation.present(of)), np.bool_)
    mask[rows] = True
    return chosen(situation, of, mask, missed)


def fits(text: str, situation: Situation) -> bool:
    """Whether a text holds a comparison."""
    return bool(_LOOKS.search(text) or _PREFIX.match(text))


def offers(situation: Situation) -> list[str]:
    """A few queries that find something in this plan: they show what can be asked."""
    plan, of = situation.plan, situation.of
    out = [f"{trait.title} = {value}" for trait in traits(situation, of)[:4]
           if (value := _first_text(trait.values())) and trait.title.casefold()
           in fields(situation, of)]  # fmt: skip
    table = plan.units if of == "units" else plan.accounts
    for name, values in table.columns.items():
        known = values[np.isfinite(values)] if values.dtype.kind == "f" else values[:0]
        if len(known):
            middle = float(f"{float(np.median(known)):.1g}")
            out.append(f"{name.replace('_', ' ')} > {number_text(middle)}")
    if of == "units" and plan.accounts_present.any():
        out.append("accounts > 0")
    return out[:_MOST_OFFERS]


def _first_text(values: np.ndarray) -> str:
    if values.dtype.kind not in "OU":
        return ""
    return next((str(v) for v in values[:_MOST_LOOKED].tolist() if v), "")


QUERY = Way("query", N_("Query"), N_("state = TX and population > 5000"), fits, find, offers)

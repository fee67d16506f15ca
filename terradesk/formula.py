"""Formulas over the columns of a table: rules, segments, queries.

``[Annual sales] > 50000 and state in ("CO", "UT") and not isempty(phone)``

* names of columns, in square brackets where they hold spaces or signs; capitals do not matter
  unless two columns differ by nothing else; also ``id``, ``code``, ``name``, ``lat``, ``lon``
* numbers, texts in ``"..."`` or ``'...'`` (a backslash is a backslash), ``true``, ``false``
* ``+ - * /`` and parentheses; ``+`` joins texts; a division by 0 is unknown
* ``= == != <> < <= > >=``, chained as in ``1 < a < 5``; ``in ("a", "b")``, ``not in``; a ``=``
  that a formula begins with, as in a spreadsheet, means nothing
* ``and or not``
* ``lower(t)  contains(t, part)  startswith(t, part)  isempty(x)  coalesce(a, b, ...)
  min(a, b, ...)  max(a, b, ...)  round(x, digits)  abs(x)``

An unknown number compares as false with everything (``!=`` as true). Nothing else exists: the
text is parsed, every node is checked against a list, and what is left works on whole columns.
"""

from __future__ import annotations

import ast
import difflib
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

import numpy as np

from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _

MAX_LENGTH = 2000
MAX_DEPTH = 100
"""Levels of nesting; a sum of n terms counts n - 1."""


class Table(Protocol):
    """What a formula reads: `terradesk.accounts.Accounts`, `terradesk.units.Units` and the like."""

    @property
    def columns(self) -> Mapping[str, np.ndarray]:
        """Attributes by name."""

    def column(self, name: str) -> np.ndarray:
        """An attribute or own column by name; raises KeyError if there is none."""

    def __len__(self) -> int:
        """Number of rows."""


class FormulaError(TerraDeskError):
    """A formula that cannot be understood.

    Parameters
    ----------
    message, hint : str
    position : int
        Character of the formula, from 0, where the trouble is.

    Attributes
    ----------
    plain : str
        The message without the place, for those who show that otherwise.
    """

    def __init__(self, message: str, hint: str = "", position: int = 0) -> None:
        where = _("In the formula at character {n}: {message}")
        super().__init__(where.format(n=position + 1, message=message), hint)
        self.position, self.plain = position, message


def evaluate(text: str, table: Table) -> np.ndarray:
    """Value of a formula for every row.

    Parameters
    ----------
    text : str
        At most `MAX_LENGTH` characters.
    table : Table

    Returns
    -------
    ndarray, shape (n_rows,)
        bool, float64 (NaN = unknown) or object (str).

    Raises
    ------
    FormulaError
        If the formula cannot be understood, names a column that does not exist, or mixes numbers
        with texts.
    """
    source = _prepared(text)
    value = _Evaluation(source, table).value(_parsed(source))
    dtype = {"b": bool, "f": float, "O": object}[_kind(value)]
    return np.array(np.broadcast_to(np.asarray(value, dtype), (len(table),)))


def matching_rows(text: str, table: Table) -> np.ndarray:
    """Rows for which a condition holds, ascending: (k,) int64.

    Raises
    ------
    FormulaError
        As `evaluate`; also if the formula is not a condition.
    """
    found = evaluate(text, table)
    if found.dtype != bool:
        raise FormulaError(
            _("this is a value, not a condition."), _('Compare it, as in state = "CO".')
        )
    return np.flatnonzero(found)


def names(text: str, table: Table) -> list[str]:
    """Columns of a table that a formula reads, each once, as the table spells them.

    Raises
    ------
    FormulaError
        If the text is no formula. Columns that do not exist are left out.
    """
    source = _prepared(text)
    said = [source.name(n) for n in ast.walk(_parsed(source)) if isinstance(n, ast.Name)]
    spelt = {name.casefold(): name for name in table.columns}
    found = (name if name in table.columns else spelt.get(name.casefold()) for name in said)
    return list(dict.fromkeys(name for name in found if name is not None))


def quoted(name: str) -> str:
    """A column as a formula names it: in square brackets unless it is one plain word.

    Raises
    ------
    FormulaError
        If the name itself holds square brackets: no formula can say it.
    """
    if "[" in name or "]" in name:
        raise FormulaError(_("a name with square brackets cannot stand in a formula."))
    is_plain = re.fullmatch(r"[^\W\d]\w*", name) and name.lower() not in (*_WORDS, *FUNCTIONS)
    return name if is_plain else f"[{name}]"


# ------------------------------------------------------------------ from text to a checked tree
@dataclass(frozen=True, slots=True)
class _Source:
    """A formula as a Python expression of ASCII signs; every name in it is written ``_``."""

    python: str
    origins: list[int]  # where each character of `python` comes from
    names: Mapping[int, str]  # name at each position of `python`

    def name(self, node: ast.AST) -> str:
        return self.names[node.col_offset]  # type: ignore[attr-defined]

    def position(self, node: ast.AST) -> int:
        return self.at(getattr(node, "col_offset", 0))

    def at(self, offset: int) -> int:
        return self.origins[max(0, min(offset, len(self.origins) - 1))]


_TOKEN = re.compile(
    r"""(?P<text>"[^"]*"|'[^']*')
    |\[(?P<column>[^\[\]]+)\]
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?!\w)
    |(?P<word>[^\W\d]\w*)
    |(?P<sign><>|[=!<>]=|[-+*/()<>=,])
    |(?P<space>\s+)
    |(?P<wrong>.)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {"and": "and", "or": "or", "not": "not", "in": "in", "true": "True", "false": "False"}
_SIGNS = {"=": "==", "<>": "!="}


def _prepared(text: str) -> _Source:
    if not text.strip():
        raise FormulaError(_("there is nothing."), _('Type a condition such as state = "CO".'))
    if len(text) > MAX_LENGTH:
        hint = _("Split it into several.")
        message = _("it is longer than {n} characters.").format(n=MAX_LENGTH)
        raise FormulaError(message, hint, MAX_LENGTH)
    python = ""
    origins: list[int] = []
    names: dict[int, str] = {}
    for match in _TOKEN.finditer(text):
        is_first = match.group() == "=" and not text[: match.start()].strip()
        piece = " " if is_first else _piece(match)
        if piece == "_ ":
            names[len(python)] = match[match.lastgroup or 0].strip()
        python += piece if python or piece != " " else ""
        origins += [match.start()] * (len(python) - len(origins))
    return _Source(python, [*origins, len(text)], names)


def _piece(match: re.Match[str]) -> str:
    """One token as Python writes it; the space keeps it apart from the next."""
    kind, token = match.lastgroup, match.group()
    if kind == "wrong":
        quotes = _("A text needs the same quotation mark at both ends.")
        message = _("{sign} is not understood.").format(sign=token)
        raise FormulaError(message, quotes if token in "\"'" else "", match.start())
    if kind == "text":
        return ascii(token[1:-1])
    if kind == "number":
        return _number(token, match.start())
    if kind in ("column", "space"):
        return "_ " if kind == "column" else " "
    if kind == "word":
        return _WORDS.get(token.lower(), "_") + " "
    return _SIGNS.get(token, token)


def _number(token: str, position: int) -> str:
    value = float(token)
    if not np.isfinite(value):
        raise FormulaError(_("the number is too large."), "", position)
    return f"{value!r} "


def _parsed(source: _Source) -> ast.expr:
    try:
        return ast.parse(source.python, mode="eval").body
    except SyntaxError as error:
        message = _("something is missing or too much here.")
        hint = _("A column whose name holds spaces stands in square brackets: [Net sales].")
        at = error.offset - 1 if error.offset else len(source.python)  # 0: at the end
        raise FormulaError(message, hint, source.at(at)) from None
    except (RecursionError, MemoryError):
        raise _too_deep(0) from None


def _too_deep(position: int) -> FormulaError:
    return FormulaError(_("it is nested too deeply."), _("Split it into several."), position)


# ------------------------------------------------------------------ from the tree to values
Value = Any  # bool, float, str, or a column of them

_KIND_NAMES = {"b": N_("a condition"), "f": N_("a number"), "O": N_("a text")}
_ARITHMETIC: Mapping[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Value, Value], Value]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _kind(value: Value) -> str:
    """b, f or O: condition, number or text."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind if value.dtype.kind in "bO" else "f"
    return "b" if isinstance(value, (bool, np.bool_)) else "O" if isinstance(value, str) else "f"


class _Evaluation:
    """Walks the tree; a node that has no method here does not exist in formulas."""

    def __init__(self, source: _Source, table: Table) -> None:
        self.source = source
        self.table = table

    def value(self, node: ast.expr, depth: int = 0) -> Value:
        if depth > MAX_DEPTH:
            raise _too_deep(self.source.position(node))
        visit = getattr(self, f"_{type(node).__name__.lower()}", None)
        if visit is None:
            raise self.error(node, _("this is not possible in a formula."))
        return visit(node, depth + 1)

    def error(self, node: ast.AST, message: str, hint: str = "") -> FormulaError:
        return FormulaError(message, hint, self.source.position(node))

    def of_kind(self, node: ast.expr, depth: int, kind: str) -> Value:
        return self.checked(node, self.value(node, depth), kind)

    def checked(self, node: ast.expr, found: Value, kind: str) -> Value:
        if kind != "any" and _kind(found) != kind:
            message = _("here belongs {kind}, not {other}.").format(
                kind=_(_KIND_NAMES[kind]), other=_(_KIND_NAMES[_kind(found)])
            )
            raise self.error(node, message)
        return found

    def _constant(self, node: ast.Constant, depth: int) -> Value:
        return node.value

    def _name(self, node: ast.Name, depth: int) -> Value:
        name = self.source.name(node)
        found = _column(self.table, name)
        if found is None:
            near = difflib.get_close_matches(name, list(self.table.columns), 1)
            hint = _("Did you mean {name}?").format(name=near[0]) if near else ""
            raise self.error(node, _("there is no column {name}.").format(name=name), hint)
        return found

    def _boolop(self, node: ast.BoolOp, depth: int) -> Value:
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return reduce(join, [self.of_kind(v, depth, "b") for v in node.values])

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Value:
        if isinstance(node.op, ast.Not):
            return np.logical_not(self.of_kind(node.operand, depth, "b"))
        value = self.of_kind(node.operand, depth, "f")
        return -value if isinstance(node.op, ast.USub) else value

    def _binop(self, node: ast.BinOp, depth: int) -> Value:
        work = _ARITHMETIC.get(type(node.op))
        if work is None:
            raise self.error(node, _("this is not possible in a formula."))
        left = self.value(node.left, depth)
        if _kind(left) == "O" and isinstance(node.op, ast.Add):
            return left + self.of_kind(node.right, depth, "O")
        left = self.checked(node.left, left, "f")
        right = self.of_kind(node.right, depth, "f")
        with np.errstate(all="ignore"):
            out = work(np.asarray(left, float), np.asarray(right, float))
        return np.where(np.isfinite(out), out, np.nan)

    def _compare(self, node: ast.Compare, depth: int) -> Value:
        left, out = self.value(node.left, depth), np.True_
        for sign, side in zip(node.ops, node.comparators, strict=True):
            if isinstance(sign, (ast.In, ast.NotIn)):
                found = self._is_in(left, side, depth)
                out = np.logical_and(out, ~found if isinstance(sign, ast.NotIn) else found)
                continue
            right = self.value(side, depth)
            out = np.logical_and(out, self._pair(_COMPARISONS[type(sign)], left, right, side))
            left = right
        return out

    def _is_in(self, left: Value, side: ast.expr, depth: int) -> Value:
        items = side.elts if isinstance(side, ast.Tuple) else [side]
        found = [self._pair(operator.eq, left, self.value(i, depth), i) for i in items]
        return reduce(np.logical_or, found, np.False_)

    def _pair(
        self, compare: Callable[[Value, Value], Value], left: Value, right: Value, node: ast.expr
    ) -> Value:
        kinds = _kind(left), _kind(right)
        if kinds[0] != kinds[1]:
            message = _("{kind} cannot be compared with {other}.").format(
                kind=_(_KIND_NAMES[kinds[0]]), other=_(_KIND_NAMES[kinds[1]])
            )
            hint = _("Codes are texts: put them in quotation marks, numbers not.")
            raise self.error(node, message, hint)
        return np.asarray(compare(left, right), bool)

    def _call(self, node: ast.Call, depth: int) -> Value:
        name = self.source.name(node.func).lower() if isinstance(node.func, ast.Name) else ""
        function = FUNCTIONS.get(name)
        if function is None or node.keywords:
            hint = _("There are: {names}.").format(names=", ".join(FUNCTIONS))
            raise self.error(node, _("there is no such function."), hint)
        least, most = function.n_values
        if not least <= len(node.args) <= most:
            message = _("{name} needs {n} values in parentheses.").format(name=name, n=least)
            raise self.error(node, message)
        values = [self.value(a, depth) for a in node.args]
        kind = _kind(values[0]) if function.kinds == "same" else function.kinds
        return function.work(
            *(self.checked(a, v, kind) for a, v in zip(node.args, values, strict=True))
        )


def _column(table: Table, name: str) -> np.ndarray | None:
    """Column of a name, capitals forgiven where only one is meant; unknown texts are empty."""
    alike = [c for c in table.columns if c.casefold() == name.casefold()]
    if name in table.columns or len(alike) == 1:
        found = table.columns[name if name in table.columns else alike[0]]
    else:
        try:
            found = table.column(_OWN.get(name.casefold(), ""))
        except (KeyError, AttributeError):
            return None
    if found.dtype.kind == "b":
        return found
    return _texts(found) if found.dtype.kind in "OU" else found.astype(float)


_OWN = {"id": "ids", "code": "codes", "name": "names", "lat": "lat", "lon": "lon"}


def _texts(values: np.ndarray) -> np.ndarray:
    known = ["" if v is None or v != v else str(v) for v in values.tolist()]
    out = np.empty(len(known), object)
    out[:] = known
    return out


# ------------------------------------------------------------------ functions
@dataclass(frozen=True, slots=True)
class Function:
    """A function of formulas.

    Parameters
    ----------
    work : callable
        Of columns or single values.
    n_values : (int, int)
        Fewest and most values it takes.
    kinds : {"O", "f", "any", "same"}
        Texts, numbers, anything, or all of the kind of the first.
    """

    work: Callable[..., Value]
    n_values: tuple[int, int]
    kinds: str


def _each(work: Callable[..., Value], kind: type, *values: Value) -> Value:
    """A function of single texts for columns of them."""
    sides = np.broadcast_arrays(*(np.asarray(v, object) for v in values))
    found = [work(*row) for row in zip(*(s.ravel().tolist() for s in sides), strict=True)]
    return np.array(found, kind).reshape(sides[0].shape)


def _is_empty(value: Value) -> Value:
    if _kind(value) == "O":
        return _each(lambda text: not text.strip(), bool, value)
    return np.isnan(np.asarray(value, float))


def _coalesce(*values: Value) -> Value:
    out = np.asarray(values[0], object if _kind(values[0]) == "O" else None)
    for value in values[1:]:
        out = np.where(_is_empty(out), value, out)
    return out


def _round(value: Value, digits: Value = 0.0) -> Value:
    scale = 10.0 ** np.clip(np.nan_to_num(np.asarray(digits, float)), -15, 15).round()
    return np.round(np.asarray(value) * scale) / scale


_MANY = 50
FUNCTIONS: Mapping[str, Function] = {
    "lower": Function(lambda t: _each(str.lower, object, t), (1, 1), "O"),
    "contains": Function(lambda t, part: _each(str.__contains__, bool, t, part), (2, 2), "O"),
    "startswith": Function(lambda t, part: _each(str.startswith, bool, t, part), (2, 2), "O"),
    "isempty": Function(_is_empty, (1, 1), "any"),
    "coalesce": Function(_coalesce, (1, _MANY), "same"),
    "min": Function(lambda *v: reduce(np.fmin, v), (2, _MANY), "f"),
    "max": Function(lambda *v: reduce(np.fmax, v), (2, _MANY), "f"),
    "round": Function(_round, (1, 2), "f"),
    "abs": Function(np.abs, (1, 1), "f"),
}
"""Everything a formula may call."""

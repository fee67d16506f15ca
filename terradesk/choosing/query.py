"""By query: ``state = TX and population > 5000``, said in the user's words.

What the shared formula understands is understood here, and beside it: values without quotation
marks, capitals that differ, columns by their label, thousands as 5,000 or 5k, and the words
``is``, ``is not``, ``is empty``, ``between 1 and 5``, ``starts with``, ``contains``. The text is
written anew as a formula whose errors are told at the place in the text they come from.
"""

from __future__ import annotations

import re

import numpy as np

from terradesk import formula
from terradesk.choosing.fields import fields
from terradesk.choosing.query_tokens import QueryError
from terradesk.choosing.query_writing import Table, Writer
from terradesk.choosing.same import traits
from terradesk.choosing.way import Chosen, Of, Situation, Way, chosen
from terradesk.columns import number_text
from terradesk.i18n import N_

_MOST_OFFERS, _MOST_LOOKED = 8, 200
_LOOKS = re.compile(
    r"[=<>≤≥≠]|\b(?:is|in|not in|between|starts with|begins with|contains)\b\s*\S", re.IGNORECASE
)
_PREFIX = re.compile(r"\s*(accounts?|customers?)\s*(?::|where\b|with\b)", re.IGNORECASE)


def matching_rows(text: str, situation: Situation, of: Of) -> tuple[np.ndarray, tuple[str, ...]]:
    """Rows for which a query holds, present or not, and texts that no row has.

    Parameters
    ----------
    text : str
    situation : Situation
    of : {"units", "accounts"}
        Whose columns are meant.

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
    table = Table(n)
    writer = Writer(text, fields(situation, of), table)
    try:
        return formula.matching_rows(writer.write(), table), tuple(writer.missed)
    except formula.FormulaError as error:
        raise _placed(error, writer) from None


def _placed(error: formula.FormulaError, writer: Writer) -> QueryError:
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

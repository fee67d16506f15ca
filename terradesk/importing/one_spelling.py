"""Names that differ only in capitals: one and the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence


def one_spelling(names: Sequence[str], known: Iterable[str] = ()) -> list[str]:
    """Names as each is written most often.

    Parameters
    ----------
    names : sequence of str
    known : iterable of str
        Names that are there already: they go before, and where two of them differ only in capitals
        both stay.

    Returns
    -------
    list of str
        As long as ``names``; of two spellings that are as frequent the first one counts.
    """
    own = set(known)
    there: dict[str, str] = {}
    for name in own:
        key = name.casefold()
        there[key] = "" if key in there else name
    best: dict[str, str] = {}
    for name, _n in Counter(names).most_common():  # stable: the first of equals comes first
        best.setdefault(name.casefold(), name)
    best |= {key: name for key, name in there.items() if name}
    return [name if name in own else best[name.casefold()] for name in names]

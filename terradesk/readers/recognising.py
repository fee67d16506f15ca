"""What the columns of a table mean, by their headers and by their values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from terradesk.i18n import N_, _, percent
from terradesk.readers import words
from terradesk.readers.placing.projected import degrees
from terradesk.readers.tables import Table
from terradesk.readers.tabular.numbers import EMPTY, numbers
from terradesk.readers.tabular.text_columns import some_cells
from terradesk.units import Units

ROLES = {
    "id": N_("Account number"),
    "name": N_("Account name"),
    "street": N_("Street"),
    "city": N_("Place name"),
    "state": N_("State or province"),
    "postcode": N_("Postal code"),
    "country": N_("Country"),
    "lat": N_("Latitude"),
    "lon": N_("Longitude"),
    "unit_code": N_("Area code"),
    "owner": N_("Owner or territory"),
    "amount": N_("Amount: summed"),
    "rate": N_("Rate: never summed"),
    "code": N_("Code"),
    "text": N_("Text"),
    "unused": N_("Not used"),
}
"""What a column may mean, with the words for it."""

SINGLE = (
    *("id", "name", "street", "city", "state", "postcode", "country", "lat", "lon"),
    *("unit_code", "owner"),
)
"""Roles that one column at most has."""

_SAMPLE = 2000
_ZIP = re.compile(r"\d{3,5}(\.0)?|\d{5}-\d{4}|\d{9}")
_POSTCODE = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 .\-]{2,9}", re.IGNORECASE)
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*")
_KEYS = frozenset(
    ("id", "no", "nr", "code", "kod", "kode", "number", "nummer", "numer", "fips", "کد")
)
_OF_ORDERS = re.compile(
    r"order|invoice|row\b|line\b|transaction|bestell|rechnung|commande|facture|zamow|faktur"
    r"|سفارش|فاکتور"
)
_ENOUGH = 0.9  # share of cells that must fit


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column seems to mean.

    Parameters
    ----------
    name : str
    role : str
        A key of `ROLES`.
    kind : {"number", "text", "date", "empty"}
    format : {"number", "money"}
        How its figures are shown.
    confidence : float
        How sure it is, 0 ... 1.
    why : str
        Translated: a short sentence.
    """

    name: str
    role: str
    kind: str
    format: str = "number"
    confidence: float = 0.5
    why: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """What a sample of the filled cells of a column shows."""

    n: int
    values: np.ndarray  # of those that are numbers
    n_numbers: int
    n_different: int
    cells: tuple[str, ...]
    has_currency: bool

    @property
    def is_number(self) -> bool:
        return self.n > 0 and self.n_numbers >= _ENOUGH * self.n

    @property
    def is_whole(self) -> bool:
        return bool((self.values == np.floor(self.values)).all())

    @property
    def is_unique(self) -> bool:
        return self.n > 0 and self.n_different == self.n

    def share(self, pattern: re.Pattern[str]) -> float:
        return sum(1 for c in self.cells if pattern.fullmatch(c)) / max(self.n, 1)

    def share_of_degrees(self) -> float:
        """Share of cells that may be coordinates, also with minutes or a side of the world."""
        n = int((np.abs(self.values) <= 180).sum())
        if n < 0.5 * self.n:
            n += sum(1 for cell in self.cells if degrees(cell) is not None)
        return n / max(self.n, 1)


def _look(cells: np.ndarray, decimal: str) -> _Look:
    filled = [cell for cell in cells.tolist() if cell.lower() not in EMPTY]
    sample = np.empty(len(filled), object)
    sample[:] = filled
    values, is_bad = numbers(sample, decimal)
    good = values[~is_bad]
    signs = sum(1 for cell in filled if re.search(r"[$€£¥₽₹﷼]|zł|\bkr\b", cell))
    return _Look(
        len(filled),
        good[np.isfinite(good)],
        int((~is_bad).sum()),
        len(set(filled)),
        tuple(filled),
        signs > len(filled) // 2,
    )


def recognise(table: Table, units: Units | None = None) -> list[ColumnGuess]:
    """Guess what each column means; the user may choose otherwise.

    Parameters
    ----------
    table : Table
    units : Units, optional
        Of the plan: a column that holds their codes is recognised by that.

    Returns
    -------
    list of ColumnGuess
        One per column, in order; a role of `SINGLE` at most once.
    """
    some = {name: some_cells(table.columns, name, _SAMPLE) for name in table.columns}
    looks = {name: _look(cells, table.decimal) for name, cells in some.items()}
    chosen: dict[str, str] = {}
    sure: dict[str, tuple[float, str]] = {}
    for role in SINGLE:
        scores = {n: _fit(n, role, look) for n, look in looks.items() if n not in chosen}
        best = max(scores, key=lambda n: scores[n], default=None)
        if best is not None and scores[best] > 0:
            chosen[best] = role
            sure[best] = _sureness(best, role, scores[best])
    if chosen and ("lat" in chosen.values()) != ("lon" in chosen.values()):
        chosen = {n: role for n, role in chosen.items() if role not in ("lat", "lon")}
    _by_codes(looks, units, chosen, sure)
    return [_guess(name, look, chosen.get(name), sure.get(name)) for name, look in looks.items()]


def _sureness(name: str, role: str, score: float) -> tuple[float, str]:
    """How sure a role is that the header says, and why."""
    if words.weight(name, role) < 1:
        return min(score, 1.0), _("The heading holds a usual word for this.")
    if score >= _ENOUGH:
        return min(score, 1.0), _("The heading is a usual word for this, and the cells fit.")
    return score, _("The heading is a usual word for this, but not all cells fit.")


def _fit(name: str, role: str, look: _Look) -> float:
    """How well a column suits a role of which there is one; 0 when it does not."""
    said = words.weight(name, role)
    if said <= 0 or look.n == 0 or (role == "id" and _OF_ORDERS.search(words.plain(name))):
        return 0.0
    rivals = (other for other in words.WORDS if other != role)
    if said < 1 and any(words.weight(name, other) > said for other in rivals):
        return 0.0
    if role in ("lat", "lon") and said == 1 and len(name) > 1 and look.is_number:
        return max(_suits(role, look), 0.3)  # metres, perhaps; told with the places
    return said * _suits(role, look)


def _suits(role: str, look: _Look) -> float:
    """How well the values suit a role, 0..1."""
    if role in ("lat", "lon"):  # a latitude beyond 90: they may be swapped, which is told later
        return float(look.share_of_degrees() >= 0.5)
    if role == "postcode":
        full = sum(1 for c in look.cells if len(c) >= 5) / look.n
        return look.share(_POSTCODE) * (0.5 + 0.5 * full)
    if role in ("name", "city", "country", "state", "street"):
        return 1.0 - 0.9 * look.is_number
    if role == "owner":
        few = look.n_different <= max(3, look.n // 2)
        return (1.0 if few else 0.3) * (1.0 - 0.9 * look.is_number)
    if role == "id":
        return 0.2 + 0.8 * look.n_different / look.n
    return 1.0


def _by_codes(
    looks: Mapping[str, _Look],
    units: Units | None,
    chosen: dict[str, str],
    sure: dict[str, tuple[float, str]],
) -> None:
    """Find the column that holds the codes of the units, where no header says it."""
    if units is None or len(units) == 0 or "unit_code" in chosen.values():
        return
    codes = {str(code).casefold() for code in units.codes}
    shares = {}
    for name, look in looks.items():
        if chosen.get(name) in (None, "postcode", "id", "state") and look.n_different > 1:
            hits = sum(1 for cell in look.cells if cell.casefold() in codes)
            shares[name] = hits / max(look.n, 1)
    best = max(shares, key=lambda n: shares[n], default=None)
    if best is not None and shares[best] > 0.8 and not _is_running_number(looks[best]):
        chosen[best] = "unit_code"
        told = _("{share} of the cells are codes of this map.")
        sure[best] = shares[best], told.format(share=percent(shares[best], signed=False))


def _is_running_number(look: _Look) -> bool:
    """1, 2, 3 ...: matches short codes by chance."""
    return look.is_number and look.is_unique and look.is_whole and len(look.values) > 0


def _guess(name: str, look: _Look, role: str | None, sure: tuple[float, str] | None) -> ColumnGuess:
    kind = _kind(look)
    if role is not None:
        confidence, why = sure or (0.5, "")
        return ColumnGuess(name, role, kind, confidence=confidence, why=why)
    if kind != "number":
        return _plain_guess(name, look, kind)
    role, is_money = figure_role(name, look.values, look.n_different, look.n)
    if any(cell.endswith("%") for cell in look.cells[:50]):
        role = "rate"
    said = max(words.weight(name, one) for one in _FIGURES.get(role, ("text",)))
    why = _("The heading and the numbers say so.") if said else _("All cells are numbers.")
    guess = ColumnGuess(name, role, kind, confidence=0.5 + 0.45 * said, why=why)
    return replace(guess, format="money") if is_money or look.has_currency else guess


_FIGURES = {"amount": ("amount", "revenue", "money"), "rate": ("rate",), "code": ("id",)}


def _plain_guess(name: str, look: _Look, kind: str) -> ColumnGuess:
    """What a column without figures is that has none of the single roles."""
    if kind == "empty":
        return ColumnGuess(name, "text", kind, confidence=0.2, why=_("No cell has anything in it."))
    if _is_code(name, look):
        return ColumnGuess(name, "code", kind, confidence=0.7, why=_("The cells look like codes."))
    why = _("The cells are dates.") if kind == "date" else _("The cells are text.")
    return ColumnGuess(name, "text", kind, confidence=0.6, why=why)


def _kind(look: _Look) -> str:
    if look.n == 0:
        return "empty"
    if look.share(_DATE) >= _ENOUGH:
        return "date"
    return "number" if look.is_number else "text"


def _is_code(name: str, look: _Look) -> bool:
    said = max(words.weight(name, role) for role in ("id", "unit_code", "postcode"))
    return look.n > 0 and said > 0 and look.share(re.compile(r"(?=.*\d)\S+")) >= _ENOUGH


def figure_role(name: str, values: np.ndarray, n_different: int, n: int) -> tuple[str, bool]:
    """Whether figures may be summed: their role (amount, rate, code, text) and if it is money.

    Parameters
    ----------
    name : str
        Header.
    values : ndarray of float64
        The figures, none of them NaN.
    n_different, n : int
        How many different cells there are, and how many.
    """
    said = {role: words.weight(name, role) for role in words.WORDS}
    is_whole = bool((values == np.floor(values)).all())
    looks_coded = is_whole and n > 0 and (n_different == n or float(values.min(initial=0)) > 1e6)
    is_key = words.plain(name).rpartition(" ")[2] in _KEYS
    if is_key or max(said["id"], said["unit_code"], said["postcode"]) >= 0.6:
        return "code", False
    if said["text"] >= 0.6:
        return "text", False
    sums = max(said["amount"], said["revenue"], said["money"])
    if max(said["rate"], said["lat"], said["lon"]) > 0 and said["rate"] * 1.3 >= sums * 0.8:
        return "rate", bool(re.search(r"pri[cs]|prix|preis|cena|قیمت", words.plain(name)))
    if sums > 0:
        return "amount", max(said["revenue"], said["money"]) >= said["amount"]
    if len(values) and is_whole and values.min() >= 1900 and values.max() <= 2100:
        return "code", False
    if looks_coded and len(values) > 5 and float(np.ptp(np.log10(np.maximum(values, 1)))) < 1.0:
        return "code", False
    is_share = len(values) > 0 and values.min() >= 0 and values.max() <= 1 and not is_whole
    return ("rate" if is_share else "amount"), False

"""Company names for the sample: invented, and the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable

from terradesk.sample.uids import stable_hash

_FIRST = (
    *("Ald", "Bram", "Cald", "Dren", "Elv", "Fenn", "Garr", "Hald", "Ingr", "Jorv", "Kest"),
    *("Lorn", "Marr", "Nev", "Ost", "Pell", "Quill", "Rend", "Stav", "Torr", "Ulm", "Varn"),
    *("Wend", "Yarr", "Zell", "Brisk", "Cress", "Thorn", "Hollin", "Mossel"),
)
_SECOND = (
    *("abrook", "acre", "adale", "amere", "aridge", "avale", "awick", "aworth", "eby", "efield"),
    *("eford", "eham", "eholt", "eline", "emoor", "emont", "erton", "estead", "ewell", "ovane"),
    *("inger", "ingham", "isand", "ivar", "olden", "omark", "onby", "osset", "under", "yard"),
)
_TRADES = {
    "Consumer": (
        *("Books", "Cafés", "Crafts", "Furnishings", "Gifts", "Hardware", "Home Store"),
        *("Market", "Music", "Outfitters", "Pharmacy", "Sports", "Toys", "Trading"),
    ),
    "Corporate": (
        *("Bank", "Builders", "Components", "Dental Group", "Foods", "Freight", "Hotels"),
        *("Industries", "Insurance", "Labs", "Logistics", "Packaging", "Software", "Systems"),
    ),
    "Home Office": (
        *("Accounting", "Architects", "Consulting", "Design", "Events", "Interiors", "Legal"),
        *("Media", "Photo", "Planning", "Studio", "Translations", "Tutoring", "Workshop"),
    ),
}
SEGMENTS = tuple(_TRADES)


def company_names(ids: Iterable[str], segments: Iterable[str]) -> list[str]:
    """An invented company name for each account; no name comes twice.

    Parameters
    ----------
    ids : iterable of str
        What the name depends on.
    segments : iterable of str
        Of `SEGMENTS`; decides the trade.
    """
    taken: set[str] = set()
    out = []
    for one, segment in zip(ids, segments, strict=True):
        attempt = 0
        while (name := _name(one, segment, attempt)) in taken:
            attempt += 1
        taken.add(name)
        out.append(name)
    return out


def _name(one: str, segment: str, attempt: int) -> str:
    number = stable_hash("company", one, attempt)
    number, first = divmod(number, len(_FIRST))
    number, second = divmod(number, len(_SECOND))
    trades = _TRADES[segment]
    return f"{_FIRST[first]}{_SECOND[second]} {trades[number % len(trades)]}"

"""Accounts whose coordinates, postcode and state contradict each other: told, never decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from terradesk import geocode
from terradesk.accounts import PLACEMENTS
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.readers.placing.placed import MOST_QUESTIONS, Placed, Question
from terradesk.readers.placing.postcodes import countries_of
from terradesk.readers.report import issue
from terradesk.readers.tabular.different import different, different_cells

if TYPE_CHECKING:
    from terradesk.readers.placing.placer import Placer

_FAR = 150.0  # kilometres: wider than nearly every area of a postcode
_FAR_IN_ALASKA = 500.0
_RADIUS = 6371.0
_AS_IT_IS, _BY_POSTCODE, _SWAPPED = "coordinates", "postcode", "swapped"


def check_coordinates(placer: Placer, placed: Placed, cells: Mapping[str, np.ndarray]) -> None:
    """Ask about coordinates that lie far from the postcode beside them.

    Parameters
    ----------
    placer : Placer
    placed : Placed
        Changed where the postcode was picked.
    cells : mapping of role to ndarray of str, shape (n,)
    """
    rows = np.flatnonzero(placed.placement == PLACEMENTS.index("coordinates"))
    if "postcode" not in cells or not len(rows):
        return
    rows = rows[cells["postcode"][rows] != ""]
    if not len(rows):
        return
    lon, lat, reach = _postcode_points(placer, cells, rows)
    far = distance(placed.lon[rows], placed.lat[rows], lon, lat)
    with np.errstate(invalid="ignore"):
        is_far = far > reach
    if is_far.mean() > 0.5:
        return  # the codes are not what they seem
    found = np.flatnonzero(is_far)
    if not len(found):
        return
    text = ngettext(
        "The coordinates of {n} account are far from its postcode.",
        "The coordinates of {n} accounts are far from their postcodes.",
        len(found),
    )
    reason = _("Coordinates are far from the postcode")
    told = text.format(n=number(len(found)))
    placed.issues.append(issue("contradiction", told, rows[found], reason=reason))
    for k in found[:MOST_QUESTIONS].tolist():
        _ask(placer, placed, int(rows[k]), (lon[k], lat[k]), far[k], cells["postcode"][rows[k]])


def _postcode_points(
    placer: Placer, cells: Mapping[str, np.ndarray], rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    codes, country = cells["postcode"][rows], countries_of(placer, cells, rows)
    lon, lat, reach = np.full((3, len(rows)), np.nan)
    for code in dict.fromkeys(country.tolist()):
        if code and code in placer.postcode_countries:
            mine = country == code
            texts, which = different_cells(codes[mine])
            x, y = placer.postcodes(code, texts)
            lon[mine], lat[mine] = x[which], y[which]
            northern = code == "US" and np.array([_is_alaskan(text) for text in texts] or [False])
            wide = np.where(northern, _FAR_IN_ALASKA, np.full(len(texts), _FAR))
            reach[mine] = wide[which]
    return lon, lat, reach


def _is_alaskan(text: str) -> bool:
    return geocode.zip_state(geocode.us_zip(text)) == "AK"


def _ask(
    placer: Placer,
    placed: Placed,
    row: int,
    there: tuple[float, float],
    far: float,
    code: str,
) -> None:
    key = f"far:{row}"
    candidates = [
        (_AS_IT_IS, _("Where the coordinates are")),
        (
            _BY_POSTCODE,
            _("Where the postcode {code} is, {km} km away").format(
                code=isolate(code), km=number(far)
            ),
        ),
    ]
    lon, lat = float(placed.lon[row]), float(placed.lat[row])
    turned = (lat, lon)
    if abs(lon) <= 90 and distance(*(np.array([v]) for v in (*turned, *there)))[0] < _FAR:
        candidates.insert(1, (_SWAPPED, _("With latitude and longitude exchanged")))
    picked = placer.choices.answer(key, _AS_IT_IS)
    picked = picked if picked in dict(candidates) else _AS_IT_IS
    rows = np.array([row], np.int64)
    placed.questions.append(
        Question(key, "contradiction", "", tuple(candidates), picked, rows, 0.5)
    )
    if picked != _AS_IT_IS:
        point = turned if picked == _SWAPPED else there
        how = "coordinates" if picked == _SWAPPED else "postcode"
        placer.put(placed, rows, np.array([point[0]]), np.array([point[1]]), how)


def check_states(placed: Placed, cells: Mapping[str, np.ndarray]) -> None:
    """Tell of U.S. ZIP codes of another state than the one beside them.

    Parameters
    ----------
    placed : Placed
        Gets an issue.
    cells : mapping of role to ndarray of str, shape (n,)
    """
    rows = np.flatnonzero(placed.placement == PLACEMENTS.index("postcode"))
    if "postcode" not in cells or "state" not in cells or not len(rows):
        return
    pairs, which = different(cells["postcode"][rows], cells["state"][rows])
    wrong = np.array([_is_other_state(*pair) for pair in pairs] or [False], bool)[which]
    if not wrong.any():
        return
    n = int(wrong.sum())
    text = ngettext(
        "The ZIP code of {n} account is in another state than its address: placed by the code.",
        "The ZIP codes of {n} accounts are in other states than their addresses: placed by the "
        "code.",
        n,
    )
    reason = _("ZIP code is in another state than the address")
    told = text.format(n=number(n))
    placed.issues.append(issue("zip_state", told, rows[wrong], reason=reason))


def _is_other_state(code: str, state: str) -> bool:
    a, b = geocode.zip_state(geocode.us_zip(code)), geocode.us_state(state)
    return bool(a and b and a != b)


def distance(lon: np.ndarray, lat: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Great-circle distance of points in degrees, in kilometres: the haversine formula."""
    a, b, c, d = (np.radians(v) for v in (lon, lat, x, y))
    half = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    far: np.ndarray = 2 * _RADIUS * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return far

"""Domains of web and e-mail addresses: what tells companies apart better than their names."""

from __future__ import annotations

import re

import numpy as np

PUBLIC = frozenset(
    """
    gmail.com googlemail.com yahoo.com yahoo.fr yahoo.co.uk hotmail.com hotmail.fr outlook.com
    live.com msn.com aol.com icloud.com me.com mac.com mail.com gmx.de gmx.net gmx.com web.de
    t-online.de freenet.de orange.fr wanadoo.fr free.fr sfr.fr laposte.net wp.pl o2.pl onet.pl
    interia.pl op.pl gazeta.pl telia.com spray.se bredband.net comcast.net verizon.net att.net
    sbcglobal.net bellsouth.net cox.net charter.net protonmail.com proton.me yandex.ru mail.ru
    qq.com 163.com facebook.com instagram.com linkedin.com twitter.com x.com youtube.com
    wixsite.com wordpress.com blogspot.com sites.google.com goo.gl bit.ly linktr.ee etsy.com
    """.split()  # noqa: SIM905
)
"""Domains that many companies share: they say nothing."""

_DOMAIN = re.compile(
    r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@\s]*@)?(?:www\d?\.)?"
    r"([^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+)\.?(?::\d+)?(?:[/?#].*)?$",
    re.IGNORECASE,
)
_END = re.compile(r"\.([^\W\d_]{2,}|xn--[\w-]+)$")


def domain_of(text: str) -> str:
    """Domain of a web or e-mail address in small letters, without ``www``; empty for none.

    Domains of `PUBLIC` are none.
    """
    cell = text.strip().strip("<>").lower()
    if "." not in cell or " " in cell or len(cell) > 300:
        return ""
    cell = cell.removeprefix("mailto:")
    match = _DOMAIN.match(cell)
    if match is None or not _END.search(match[1]):
        return ""
    return "" if match[1] in PUBLIC else match[1]


def domains(cells: np.ndarray) -> np.ndarray:
    """(n,) domain of each cell."""
    known = {cell: domain_of(str(cell)) for cell in set(cells.tolist())}
    out = np.empty(len(cells), object)
    out[:] = [known[cell] for cell in cells.tolist()]
    return out


def share(cells: np.ndarray, most: int = 500) -> float:
    """Share of the filled cells, of the first ones, that are web or e-mail addresses."""
    filled = [str(cell) for cell in cells[: 4 * most].tolist() if str(cell).strip()][:most]
    hits = sum(1 for cell in filled if "@" in cell or domain_of(cell))
    return hits / len(filled) if filled else 0.0

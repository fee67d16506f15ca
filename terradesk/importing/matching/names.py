"""Names of companies without what differs between two lists: signs, accents, legal forms."""

from __future__ import annotations

import re
import unicodedata

import numpy as np

LEGAL = frozenset(
    """
    inc incorporated corp corporation co company llc llp lp lllp pllc pc ltd limited plc cic
    gmbh ggmbh mbh ag kg kgaa ohg ug gbr ek ev eg se stiftung haftungsbeschrankt
    sa sas sasu sarl eurl snc sci scop scp selarl
    ab hb kb publ as asa ans da ks aps is oy oyj ky ehf hf
    sp spzoo spolka akcyjna oo psa spk spj
    sro spol kft zrt nyrt bt doo dd ad ood eood srl spa snc sapa sagl sl slu slne bv nv vof cv
    lda ltda eireli epp mei pty pte pvt private pvtltd kk gk bhd sdn tbk pjsc pjs jsc ojsc ooo oao
    zao pao tov as uab sia ou
    """.split()  # noqa: SIM905
) | {"شرکت", "سهامی", "خاص", "عام", "محدود", "بامسئولیت", "مسئولیت", "موسسه"}
"""Legal forms, as `_words` leaves them."""

_POLISH = ("sp zoo", "sp zo o", "sp z oo")
_FRONT = frozenset(("the", "ooo", "oao", "zao", "pt", "شرکت", "موسسه", "firma", "fa"))
_DROPPED = frozenset(("and", "und", "et", "och", "i", "y", "e", "of", "with", "با", "و"))
_FOLD = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ي": "ی", "ك": "ک"}
    | {"&": " ", "+": " ", "'": "", "’": "", "‘": "", "`": "", "\u200c": ""}
)
_UMLAUT = re.compile("([aou])e")  # Mueller is Müller
_WORD = re.compile(r"[^\W_]+")


def normalised(name: str) -> str:
    """A company's name as two lists both write it: ``ACME Tools, Inc.`` is ``acme tools``.

    Accents, signs, legal forms at the end (and at the front where languages put them there) and
    words like "and" are taken out; letters that stand alone are joined. A name of nothing else
    keeps its words.
    """
    words = _words(name)
    kept = list(words)
    while len(kept) > 1 and kept[0] in _FRONT:
        kept.pop(0)
    while len(kept) > 1 and (
        kept[-1] in LEGAL or " ".join(kept[-3:]) in _POLISH or " ".join(kept[-2:]) in _POLISH
    ):
        kept.pop()
    kept = [word for word in kept if word not in _DROPPED] or kept
    return " ".join(kept)


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKD", name.casefold().translate(_FOLD))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return _joined(_WORD.findall(_UMLAUT.sub(r"\1", text)))


def _joined(words: list[str]) -> list[str]:
    """Letters that stand alone as one word: ``sp z o o`` is ``sp zoo``, ``x s a`` is ``x sa``."""
    out: list[str] = []
    run = ""
    for word in words:
        if len(word) == 1 and not word.isdigit():
            run += word
            continue
        out += [run, word] if run else [word]
        run = ""
    if out or len(run) < 3:
        return [*out, run] if run else out
    size = next((n for n in (3, 2) if len(run) > n and run[-n:] in LEGAL), 0)
    return [run[:-size], run[-size:]] if size else [run]


def normalised_all(names: np.ndarray) -> np.ndarray:
    """(n,) `normalised` of each."""
    known = {name: normalised(str(name)) for name in set(names.tolist())}
    out = np.empty(len(names), object)
    out[:] = [known[name] for name in names.tolist()]
    return out

"""Planes to colours: fills by look-up, hatches, water, lines, borders with casing, accent lines.

Ink is 0xRRGGBB. `terradesk.render.filling` makes the look-up; its top byte is 0xFF for a plain
fill, else the number of a hatch, with 0x40 set for locked units; entry 0 (outside) is 0 and lets
the base map show through.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from terradesk.render.jit import Bytes, Colours, Int32s, inlined, kernel
from terradesk.render.scan import Job

__all__ = [
    "USE_LOCK",
    "USE_MARK",
    "USE_WATER",
    "Inks",
    "Planes",
    "clear",
    "clear_base",
    "compose",
    "ink_base",
    "mix",
]

USE_LOCK, USE_MARK, USE_WATER = 1, 2, 4
"""Which optional planes `compose` has to read."""

_CHUNK = 128  # pixels
_WORDS = 16  # of 8 pixels, looked at together for whether they are empty


class Planes(NamedTuple):
    """What a frame keeps per pixel, each (rows, stride) with a stride that is a multiple of 64."""

    ids: NDArray[np.int32]  # unit that owns the pixel, -1 outside
    thin: NDArray[np.uint8]  # unit and group lines 1..127, outer coast 128..255
    bold: NDArray[np.uint8]  # territory and district borders: casing, core
    mark: NDArray[np.uint8]  # accent lines: casing, core
    lock: NDArray[np.uint8]  # band inside locked territories
    water: NDArray[np.uint8]  # lakes and rivers over the fill
    base: NDArray[np.uint32]  # land and sea under the plan
    rgb: NDArray[np.uint32]  # the picture, 0xFFRRGGBB


class Inks(NamedTuple):
    """Colours by plane value; opacities run 0..256."""

    hatch: NDArray[np.uint32]  # (n, period, period) opacity by y and x on the map
    hatch_ink: NDArray[np.uint32]  # (n,)
    line: np.uint32
    line_alpha: np.uint32
    coast: np.uint32
    bold: NDArray[np.uint32]  # (256,)
    bold_alpha: NDArray[np.uint32]
    mark: NDArray[np.uint32]
    mark_alpha: NDArray[np.uint32]
    water: NDArray[np.uint32]
    water_alpha: NDArray[np.uint32]
    lock: np.uint32


@inlined
def mix(colour: np.uint32, ink: np.uint32, alpha: np.uint32) -> np.uint32:
    """Blend a colour towards an ink, alpha 0..256, two channels per multiply."""
    inverse = np.uint32(np.uint32(256) - alpha)
    rb = np.uint32(
        np.uint32(
            np.uint32(np.uint32(colour & np.uint32(0xFF00FF)) * inverse)
            + np.uint32(np.uint32(ink & np.uint32(0xFF00FF)) * alpha)
        )
        >> np.uint32(8)
    ) & np.uint32(0xFF00FF)
    g = np.uint32(
        np.uint32(
            np.uint32(np.uint32(np.uint32(colour >> np.uint32(8)) & np.uint32(0xFF)) * inverse)
            + np.uint32(np.uint32(np.uint32(ink >> np.uint32(8)) & np.uint32(0xFF)) * alpha)
        )
        & np.uint32(0xFF00)
    )
    return np.uint32(np.uint32(0xFF000000) | rb | g)


@inlined
def _is_empty(words: NDArray[np.uint64]) -> bool:
    found = np.uint64(0)
    for w in range(len(words)):
        found |= words[w]
    return found == 0


@kernel
def _over(
    out: Colours, plane: Bytes, words: NDArray[np.uint64], lead: int, ink: Colours, alpha: Colours
) -> None:
    """Blend where the plane is not empty; ink and alpha by its value.

    `words` are 8 pixels each, the first one beginning `lead` pixels before `out`.
    """
    n = len(out)
    w = 0
    while w < len(words):
        if words[w] == 0:
            w += 1
            while (
                w + 4 <= len(words) and words[w] | words[w + 1] | words[w + 2] | words[w + 3] == 0
            ):
                w += 4
            continue
        first = np.uint32(max(0, (w << 3) - lead))
        for x in range(first, np.uint32(min(n, (w << 3) + 8 - lead))):
            value = plane[x]
            if value:
                out[x] = mix(out[x], ink[value], alpha[value])
        w += 1


@kernel
def _over_thin(
    out: Colours,
    plane: Bytes,
    words: NDArray[np.uint64],
    lead: int,
    line: np.uint32,
    line_alpha: np.uint32,
    coast: np.uint32,
) -> None:
    """Blend every pixel of a chunk, empty ones too: without branches eight to an instruction."""
    for w in range(0, len(words), _WORDS):
        if _is_empty(words[w : w + _WORDS]):
            continue
        x0, x1 = max(0, (w << 3) - lead), min(len(out), ((w + _WORDS) << 3) - lead)
        o, own = out[x0:x1], plane[x0:x1]
        for x in range(len(o)):
            value = np.uint32(own[x])
            is_coast = value > np.uint32(127)
            alpha = (
                np.uint32(np.uint32(value - np.uint32(128)) << np.uint32(1))
                if is_coast
                else np.uint32(np.uint32(value * line_alpha) >> np.uint32(7))
            )
            o[x] = mix(o[x], coast if is_coast else line, alpha)


@kernel
def _fills(
    out: Colours,
    ids: Int32s,
    base: Colours,
    table: Colours,
    hatch: Colours,
    hatch_ink: Colours,
    phase: int,
    opacity: np.uint32,
) -> None:
    """Fill of each pixel, base map where there is no unit, hatch where the table asks for one."""
    all_plain = np.uint32(0xFF000000)
    hatched = np.uint32(0)
    for chunk in range(0, len(out), _CHUNK):  # a chunk is read again while it is in the cache
        o, own, under = (
            out[chunk : chunk + _CHUNK],
            ids[chunk : chunk + _CHUNK],
            base[chunk : chunk + _CHUNK],
        )
        seen = np.uint32(0xFFFFFFFF)
        for x in range(len(o)):
            c = table[np.uint32(own[x] + 1)]
            seen &= c
            o[x] = c
        if seen >= all_plain:
            continue
        for x in range(len(o)):
            c = o[x]
            # 0 for a plain fill (255) and for outside (0)
            hatched |= np.uint32(np.uint32(c >> np.uint32(24)) + np.uint32(1)) & np.uint32(0xFE)
            o[x] = under[x] if c == np.uint32(0) else c
    if opacity < 256:
        for x in range(len(out)):
            c, below = out[x], base[x]
            shown = mix(below, c, opacity) & np.uint32(0xFFFFFF)
            out[x] = np.uint32(c & all_plain) | shown if ids[x] >= 0 else below
    if hatched:
        period = hatch.shape[1]
        at = np.uint32(phase)
        for x in range(len(out)):
            c = out[x]
            if c < all_plain:
                h = np.uint32(c >> np.uint32(24)) & np.uint32(0x1F)
                out[x] = mix(np.uint32(c | all_plain), hatch_ink[h], hatch[h, at])
            at = np.uint32(at + np.uint32(1))
            if at == period:
                at = np.uint32(0)


@kernel
def _locked_band(
    out: Colours,
    ids: Int32s,
    lock: Bytes,
    table: Colours,
    hatch: Colours,
    ink: np.uint32,
    phase: int,
) -> None:
    for x in range(np.uint32(len(out))):
        if lock[x] and ids[x] >= 0:
            code = table[np.uint32(ids[x] + 1)] >> np.uint32(24)
            if code != 0xFF and code & np.uint32(0x40):
                at = np.uint32((phase + x) % len(hatch))
                alpha = np.uint32(hatch[at] * np.uint32(lock[x]))
                out[x] = mix(out[x], ink, np.uint32(alpha >> np.uint32(8)))


@kernel
def compose(
    planes: Planes,
    inks: Inks,
    use: int,
    table: Colours,
    kx: int,
    ky: int,
    opacity: np.uint32,
    job: Job,
) -> None:
    """Colour the pixels of a job.

    Parameters
    ----------
    planes : Planes
    inks : Inks
    use : int
        Which optional planes hold anything: `USE_LOCK`, `USE_MARK`, `USE_WATER`.
    table : (n_units + 1,) uint32
        Look-up by unit row + 1.
    kx, ky : int
        Place of the view: hatches are anchored to the map, so they pan with it.
    opacity : uint32
        Of the fills, 0..256; the base picture shows through below 256.
    job : Job
    """
    a0, a1 = job.column, job.column + job.right - job.left
    w0, w1 = a0 >> 3, (a1 + 7) >> 3
    lead = a0 & 7
    period = inks.hatch.shape[1]
    phase = (kx + job.left) % period
    for y in range(job.bottom - job.top):
        q = job.row + y
        out = planes.rgb[q, a0:a1]
        ids = planes.ids[q, a0:a1]
        hatch = inks.hatch[:, (job.top + y - ky) % period]
        _fills(out, ids, planes.base[q, a0:a1], table, hatch, inks.hatch_ink, phase, opacity)
        if use & 4:
            words = planes.water[q].view(np.uint64)[w0:w1]
            _over(out, planes.water[q, a0:a1], words, lead, inks.water, inks.water_alpha)
        words = planes.thin[q].view(np.uint64)[w0:w1]
        thin = planes.thin[q, a0:a1]
        _over_thin(out, thin, words, lead, inks.line, inks.line_alpha, inks.coast)
        if use & 1:
            _locked_band(out, ids, planes.lock[q, a0:a1], table, hatch[3], inks.lock, phase)
        words = planes.bold[q].view(np.uint64)[w0:w1]
        _over(out, planes.bold[q, a0:a1], words, lead, inks.bold, inks.bold_alpha)
        if use & 2:
            words = planes.mark[q].view(np.uint64)[w0:w1]
            _over(out, planes.mark[q, a0:a1], words, lead, inks.mark, inks.mark_alpha)


@kernel
def ink_base(coverage: Bytes, base: Colours, ink: np.uint32, job: Job) -> None:
    """Draw lines of the base map (coast, country borders) into the base picture; empties them."""
    a0, a1 = job.column, job.column + job.right - job.left
    w0, w1 = a0 >> 3, (a1 + 7) >> 3
    for y in range(job.row, job.row + job.bottom - job.top):
        plane, out = coverage[y], base[y]
        words = plane.view(np.uint64)
        for chunk in range(w0, w1, _WORDS):
            if _is_empty(words[chunk : min(chunk + _WORDS, w1)]):
                continue
            for w in range(np.uint32(chunk), np.uint32(min(chunk + _WORDS, w1))):
                if words[w] == 0:
                    continue
                for x in range(np.uint32(max(a0, w << 3)), np.uint32(min(a1, (w << 3) + 8))):
                    if plane[x]:
                        alpha = np.uint32(plane[x]) * np.uint32(2)
                        out[x] = mix(out[x], ink, np.uint32(alpha))
                        plane[x] = 0


@kernel
def clear(plane: Bytes, job: Job) -> None:
    """Empty the pixels of a job."""
    for y in range(job.row, job.row + job.bottom - job.top):
        plane[y, job.column : job.column + job.right - job.left] = 0


@kernel
def clear_base(planes: Planes, sea: np.uint32, job: Job) -> None:
    """Make the base picture all sea, without lakes and rivers."""
    for y in range(job.row, job.row + job.bottom - job.top):
        planes.base[y, job.column : job.column + job.right - job.left] = sea
        planes.water[y, job.column : job.column + job.right - job.left] = 0

"""Planes to colours: fills by look-up, hatches, water, lines, borders with casing, accent lines.

Ink is 0xRRGGBB. `terradesk.render.filling` makes the look-up; its top byte is 0xFF for a plain
fill, else the number of a hatch, with 0x40 set for locked units; entry 0 (outside) is 0 and lets
the base map show through.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from terradesk.render.jit import Bools, Bytes, Colours, Int32s, inlined, kernel
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
    "land_and_sea",
    "mix",
    "water_mask",
]

USE_LOCK, USE_MARK, USE_WATER = 1, 2, 4
"""Which optional planes `compose` has to read."""


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
def _skip_empty(words: NDArray[np.uint64], w: int) -> int:
    """Index of the next 8-pixel word, testing 64 pixels at a time while all are empty."""
    w += 1
    while (
        w + 8 <= len(words)
        and (
            words[w]
            | words[w + 1]
            | words[w + 2]
            | words[w + 3]
            | words[w + 4]
            | words[w + 5]
            | words[w + 6]
            | words[w + 7]
        )
        == 0
    ):
        w += 8
    return w


@kernel
def _over(
    out: Colours, plane: Bytes, words: NDArray[np.uint64], lead: int, ink: Colours, alpha: Colours
) -> None:
    """Blend runs of 8-pixel words in which the plane is not empty; ink and alpha by its value."""
    w = 0
    while w < len(words):
        if words[w] == 0:
            w = _skip_empty(words, w)
            continue
        end = w + 1
        while end < len(words) and words[end] != 0:
            end += 1
        x0, x1 = max(lead, w << 3), min(len(out), end << 3)
        o, p = out[x0:x1], plane[x0:x1]
        for x in range(len(o)):
            value = p[x]
            o[x] = mix(o[x], ink[value], alpha[value])
        w = end


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
    """Do the same without tables, so that it runs several pixels per instruction."""
    w = 0
    while w < len(words):
        if words[w] == 0:
            w = _skip_empty(words, w)
            continue
        end = w + 1
        while end < len(words) and (
            words[end] != 0 or (end + 1 < len(words) and words[end + 1] != 0)
        ):
            end += 1
        x0, x1 = max(lead, w << 3), min(len(out), end << 3)
        o, p = out[x0:x1], plane[x0:x1]
        for x in range(len(o)):
            value = np.uint32(p[x])
            is_coast = value > np.uint32(127)
            alpha = (
                np.uint32(np.uint32(value - np.uint32(128)) << np.uint32(1))
                if is_coast
                else np.uint32(np.uint32(value * line_alpha) >> np.uint32(7))
            )
            o[x] = mix(o[x], coast if is_coast else line, alpha)
        w = end


@kernel
def _fills(
    out: Colours,
    ids: Int32s,
    base: Colours,
    table: Colours,
    hatch: Colours,
    hatch_ink: Colours,
    lead: int,
    phase: int,
    opacity: np.uint32,
) -> None:
    """Fill of each pixel, base map where there is no unit, hatch where the table asks for one."""
    n = len(out)
    all_plain = np.uint32(0xFF000000)
    seen = np.uint32(0xFFFFFFFF)
    for x in range(lead, n):
        c = table[np.uint32(ids[np.uint32(x)] + 1)]
        seen &= c
        out[np.uint32(x)] = c
    if seen >= all_plain and opacity >= 256:
        return
    hatched = np.uint32(0)
    for x in range(lead, n):
        c = out[np.uint32(x)]
        code = c >> np.uint32(24)
        hatched |= np.uint32(code != 0) & np.uint32(code != 255)
        out[np.uint32(x)] = base[np.uint32(x)] if code == 0 else c
    if opacity < 256:
        for x in range(lead, n):
            c, under = out[np.uint32(x)], base[np.uint32(x)]
            shown = mix(under, c, opacity) & np.uint32(0xFFFFFF)
            inside = ids[np.uint32(x)] >= 0
            out[np.uint32(x)] = np.uint32(c & all_plain) | shown if inside else under
    if hatched:
        period = hatch.shape[1]
        at = np.uint32(phase)
        for x in range(np.uint32(lead), np.uint32(n)):
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
    lead: int,
    phase: int,
) -> None:
    for x in range(np.uint32(lead), np.uint32(len(out))):
        if lock[x] and ids[x] >= 0:
            code = table[np.uint32(ids[x] + 1)] >> np.uint32(24)
            if code != 0xFF and code & np.uint32(0x40):
                at = np.uint32((phase + x - lead) % len(hatch))
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
    lead = job.column & 7  # rows start on a word, so that empty planes are skipped 8 pixels a time
    a0 = job.column - lead
    period = inks.hatch.shape[1]
    phase = (kx + job.left) % period
    n = lead + job.right - job.left
    w0, w1 = a0 >> 3, (a0 + n + 7) >> 3
    for y in range(job.bottom - job.top):
        q = job.row + y
        out = planes.rgb[q, a0 : a0 + n]
        ids = planes.ids[q, a0 : a0 + n]
        hatch = inks.hatch[:, (job.top + y - ky) % period]
        base = planes.base[q, a0 : a0 + n]
        _fills(out, ids, base, table, hatch, inks.hatch_ink, lead, phase, opacity)
        if use & 4:
            words = planes.water[q].view(np.uint64)[w0:w1]
            _over(out, planes.water[q, a0 : a0 + n], words, lead, inks.water, inks.water_alpha)
        words = planes.thin[q].view(np.uint64)[w0:w1]
        thin = planes.thin[q, a0 : a0 + n]
        _over_thin(out, thin, words, lead, inks.line, inks.line_alpha, inks.coast)
        if use & 1:
            lock = planes.lock[q, a0 : a0 + n]
            _locked_band(out, ids, lock, table, hatch[3], inks.lock, lead, phase)
        words = planes.bold[q].view(np.uint64)[w0:w1]
        _over(out, planes.bold[q, a0 : a0 + n], words, lead, inks.bold, inks.bold_alpha)
        if use & 2:
            words = planes.mark[q].view(np.uint64)[w0:w1]
            _over(out, planes.mark[q, a0 : a0 + n], words, lead, inks.mark, inks.mark_alpha)


@kernel
def land_and_sea(ids: Int32s, base: Colours, land: np.uint32, sea: np.uint32, job: Job) -> None:
    """Colour the base picture by whether a land polygon owns the pixel."""
    n = job.right - job.left
    for y in range(job.row, job.row + job.bottom - job.top):
        own, to = ids[y, job.column : job.column + n], base[y, job.column : job.column + n]
        for x in range(n):
            to[x] = land if own[x] >= 0 else sea


@kernel
def water_mask(ids: Int32s, water: Bytes, keep: Bools, job: Job) -> None:
    """Cover the pixels of the lakes that `keep` (n_lakes,) lists; empties the others."""
    n = job.right - job.left
    for y in range(job.row, job.row + job.bottom - job.top):
        own, to = ids[y, job.column : job.column + n], water[y, job.column : job.column + n]
        for x in range(n):
            to[x] = 255 if own[x] >= 0 and keep[own[x]] else 0


@kernel
def ink_base(coverage: Bytes, base: Colours, ink: np.uint32, job: Job) -> None:
    """Draw lines of the base map (coast, country borders) into the base picture; empties them."""
    n = job.right - job.left
    for y in range(job.row, job.row + job.bottom - job.top):
        own = coverage[y, job.column : job.column + n]
        to = base[y, job.column : job.column + n]
        for x in range(n):
            if own[x]:
                to[x] = mix(to[x], ink, np.uint32(own[x]) * np.uint32(2))
                own[x] = 0


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

"""What the card at the pointer says: what a gesture would do, before -> after, and would break."""

from __future__ import annotations

import math
from dataclasses import dataclass

from terradesk import i18n, measures
from terradesk.i18n import _, ngettext
from terradesk.measures import WhatIf
from terradesk.plan import UNASSIGNED, AlignmentView
from terradesk.records import Override

from ..document_model import Tentative
from .layer import tone

MOST_LINES = 5
_MOST_SOURCES, _MOST_FIGURES = 2, 3
_LONGEST_LINE = 48  # letters


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the card.

    Parameters
    ----------
    text : str
        Bold in the title, dim or a warning elsewhere; a name when ``after`` is given.
    target : str
        Name of the target, in the title.
    colour : int
        Palette index of the target, -1 for none.
    before, after : str
        Figures.
    before_role, after_role : str
        Colour roles; "ok" has a tick, "over" and "under" a triangle.
    is_warning : bool
    """

    text: str
    target: str = ""
    colour: int = -1
    before: str = ""
    after: str = ""
    before_role: str = "text2"
    after_role: str = "ok"
    is_warning: bool = False


def lines_of(view: AlignmentView, tentative: Tentative, is_patient: bool = False) -> list[Line]:
    """What the card says, in at most `MOST_LINES` lines.

    Parameters
    ----------
    view : AlignmentView
        As it is.
    tentative : Tentative
        As it would be.
    is_patient : bool
        Whether to say what it would break even where that takes long to find out.
    """
    effect = tentative.effect
    if effect is None:
        return []
    out = [_title(view, tentative, effect)]
    warned = measures.warnings(view, effect) if is_patient or effect.is_quick else []
    shown, n_more = _shown(tentative, effect, bool(warned))
    out += [line for t in shown if (line := _figures(view, effect, t)) is not None]
    changes, differs = _changes(view, tentative, effect, n_more), _differs(effect)
    room = MOST_LINES - len(out) - min(1, len(warned))
    if changes and room:
        out.append(Line(changes))
        room -= 1
    n_warned = min(len(warned), 1 + room) if warned else 0
    room -= max(0, n_warned - 1)
    if differs is not None and room:
        out.append(differs)
    return out + [Line(text, is_warning=True) for text in _fitting(warned, n_warned)]


def _fitting(texts: list[str], n: int) -> list[str]:
    """The first of some texts; those left out go behind the last one, or are counted there."""
    left = texts[n:]
    if not n or not left:
        return texts[:n]
    text = ngettext("{n} more warning", "{n} more warnings", len(left))
    more = text.format(n=i18n.number(len(left)))
    whole = "; ".join([texts[n - 1], *left])
    last = whole if len(whole) <= _LONGEST_LINE else f"{texts[n - 1]}; {more}"
    return [*texts[: n - 1], last]


def _title(view: AlignmentView, tentative: Tentative, effect: WhatIf) -> Line:
    n, plan = len(tentative.unit_rows), view.plan
    what = f"{i18n.number(n)} {plan.noun(n)}"
    if not n:
        n = len(tentative.account_rows)
        what = ngettext("{n} account", "{n} accounts", n).format(n=i18n.number(n))
    m = len(effect.gaining)
    if m > 1:
        text = ngettext("{n} territory", "{n} territories", m)
        return Line(what, text.format(n=i18n.number(m)))
    target = tentative.target
    made = next((t for t in effect.made if t.id == target), None)
    node = made or view.territories.get(target)
    return Line(what, node.name if node else _("Unassigned"), node.colour if node else -1)


def _shown(tentative: Tentative, effect: WhatIf, is_warned: bool) -> tuple[list[int], int]:
    """Territories that have a line, and how many sources have none; a warning takes one's place."""
    targets = [t for t in effect.gaining if t not in effect.losing]
    targets.sort(key=lambda t: t != tentative.target)
    sources = [t for t in effect.losing if t not in targets]
    is_short = len(targets) > 1 or (is_warned and len(sources) > _MOST_SOURCES)
    shown = sources[: 1 if is_short else _MOST_SOURCES]
    n_more = len(sources) - len(shown)
    n_figures = _MOST_FIGURES - (is_warned and n_more > 0)
    return [*shown, *targets[: n_figures - len(shown)]], n_more


def _figures(view: AlignmentView, effect: WhatIf, territory: int) -> Line | None:
    after = effect.after
    if after is None or not after.n_territories:
        return None
    if territory == UNASSIGNED:
        pair = [
            _("none") if one.unassigned == 0
            else measures.format_value(view.plan, one.measure, one.unassigned, True)
            for one in (effect.before or after, after)
        ]  # fmt: skip
        return Line(_("Unassigned"), before=pair[0], after=pair[1], after_role="text")
    now, then = effect.deviations(territory)
    texts = i18n.deviations(now, then, after.tolerance)
    made = next((t.name for t in effect.made if t.id == territory), "")
    role = tone(now, after.tolerance)
    return Line(
        view.name_of(territory) or made,
        before=texts[0],
        after=texts[1],
        before_role="text2" if role == "label" else role,
        after_role=_after_role(then, after.tolerance),
    )


def _after_role(deviation: float, tolerance: float) -> str:
    if not math.isfinite(deviation):
        return "text"
    role = tone(deviation, tolerance)
    return "ok" if role == "label" else role


def _changes(view: AlignmentView, tentative: Tentative, effect: WhatIf, n_more: int) -> str:
    """Accounts and money that change hands, and how many territories are not listed."""
    said = []
    if n_more > 0:
        said.append(_("and {n} more").format(n=i18n.number(n_more)))
    if len(tentative.unit_rows):
        said += _hands(view, effect)
    elif any(isinstance(record.after, Override) for record in effect.edit.records):
        text = ngettext(
            "Becomes a named account: it stays when {noun} move",
            "Become named accounts: they stay when {noun} move",
            len(tentative.account_rows),
        )
        said.append(text.format(noun=view.plan.noun(2)))
    else:
        said.append(
            _("No named accounts any more: they follow their {noun}").format(noun=view.plan.noun(2))
        )
    if effect.n_named:
        n = effect.n_named
        text = ngettext("{n} named account stays", "{n} named accounts stay", n)
        said.append(text.format(n=i18n.number(n)))
    return "; ".join(said)


def _hands(view: AlignmentView, effect: WhatIf) -> list[str]:
    moved, standing = effect.moved, measures.standing_of(view)
    said, n = [], moved.accounts
    if n:
        said.append(ngettext("{n} account", "{n} accounts", n).format(n=i18n.number(n)))
    money = next((m for m in standing.choices if m.format == "money"), None)
    told = money if n else standing.measure
    if told is not None and told.source in ("units", "accounts") and moved.amounts.get(told.uid):
        said.append(measures.amount(view.plan, told, moved.amounts[told.uid]))
    if not said:
        return []
    text = ngettext("{what} changes hands", "{what} change hands", n or 1)
    return [text.format(what=", ".join(said))]


def _differs(effect: WhatIf) -> Line | None:
    """What differs from the baseline, with everything drawn so far."""
    if effect.changed is None:
        return None
    before, after = (i18n.percent(share, 0, False) for share in effect.changed)
    if before == after:
        before, after = (i18n.percent(share, 1, False) for share in effect.changed)
    if before == after:
        return None
    return Line(_("Differs from baseline"), before=before, after=after, after_role="text")

"""What an edit would break, in words."""

from __future__ import annotations

from terradesk import i18n
from terradesk.i18n import _, ngettext
from terradesk.measures.whatif import Pocket, WhatIf
from terradesk.plan import UNASSIGNED, AlignmentView

_LONGEST = 28  # letters of a name inside a sentence


def warnings(view: AlignmentView, found: WhatIf) -> list[str]:
    """What an edit would break, the most pressing first.

    Territories that fall apart, enclosed gaps that are made, territories left empty, and what
    stays because it is locked; tolerance is told by the figures themselves.

    Parameters
    ----------
    view : AlignmentView
        As it is.
    found : WhatIf

    Returns
    -------
    list of str
        Short clauses that begin with a small letter or a name.
    """
    out = [_split(view, found)] if found.splits else []
    out += [_pocket(view, found, pocket) for pocket in found.shapes.pockets]
    for territory in found.emptied:
        out.append(_("{name} is left empty").format(name=_name(view, found, territory)))
    if found.n_locked:
        out.append(locked(view, found.n_locked, not found.edit.changes))
    return out


def locked(view: AlignmentView, n: int, are_accounts: bool = False) -> str:
    """As in "2 locked counties stay"."""
    if are_accounts:
        text = ngettext("{n} locked account stays", "{n} locked accounts stay", n)
        return text.format(n=i18n.number(n))
    text = ngettext("{n} locked {noun} stays", "{n} locked {noun} stay", n)
    return text.format(n=i18n.number(n), noun=view.plan.noun(n))


def _split(view: AlignmentView, found: WhatIf) -> str:
    pairs = [
        _("{name} in {n}").format(name=_name(view, found, t), n=i18n.number(now))
        for t, _was, now in found.splits
    ]
    if len(pairs) > 2:
        n = len(pairs) - 1
        name = _name(view, found, found.splits[0][0])
        text = ngettext("splits {name} and {n} other", "splits {name} and {n} others", n)
        return text.format(name=name, n=i18n.number(n))
    if len(pairs) == 2:
        return _("splits {first} and {next}").format(first=pairs[0], next=pairs[1])
    return _("splits {what}").format(what=pairs[0])


def _pocket(view: AlignmentView, found: WhatIf, pocket: Pocket) -> str:
    n = pocket.n_units
    fields = {"n": i18n.number(n), "noun": view.plan.noun(n)}
    if pocket.owner is None:
        what = _("{n} {noun}").format(**fields)
    elif pocket.owner == UNASSIGNED:
        what = ngettext("{n} unassigned {noun}", "{n} unassigned {noun}", n).format(**fields)
    else:
        owner = _name(view, found, pocket.owner)
        what = _("{n} {noun} of {owner}").format(**fields, owner=owner)
    name = _name(view, found, pocket.territory)
    return _("{name} encloses {what}").format(name=name, what=what)


def _name(view: AlignmentView, found: WhatIf, territory: int) -> str:
    name = view.name_of(territory)
    name = name or next((t.name for t in found.made if t.id == territory), "")
    name = i18n.shortened(name, _LONGEST)
    return i18n.isolate(name) if i18n.language() == "fa" else name

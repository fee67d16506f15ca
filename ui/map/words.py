"""An area in words: for the status bar and for screen readers."""

from __future__ import annotations

from terradesk import i18n, measures
from terradesk.i18n import _
from terradesk.measures.sums import ACCOUNT_SOURCES, unit_sums, unit_values

from ..document_model import DocumentModel


def unit_text(model: DocumentModel, row: int) -> str:
    """Name, code, territory and value of an area."""
    plan, view = model.plan, model.view
    name, code = str(plan.units.names[row]), str(plan.units.codes[row])
    state = plan.units.columns.get("state")
    if state is not None and state.dtype == object and state[row] and "," not in name:
        name = f"{name}, {state[row]}"
    named = f"{name} ({i18n.isolate(code)})" if name and code and code != name else name or code
    territory = int(view.assignment[row])
    parts = [named, _territory_text(model, row, territory)]
    if view.locked_units[row]:
        parts.append(_("locked"))
    measure = measures.balance_measure(plan)
    if measure is not None:
        from_accounts = measure.source in ACCOUNT_SOURCES
        values = (
            unit_sums(plan, view.side, measure).units
            if from_accounts
            else unit_values(plan, measure)
        )
        value = float(values[row])
        parts.append(f"{measure.name} {measures.format_value(plan, measure, value)}")
    return " · ".join(parts)


def _territory_text(model: DocumentModel, row: int, territory: int) -> str:
    """Territory of an area, and the one that is proposed for it."""
    now = model.view.name_of(territory) or _("unassigned")
    proposal = model.proposal if model.shows_proposal else None
    if proposal is None:
        return now
    after = proposal.plan.alignment(model.alignment)
    then = after.name_of(int(after.assignment[row])) or _("unassigned")
    return now if then == now else i18n.isolate(f"{now} → {then}")

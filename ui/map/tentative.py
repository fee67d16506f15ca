"""From what a tool previews to the plan as it would be."""

from __future__ import annotations

from terradesk.edits import Edit, apply
from terradesk.records import Territory
from ui.tools import NEW, Preview

from ..document_model import DocumentModel, Tentative


def tentative(model: DocumentModel, preview: Preview) -> Tentative | None:
    """The plan as it would be after a preview; None when nothing would change."""
    edit = preview.assigned.edit if preview.assigned is not None else None
    if edit is None or preview.target is None:
        return None
    target = preview.target
    made = made_territory(edit)
    if target == NEW and made is not None:
        target = made.id
    plan = apply(model.plan, edit)
    accounts = preview.account_rows if not len(preview.unit_rows) else preview.account_rows[:0]
    done = preview.assigned
    stays = (done.n_locked, done.n_named) if done is not None else (0, 0)
    return Tentative(edit, plan, preview.unit_rows, accounts, target, *stays)


def made_territory(edit: Edit) -> Territory | None:
    """The territory that an edit makes, if it makes one."""
    for record in edit.records:
        if isinstance(record.after, Territory) and record.before is None:
            return record.after
    return None

"""The sheet of figures that territories and reps have reached per period."""

from __future__ import annotations

import numpy as np

from terradesk import records as rec
from terradesk.exporters.facts import Facts, texts


def actuals_columns(facts: Facts) -> dict[str, np.ndarray]:
    """Columns of the sheet: territories of this design and reps, by figure and period.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        Empty where nothing has been reached. Territories of other scenarios have no row.
    """
    names = {("territory", node.id): node.name for node in facts.view.territories.values()}
    names |= {("rep", rep.id): rep.name for rep in facts.plan.rows(rec.Rep)}
    order = {key: k for k, key in enumerate(names)}
    rows = [row for row in facts.plan.rows(rec.Actual) if (row.kind, row.ref) in names]
    if not rows:
        return {}
    rows.sort(key=lambda row: (order[row.kind, row.ref], row.name, row.period))
    return {
        "Kind": texts([row.kind for row in rows]),
        "ID": texts([str(row.ref) for row in rows]),
        "Name": texts([names[row.kind, row.ref] for row in rows]),
        "Figure": texts([row.name for row in rows]),
        "Period": texts([row.period for row in rows]),
        "Value": np.array([row.value for row in rows], float),
    }

"""Which measures a plan has, and the one it is balanced by until somebody chooses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from terradesk import records as rec
from terradesk.i18n import _
from terradesk.plan import Plan

_REVENUE = (
    r"sales?|revenues?|turnover|spend(ing)?|billings?|bookings?|invoiced|gmv|[am]rr|[at]cv|amounts?"
    r"|försäljning|omsättning|intäkt(er)?|ventes?|recettes?|chiffres?|sprzedaż|przych(ó|o)d(y)?"
    r"|obr(ó|o)t(y)?|umsatz|erlöse?|ventas|ingresos|facturaci(ó|o)n|fatturato|vendite|omzet"
    r"|faturamento|receita|vendas|فروش|درآمد"
)
_NOT_REVENUE = (
    r"rep|reps|person|people|man|manager|team|force|region|district|territory|office|id|code|count"
    r"|number|no|rate|growth|share|pct|percent|avg|average|mean|median|per|rank|date|year|stage"
    r"|potential|target|goal|quota|budget|plan|forecast|tax|cost|costs|discount|channel"
)
_POPULATION = (
    r"pop|population|popul|inhabitants?|residents?|people|befolkning|folkmängd|invånare|habitants?"
    r"|ludność|ludnosc|mieszkańcy|einwohner|bevölkerung|población|poblacion|habitantes|جمعیت"
)


def is_revenue_like(name: str) -> bool:
    """Whether a column's name says that it holds money earned, in the languages of the program."""
    words = _words(name)
    return _has(words, _REVENUE) and not _has(words, _NOT_REVENUE) and "%" not in name


def is_population_like(name: str) -> bool:
    """Whether a column's name says that it counts inhabitants."""
    words = _words(name)
    return _has(words, _POPULATION) and not _has(words, _NOT_REVENUE + "|density|area")


def _words(name: str) -> list[str]:
    """Words of a column name, also of ``NetSales`` and ``POP2020``."""
    parted = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=[^\W\d_])(?=\d)", " ", name)
    return re.findall(r"[^\W_]+", parted.lower())


def _has(words: list[str], pattern: str) -> bool:
    return any(re.fullmatch(pattern, word) for word in words)


def choices(plan: Plan) -> list[rec.Measure]:
    """Measures a plan can be balanced or coloured by: its own, then counts and area not among them.

    Those that no row of the plan stands for have their source as uid and id 0.
    """
    own = plan.rows(rec.Measure)
    sources = {m.source for m in own}
    return own + [m for m in _built_in(plan) if m.source not in sources]


def _built_in(plan: Plan) -> Iterator[rec.Measure]:
    if plan.accounts_present.any():
        yield rec.Measure("n_accounts", 0, name=_("Number of accounts"), source="n_accounts")
    if plan.units_present.any():
        name = _("Number of {noun}").format(noun=plan.noun(2))
        yield rec.Measure("n_units", 0, name=name, source="n_units")
    if plan.arcs is not None and plan.units.geometry_kind != "point":
        yield rec.Measure("area", 0, name=_("Surface area"), source="area", format="area")


def measure_of(plan: Plan, uid: str) -> rec.Measure | None:
    """The measure with a uid, also one of those `choices` adds; None if there is none."""
    return next((m for m in choices(plan) if m.uid == uid), None)


def balance_measure(plan: Plan) -> rec.Measure | None:
    """The measure the plan is balanced by: the chosen one, else `default_measure`."""
    return measure_of(plan, plan.setting("balance_measure")) or default_measure(plan)


def default_measure(plan: Plan) -> rec.Measure | None:
    """What a plan is balanced by until somebody chooses; None for a plan without anything.

    A revenue-like column of the accounts; else the number of accounts; else population; else the
    number of units; never area.
    """
    found = choices(plan)
    by_source = {m.source: m for m in reversed(found)}
    if "n_accounts" in by_source and plan.accounts_present.any():
        money = (m for m in found if m.source == "accounts" and _is_money(m))
        return next(money, by_source["n_accounts"])
    people = (m for m in found if m.source == "units" and _is_people(m))
    return next(people, by_source.get("n_units"))


def _is_money(measure: rec.Measure) -> bool:
    return is_revenue_like(measure.name) or is_revenue_like(measure.column)


def _is_people(measure: rec.Measure) -> bool:
    return is_population_like(measure.name) or is_population_like(measure.column)

"""Measures of a plan: their list, formulas, figures shared out and rolled up, currencies."""

from .formula_page import FormulaPage
from .measure_list import MeasureList
from .rates_page import RatesPage
from .sharing_page import RollUpPage, ShareOutPage

__all__ = ["FormulaPage", "MeasureList", "RatesPage", "RollUpPage", "ShareOutPage"]

"""Rows of a bought list and accounts or areas of a plan that are the same: by id, domain, name."""

from terradesk.importing.matching.domains import domain_of, domains
from terradesk.importing.matching.keys import rows_by_key
from terradesk.importing.matching.names import normalised
from terradesk.importing.matching.pairs import Found, Side, find

__all__ = ["Found", "Side", "domain_of", "domains", "find", "normalised", "rows_by_key"]

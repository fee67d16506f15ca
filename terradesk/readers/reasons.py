"""What happened to a row, by the kind of an issue: the outcome and a reason for one row."""

from __future__ import annotations

from terradesk.i18n import N_, _

OUTCOMES = {
    "": N_("Taken"),
    "repaired": N_("Taken, put right"),
    "unplaced": N_("Taken, without a place"),
    "grouped": N_("Joined to another row"),
    "rejected": N_("Left out"),
    "skipped": N_("Not a row of the table"),
}
"""What may become of a row that has something to tell, with the words for it."""

_KINDS: dict[str, tuple[str, str]] = {
    "too_long": ("rejected", N_("More cells than the header")),
    "too_short": ("repaired", N_("Fewer cells than the header: the missing ones are empty")),
    "above": ("skipped", N_("Above the names of the columns: taken for a title")),
    "header_again": ("rejected", N_("The header again")),
    "total": ("rejected", N_("A total, not a row")),
    "maybe_total": ("", N_("Looks like a total")),
    "quote": ("repaired", N_("A quotation mark that is never closed was taken as it stands")),
    "merged": ("repaired", N_("Cells merged with those above were filled")),
    "mojibake": ("", N_("Letters that were encoded twice")),
    "mixed": ("repaired", N_("In another encoding than most of the file")),
    "undecodable": ("", N_("Some characters could not be read")),
    "lossy": ("", N_("A long number that a spreadsheet has rounded")),
    "no_key": ("rejected", N_("Nothing in the columns that tell accounts apart")),
    "not_a_number": ("", N_("No number where one is expected: left empty")),
    "zip": ("repaired", N_("ZIP code put right")),
    "near": ("repaired", N_("Just outside the map: went to the nearest area")),
    "place_name": ("", N_("Placed in the middle of its town")),
    "bad_coordinates": ("unplaced", N_("Coordinates are not on the Earth, or 0, 0")),
    "unplaced": ("unplaced", N_("No place found")),
    "outside": ("", N_("Outside all areas of the map")),
    "known": ("", N_("Account number is in the plan already")),
    "not_area": ("rejected", N_("No area")),
    "no_shape": ("", N_("No shape")),
    "broken_line": ("rejected", N_("A damaged line")),
    "no_code": ("rejected", N_("No code")),
}


def outcome(kind: str) -> str:
    """What becomes of rows with an issue of some kind, a key of `OUTCOMES`."""
    return _KINDS.get(kind, ("", ""))[0]


def reason(kind: str) -> str:
    """Why, for one row, translated; empty when the kind is not known."""
    said = _KINDS.get(kind, ("", ""))[1]
    return _(said) if said else ""

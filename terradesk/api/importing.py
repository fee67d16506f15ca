"""Files into an open plan, for scripts and the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.importing import Choices, Option, Prepared, Reading, Source, read_source, remembering
from terradesk.progress import Progress, part, silent

if TYPE_CHECKING:
    from terradesk.api.open_plan import OpenPlan
    from terradesk.importing.kind import Kind
    from terradesk.readers.report import ImportReport

_YES = ("yes", "true", "on", "1")
_NO = ("no", "false", "off", "0")

Value = bool | str | int | float


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """What an import did, or would do.

    Parameters
    ----------
    kind : Kind
        It was taken as.
    others : tuple of Kind
        The file could have been too, the likeliest first.
    source : Source
        The file as it was read.
    prepared : Prepared
        Sentence, counts, differences, report.
    text : str
        The step as the history tells it; empty when nothing was changed.
    note : str
        What is told beside it.
    imported : str
        When, ISO; empty when nothing was changed.
    remembered : date or None
        When the choices were made that were taken over from the last file with this header.
    choices : Choices
        What was said or taken over.
    roles : mapping of str to str
        What each column was taken for.
    options : tuple of Option
        What may be chosen beside the columns.
    """

    kind: Kind
    others: tuple[Kind, ...]
    source: Source
    prepared: Prepared
    text: str = ""
    note: str = ""
    imported: str = ""
    remembered: dt.date | None = None
    choices: Choices = field(default_factory=Choices)
    roles: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()

    @property
    def report(self) -> ImportReport:
        """Every row of the file accounted for."""
        return self.prepared.report

    def write_report(self, path: str | Path) -> Path:
        """Write the report, with the reason per row, as .xlsx or .csv.

        Raises
        ------
        TerraDeskError
            The suffix is another one, or the file cannot be written.
        """
        from terradesk.exporters.import_report import write_report

        return write_report(self.report, path, self.source.name, self.imported)


def import_file(
    opened: OpenPlan,
    path: str | Path,
    *,
    kind: str = "",
    roles: Mapping[str, str] | None = None,
    options: Mapping[str, Value] | None = None,
    reading: Reading | None = None,
    left_out: Iterable[str] = (),
    picked: Mapping[str, str] | None = None,
    dry_run: bool = False,
    remember: bool = True,
    progress: Progress = silent,
) -> Imported:
    """Bring a file into an open plan; see `OpenPlan.import_file`."""
    source = read_source(path, reading, part(progress, 0.0, 0.3))
    found, others = _kind(source, opened, kind)
    day = None
    if remember:
        source, day = remembering.read_as_remembered(source, found, part(progress, 0.3, 0.4))
    choices = Choices(
        roles=_checked_roles(found, source, roles or {}),
        left_out=frozenset(left_out),
        picked=dict(picked or {}),
        reading=source.reading,
    )
    if remember:
        choices = remembering.with_remembered(choices, found, source, opened.plan)
    known = found.options(source, opened.plan, choices)
    choices = replace(choices, options={**choices.options, **checked_options(known, options or {})})
    prepared = found.prepare(
        source, opened.plan, choices, opened.alignment, part(progress, 0.4, 1.0)
    )
    if prepared.incoming is None and prepared.plan is not None:
        raise TerraDeskError(
            _("This makes a new plan and cannot go into an open one."),
            _("Make the new plan with the command new, or choose another kind."),
        )
    looked = Imported(
        *(found, others, source, prepared),
        remembered=day,
        choices=choices,
        roles=_said_roles(found, source, opened, choices),
        options=tuple(known),
    )
    if dry_run:
        return looked
    if prepared.incoming is None:  # postcodes are kept beside all plans
        return replace(looked, note=prepared.after(opened.plan) if prepared.after else "")
    step = opened.document.bring(prepared.incoming)
    if prepared.incoming.edit.alignment in opened.plan.assignments:
        opened.use_alignment(prepared.incoming.edit.alignment)
    opened.reports.append(prepared.report)
    note = prepared.after(opened.plan) if prepared.after else ""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return replace(looked, text=step.text, note=note, imported=now)


def _said_roles(kind: Kind, source: Source, opened: OpenPlan, choices: Choices) -> dict[str, str]:
    from terradesk.importing.roles import chosen

    return chosen(kind, source, opened.plan, choices)


def _kind(source: Source, opened: OpenPlan, wanted: str) -> tuple[Kind, tuple[Kind, ...]]:
    """The kind that was asked for, else the likeliest, and the others that it may be."""
    from terradesk.importing.kinds import kind_of, kinds, ranked

    fitting = [kind for kind, _score in ranked(source, opened.plan)]
    if wanted:
        named = kind_of(wanted)
        if named is None:
            raise unknown(wanted, [kind.key for kind in kinds()])
        return named, tuple(kind for kind in fitting if kind is not named)
    if not fitting:
        raise TerraDeskError(
            _("“{name}” does not look like anything this plan can take.").format(
                name=isolate(source.name)
            ),
            _("Say what it is; there are: {names}.").format(
                names=", ".join(kind.key for kind in kinds())
            ),
        )
    return fitting[0], tuple(fitting[1:])


def _checked_roles(kind: Kind, source: Source, roles: Mapping[str, str]) -> dict[str, str]:
    for column, role in roles.items():
        if column not in source.rows.columns:
            raise TerraDeskError(
                _("The table has no column “{name}”.").format(name=isolate(column)),
                _("Its columns are: {names}").format(names=", ".join(source.rows.columns)),
            )
        if role not in kind.roles:
            raise TerraDeskError(
                _("“{role}” is no meaning of a column.").format(role=isolate(role)),
                _("There are: {names}.").format(names=", ".join(kind.roles)),
            )
    return dict(roles)


def checked_options(
    options: Sequence[Option], values: Mapping[str, Value]
) -> dict[str, bool | str | int | float]:
    """Values of options, texts read as what the option wants.

    Raises
    ------
    TerraDeskError
        There is no such option, or it cannot have that value.
    """
    known = {one.key: one for one in options}
    out: dict[str, bool | str | int | float] = {}
    for key, value in values.items():
        if key not in known:
            raise unknown(key, list(known))
        out[key] = _value(known[key], value)
    return out


def _value(option: Option, value: Value) -> bool | str | int | float:
    allowed = [one for one, _text in option.choices]
    if allowed:
        if value not in allowed:
            raise unknown(str(value), [one for one in allowed if one])
        return value
    if isinstance(option.default, bool):
        text = str(value).strip().casefold()
        if text not in (*_YES, *_NO):
            raise unknown(str(value), ["yes", "no"])
        return text in _YES
    if isinstance(option.default, int | float):
        try:
            return float(value)
        except ValueError:
            raise TerraDeskError(
                _("“{value}” is no number.").format(value=isolate(str(value))),
                _("Write {key} as a number such as {example}.").format(
                    key=option.key, example=option.default
                ),
            ) from None
    return str(value)


def unknown(name: str, known: Sequence[str]) -> TerraDeskError:
    """What to say about a name that means nothing here."""
    return TerraDeskError(
        _("There is no “{name}”.").format(name=isolate(name)),
        _("Known are: {names}").format(names=", ".join(isolate(one) for one in known) or "–"),
    )

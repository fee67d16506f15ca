"""The command import: a file of any kind into a plan."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from terradesk import api
from terradesk.cli.kinds_of_import import ListKinds, say_chosen
from terradesk.cli.saying import add_scenario, say, tell
from terradesk.i18n import _, date, number
from terradesk.progress import Progress

__all__ = ["add_import_command"]

_MOST_ITEMS = 20


def add_import_command(commands: Any) -> None:
    """Add ``import`` to the commands."""
    command = commands.add_parser(
        "import", help=_("bring a file into a plan: customers, figures, territories, reps, areas")
    )
    command.set_defaults(run=_import)
    add = command.add_argument
    add("plan", metavar="PLAN", type=Path)
    add("file", metavar="FILE", type=Path, help=_("CSV, Excel or a map file"))
    add(
        "--as",
        dest="kind",
        metavar="KIND",
        default="",
        help=_("what it is: {kinds}; else the likeliest").format(kinds=", ".join(_kinds())),
    )
    add(
        "--map",
        dest="roles",
        metavar="ROLE=COLUMN",
        type=_pair,
        action="append",
        default=[],
        help=_("what a column means, see --list-kinds; may be given several times"),
    )
    add(
        "--option",
        dest="options",
        metavar="KEY=VALUE",
        type=_pair,
        action="append",
        default=[],
        help=_("a choice of that kind, see --dry-run; may be given several times"),
    )
    add("--sheet", metavar="NAME", default="", help=_("sheet of a workbook"))
    add("--layer", metavar="NAME", default="", help=_("layer of a map file"))
    add("--encoding", metavar="NAME", default="", help=_("of a text file, such as cp1252"))
    add("--delimiter", metavar="SIGN", default="", help=_("between the cells of a text file"))
    add(
        "--decimal",
        metavar="SIGN",
        choices=(".", ","),
        default="",
        help=_("decimal sign of its numbers: . or ,"),
    )
    add("--header", metavar="ROW", type=int, help=_("row with the names of the columns"))
    add("--dates", choices=("dmy", "mdy", "ymd"), default="", help=_("order of dates"))
    add("--crs", metavar="CODE", default="", help=_("coordinate system, such as EPSG:4326"))
    add("--report", metavar="FILE", type=Path, help=_("the reason per row, as .xlsx or .csv"))
    add(
        "--no-memory",
        action="store_true",
        help=_("take nothing over that was chosen for an earlier file with the same columns"),
    )
    add(
        "--dry-run",
        action="store_true",
        help=_("change nothing; say what columns were taken for, the options, the differences"),
    )
    add("--list-kinds", action=ListKinds, help=_("say what a file and its columns may be, and end"))
    add_scenario(command)


def _kinds() -> list[str]:
    from terradesk.importing.kinds import KINDS

    return [entry.partition(":")[0] for entry in KINDS]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(_("write it as NAME=VALUE"))
    return name.strip(), value.strip()


def _import(options: argparse.Namespace, progress: Progress) -> None:
    from terradesk.exporters.import_report import check_target
    from terradesk.importing import Reading

    reading = Reading(
        sheet=options.sheet,
        layer=options.layer,
        encoding=options.encoding,
        delimiter={"\\t": "\t", "tab": "\t"}.get(options.delimiter, options.delimiter),
        decimal=options.decimal,
        header=options.header,
        dates=options.dates,
        crs=options.crs,
    )
    if options.report is not None:
        check_target(options.report)  # before anything is changed
    with api.open(options.plan, options.scenario, read_only=options.dry_run) as opened:
        done = opened.import_file(
            options.file,
            kind=options.kind,
            roles={column: role for role, column in options.roles},
            options=dict(options.options),
            reading=reading,
            dry_run=options.dry_run,
            remember=not options.no_memory,
            progress=progress,
        )
        _say(done, options)
        if options.report is not None:
            say(_("Report: {path}").format(path=done.write_report(options.report)))


def _say(done: Any, options: argparse.Namespace) -> None:
    if not options.kind:
        text = _("Taken as: {title} ({key})").format(title=_(done.kind.title), key=done.kind.key)
        others = ", ".join(kind.key for kind in done.others)
        tell(text, _("It may also be: {kinds}").format(kinds=others) if others else "")
    if done.remembered is not None:
        tell(_("Columns as you chose them on {day}").format(day=date(done.remembered)))
    for issue in done.report.issues:
        tell(issue.message)
    say(done.prepared.sentence)
    for count in done.prepared.counts:
        if count.n:
            say(f"  {count.title}: {number(count.n)}")
    if options.dry_run:
        say_chosen(done.roles, done.options, done.choices.options)
        _say_items(done.prepared)
        say(_("Nothing was changed."))
        return
    is_news = bool(done.note) and done.note not in done.prepared.sentence
    if done.text or not is_news:
        say(done.text or _("Nothing to change."))
    if is_news:
        say(done.note)


def _say_items(prepared: Any) -> None:
    """The first differences of each group, as the page lists them."""
    for group, heading in prepared.groups:
        items = [item for item in prepared.items if item.group == group]
        if items:
            say(f"{heading}:")
        for item in items[:_MOST_ITEMS]:
            sides = " → ".join(text for text in (item.before, item.after) if text)
            say(f"  {item.title}: {sides}" if sides else f"  {item.title}")
        if len(items) > _MOST_ITEMS:
            say("  " + _("and {n} more").format(n=number(len(items) - _MOST_ITEMS)))

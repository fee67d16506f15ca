"""What an open plan takes from files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from terradesk.api.making import accounts_of
from terradesk.document import Document
from terradesk.progress import Progress, part, silent

if TYPE_CHECKING:
    from pandas import DataFrame

    from terradesk.api.importing import Imported
    from terradesk.api.open_plan import OpenPlan
    from terradesk.importing import Reading
    from terradesk.readers import ImportReport


class TakesFiles:
    """The part of an open plan that brings files into it."""

    document: Document
    reports: list[ImportReport]

    def add_accounts(
        self,
        accounts: str | Path | DataFrame,
        *,
        sheet: str | None = None,
        roles: Mapping[str, str] | None = None,
        group_by: Sequence[str] | None = None,
        progress: Progress = silent,
    ) -> ImportReport:
        """Add accounts from a spreadsheet, a CSV file or a DataFrame.

        Parameters
        ----------
        accounts : str, Path or DataFrame
        sheet : str, optional
            Of a workbook.
        roles : mapping of str to str, optional
            What columns mean (`terradesk.readers.ROLES`) where the guess is wrong.
        group_by : sequence of str, optional
            Columns that tell accounts apart; guessed unless given, () for one account per row.

        Raises
        ------
        TerraDeskError
            If the table cannot be read or used; the plan is then as it was.
        """
        made, source = accounts_of(
            accounts, self.document.plan, sheet, roles, group_by, part(progress, 0.0, 0.9)
        )
        made.add_to(self.document, source)
        self.reports.append(made.report)
        return made.report

    def import_file(
        self,
        path: str | Path,
        *,
        kind: str = "",
        roles: Mapping[str, str] | None = None,
        options: Mapping[str, bool | str | int | float] | None = None,
        reading: Reading | None = None,
        left_out: Iterable[str] = (),
        picked: Mapping[str, str] | None = None,
        dry_run: bool = False,
        remember: bool = True,
        progress: Progress = silent,
    ) -> Imported:
        """Bring a file of any kind into the plan, as one step.

        Parameters
        ----------
        path : str or Path
        kind : str
            A key of `terradesk.importing.kinds`: accounts, update, figures, alignment, drawn,
            owners, reps, actuals ...; by default the likeliest.
        roles : mapping of str to str, optional
            What columns mean where the guess is wrong; keys of the kind's ``roles``.
        options : mapping, optional
            Values of the kind's options, by their keys.
        reading : Reading, optional
            How the file is read where what is found by itself is wrong.
        left_out : iterable of str
            Keys of differences (``Prepared.items``) that are not taken.
        picked : mapping of str to str, optional
            Candidate taken instead of the first, by the key of the difference.
        dry_run : bool
            Only look: ``Imported.prepared`` says what would come of it.
        remember : bool
            Whether choices made on the import page for the last file with this header are taken
            over; what is said here wins. The file is taken as recognised without.
        progress : Progress

        Returns
        -------
        Imported

        Raises
        ------
        TerraDeskError
            The file cannot be read or imported like this; the plan is then as it was.
        """
        from terradesk.api.importing import import_file

        return import_file(
            cast("OpenPlan", self),
            path,
            kind=kind,
            roles=roles,
            options=options,
            reading=reading,
            left_out=left_out,
            picked=picked,
            dry_run=dry_run,
            remember=remember,
            progress=progress,
        )

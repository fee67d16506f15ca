"""Workbooks written by hand, byte for byte the same whenever they are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from tests.data.cases.case import zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True)
class Formula:
    """A formula with the value that was last worked out, if any."""

    text: str
    value: float | str | None


@dataclass(frozen=True)
class Date:
    """A day as its number."""

    serial: float


@dataclass(frozen=True)
class Error:
    """A cell that shows an error."""

    code: str


Cell = str | float | bool | None | Formula | Date | Error


@dataclass(frozen=True)
class Sheet:
    """A sheet.

    Parameters
    ----------
    name : str
    rows : sequence of sequences of cells
    state : {"visible", "hidden", "veryHidden"}
    merged : sequence of str
        Ranges of merged cells.
    at : (int, int)
        Row and column, from 0, of the first cell.
    dimension : str
        What the sheet says its extent were.
    hidden_rows : sequence of int
        From 0, within ``rows``.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    state: str = "visible"
    merged: Sequence[str] = ()
    at: tuple[int, int] = (0, 0)
    dimension: str = ""
    hidden_rows: Sequence[int] = ()


def place(row: int, column: int) -> str:
    """A1 of row and column from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _cell(where: str, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return f'<c r="{where}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, Formula):
        value = "" if cell.value is None else f"<v>{escape(str(cell.value))}</v>"
        kind = ' t="str"' if isinstance(cell.value, str) else ""
        return f'<c r="{where}"{kind}><f>{escape(cell.text)}</f>{value}</c>'
    if isinstance(cell, Date):
        return f'<c r="{where}" s="1"><v>{cell.serial!r}</v></c>'
    if isinstance(cell, Error):
        return f'<c r="{where}" t="e"><v>{cell.code}</v></c>'
    if isinstance(cell, str):
        text = f'<t xml:space="preserve">{escape(cell)}</t>'
        return f'<c r="{where}" t="inlineStr"><is>{text}</is></c>'
    return f'<c r="{where}"><v>{cell!r}</v></c>'


def _sheet(sheet: Sheet) -> str:
    top, left = sheet.at
    lines = []
    for k, row in enumerate(sheet.rows):
        cells = "".join(_cell(place(top + k, left + j), cell) for j, cell in enumerate(row))
        hidden = ' hidden="1"' if k in sheet.hidden_rows else ""
        lines.append(f'<row r="{top + k + 1}"{hidden}>{cells}</row>')
    merged = "".join(f'<mergeCell ref="{area}"/>' for area in sheet.merged)
    behind = f'<mergeCells count="{len(sheet.merged)}">{merged}</mergeCells>' if merged else ""
    extent = f'<dimension ref="{sheet.dimension}"/>' if sheet.dimension else ""
    rows = "".join(lines)
    return (
        f'{_XML}<worksheet xmlns="{MAIN}">{extent}<sheetData>{rows}</sheetData>{behind}</worksheet>'
    )


_STYLES = (
    f'{_XML}<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/>'
    '</cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)


def parts(sheets: Sequence[Sheet], is_1904: bool = False) -> dict[str, bytes]:
    """The parts of a workbook by their names."""
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{k}.xml" ContentType="{kinds}.worksheet+xml"/>'
        for k in numbers
    )
    links = "".join(
        f'<Relationship Id="rId{k}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{k}.xml"/>'
        for k in numbers
    )
    listed = "".join(
        f'<sheet name={quoteattr(s.name)} sheetId="{k}" state="{s.state}" r:id="rId{k}"/>'
        for k, s in zip(numbers, sheets, strict=True)
    )
    date = ' date1904="1"' if is_1904 else ""
    texts = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override '
        f'PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship '
        f'Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><workbookPr{date}/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'{links}<Relationship Id="rId99" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/styles.xml": _STYLES,
    }
    texts.update(
        {f"xl/worksheets/sheet{k}.xml": _sheet(s) for k, s in zip(numbers, sheets, strict=True)}
    )
    return {name: content.encode() for name, content in texts.items()}


def book(*sheets: Sheet, is_1904: bool = False, more: Mapping[str, bytes] | None = None) -> bytes:
    """A workbook; ``more`` replaces or adds parts."""
    return zipped({**parts(sheets, is_1904), **(more or {})})


def ods(table: str) -> bytes:
    """An OpenDocument workbook around the XML of its tables."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'{_XML}<office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0" office:version="1.2">'
        f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'{_XML}<manifest:manifest xmlns:manifest="{names}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{kind}"/><manifest:file-entry '
        'manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return zipped(
        {
            "mimetype": kind.encode(),
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def ods_row(*cells: str | float, repeated: int = 1) -> str:
    """A row of an OpenDocument table, said to be repeated."""

    def one(cell: str | float) -> str:
        if isinstance(cell, str):
            return (
                f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p>'
                "</table:table-cell>"
            )
        return f'<table:table-cell office:value-type="float" office:value="{cell!r}"/>'

    again = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{again}>{''.join(map(one, cells))}</table:table-row>"

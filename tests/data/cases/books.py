"""Workbooks: Excel old and new, OpenDocument, and what only bears their names."""

from __future__ import annotations

import zipfile
from typing import Any

from tests.data.cases.case import Case, one, refused, text, zipped
from tests.data.cases.workbook import MAIN, Date, Error, Formula, Sheet, book, ods, ods_row, parts

HEAD = ("Name", "City", "Sales")
ROWS = (HEAD, ("Acme", "Boston", 10.0), ("Bolt", "Hartford", 20.5))
CELLS = {"Name": ["Acme", "Bolt"], "City": ["Boston", "Hartford"], "Sales": ["10", "20.5"]}
PLAIN = book(Sheet("Data", ROWS))


def _plain(file: str, trouble: str, data: bytes, **wish: Any) -> Case:
    return one(file, trouble, data, **{"rows": 2, "cells": CELLS, **wish})


def _cells() -> tuple[Case, ...]:
    errors = (("Name", "Sales"), ("Acme", Error("#N/A")), ("Bolt", Error("#DIV/0!")), ("Cog", 5.0))
    kinds = (("Name", "A", "B", "C"), ("Acme", True, 0.1 + 0.2, 1e15), ("Bolt", False, -0.5, 1e-7))
    return (
        _plain("plain.xlsx", "nothing wrong", PLAIN, columns=list(HEAD)),
        one(
            "text_numbers.xlsx",
            "numbers kept as text, zeros in front and all",
            book(Sheet("Data", (("ZIP", "Sales"), ("02108", "10"), ("06103", "20,5")))),
            rows=2,
            cells={"ZIP": ["02108", "06103"]},
        ),
        one(
            "zip_numbers.xlsx",
            "ZIP codes kept as numbers",
            book(Sheet("Data", (("Name", "ZIP"), ("A", 2108.0), ("B", 6103.0), ("C", 1103.0)))),
            rows=3,
            cells={"ZIP": ["2108", "6103", "1103"]},
            accounts={"units": ["09027", "09015", "09025"], "told": ["zip"]},
        ),
        one(
            "formulas.xlsx",
            "formulas with the values they had",
            book(
                Sheet(
                    "Data",
                    (
                        HEAD,
                        ("Acme", Formula('"Bos"&"ton"', "Boston"), Formula("5*2", 10.0)),
                        ("Bolt", "Hartford", Formula("41/2", 20.5)),
                    ),
                )
            ),
            rows=2,
            cells=CELLS,
        ),
        one(
            "formulas_never_run.xlsx",
            "formulas that were never worked out, as scripts write them",
            book(
                Sheet(
                    "Data",
                    (
                        HEAD,
                        ("Acme", "Boston", Formula("5*2", None)),
                        ("Bolt", "Hartford", Formula("41/2", None)),
                    ),
                )
            ),
            rows=2,
            cells={"Name": ["Acme", "Bolt"], "Sales": ["", ""]},
        ),
        one(
            "errors.xlsx",
            "cells that show errors",
            book(Sheet("Data", errors)),
            rows=3,
            accounts={"roles": {"Sales": "amount"}, "columns": {"Sales": [None, None, 5]}},
        ),
        one(
            "kinds.xlsx",
            "yes and no, and figures large and small",
            book(Sheet("Data", kinds)),
            rows=2,
            cells={"A": ["TRUE", "FALSE"], "C": ["1000000000000000", "1e-07"]},
        ),
        one(
            "dates.xlsx",
            "dates",
            book(Sheet("Data", (("Name", "Since"), ("A", Date(45351.0)), ("B", Date(45000.5))))),
            rows=2,
            cells={"Since": ["2024-02-29", "2023-03-15 12:00:00"]},
        ),
        one(
            "dates_1904.xlsx",
            "dates counted from 1904, as on old Macs",
            book(Sheet("Data", (("Name", "Since"), ("A", Date(43889.0)))), is_1904=True),
            rows=1,
            cells={"Since": ["2024-02-29"]},
        ),
        one(
            "long_numbers.xlsx",
            "numbers of more digits than Excel keeps",
            book(Sheet("Data", (("Account ID", "Name"), (1234567890123456.0, "A"), (1.5e17, "B")))),
            rows=2,
            cells={"Account ID": ["1234567890123456", "150000000000000000"]},
        ),
        one(
            "spaces.xlsx",
            "hard spaces and line breaks in cells and headers",
            book(
                Sheet(
                    "Data",
                    (
                        ("Name\u00a0", "Sales\n2024"),
                        ("\u00a0Acme ", "10\u00a0"),
                        ("Bolt\nLtd", "20"),
                    ),
                )
            ),
            rows=2,
            columns=["Name", "Sales 2024"],
            cells={"Name": ["Acme", "Bolt\nLtd"]},
        ),
    )


def _sheets() -> tuple[Case, ...]:
    data = Sheet("Data", ROWS)
    merged = (
        ("Region", "Name", "Sales"),
        ("North", "Acme", 10.0),
        (None, "Bolt", 20.0),
        ("South", "Cog", 5.0),
    )
    chart = parts([Sheet("Chart", ())])
    for name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        chart[name] = chart[name].replace(b"worksheet", b"chartsheet")
    del chart["xl/worksheets/sheet1.xml"]
    chart["xl/chartsheets/sheet1.xml"] = f'<chartsheet xmlns="{MAIN}"/>'.encode()
    return (
        one(
            "merged.xlsx",
            "merged cells in rows: the value stands in the first of them",
            book(Sheet("Data", merged, merged=["A2:A3"])),
            rows=3,
            cells={"Region": ["North", "North", "South"], "Name": ["Acme", "Bolt", "Cog"]},
            told=["merged"],
        ),
        _plain(
            "merged_title.xlsx",
            "a merged title above the header",
            book(Sheet("Data", (("Sales report", None, None), *ROWS), merged=["A1:C1"])),
        ),
        one(
            "merged_header.xlsx",
            "years merged over two columns each",
            book(
                Sheet(
                    "Data",
                    (
                        ("Name", "2023", None, "2024", None),
                        (None, "Sales", "Visits", "Sales", "Visits"),
                        ("Acme", 10.0, 1.0, 20.0, 2.0),
                        ("Bolt", 30.0, 3.0, 40.0, 4.0),
                    ),
                    merged=["B1:C1", "D1:E1", "A1:A2"],
                )
            ),
            rows=2,
            cells={0: ["Acme", "Bolt"], 1: ["10", "30"], 4: ["2", "4"]},
        ),
        _plain(
            "hidden_first.xlsx",
            "a hidden sheet before the one that is meant",
            book(Sheet("Lists", (("Code",), ("x",), ("y",)), "hidden"), data),
        ),
        one(
            "hidden_asked.xlsx",
            "a hidden sheet that was asked for",
            book(data, Sheet("Lists", (("Code",), ("x",), ("y",)), "veryHidden")),
            reading={"sheet": "Lists"},
            rows=2,
            cells={"Code": ["x", "y"]},
        ),
        one(
            "hidden_rows.xlsx",
            "filtered rows are rows all the same",
            book(Sheet("Data", ROWS, hidden_rows=[1])),
            rows=2,
            cells=CELLS,
        ),
        _plain(
            "empty_first.xlsx",
            "an empty sheet before the one that is meant",
            book(Sheet("Cover", ()), data),
        ),
        _plain(
            "offset.xlsx",
            "a table that begins at C7",
            book(Sheet("Data", ROWS, at=(6, 2))),
            columns=list(HEAD),
        ),
        one(
            "two_tables.xlsx",
            "a second table below the first, after an empty row",
            book(Sheet("Data", (*ROWS, (), ("Rep", "Region", "Quota"), ("Jane", "North", 5.0)))),
            rows=4,
            cells={"Name": ["Acme", "Bolt", "Rep", "Jane"]},
        ),
        _plain(
            "huge_extent.xlsx",
            "a sheet that says it had a million rows",
            book(Sheet("Data", ROWS, dimension="A1:XFD1048576")),
        ),
        _plain(
            "strange_names.xlsx",
            "names of sheets with quotation marks and signs",
            book(Sheet('O\'Brien & "Söhne" 2024', ROWS)),
            reading={"sheet": 'O\'Brien & "Söhne" 2024'},
        ),
        one(
            "no_such_sheet.xlsx",
            "a sheet that is not there was asked for",
            PLAIN,
            reading={"sheet": "Budget"},
            **refused("has no sheet .*Budget", "Data"),
        ),
        one(
            "total.xlsx",
            "a row of totals with a formula",
            book(Sheet("Data", (*ROWS, ("Total", None, Formula("SUM(C2:C3)", 30.5))))),
            rows=2,
            rejected=1,
            told=["total"],
            cells=CELLS,
        ),
        one(
            "empty.xlsx", "a workbook without any cell", book(Sheet("Data", ())), **refused("empty")
        ),
        one(
            "header_only.xlsx",
            "a header and no rows",
            book(Sheet("Data", (HEAD,))),
            **refused("no rows|only", "rows|another"),
        ),
        one(
            "chart_only.xlsx",
            "a workbook of a chart alone",
            zipped(chart),
            **refused("no (sheet|table)|empty", "."),
        ),
    )


def _other_kinds() -> tuple[Case, ...]:
    page = (
        "<html><body><table><tr><th>Name</th><th>Sales</th></tr><tr><td>Acme</td><td>10</td></tr>"
    )
    xml = (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook '
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
    )
    rows = ods_row(*HEAD) + ods_row("Acme", "Boston", 10.0) + ods_row("Bolt", "Hartford", 20.5)
    table = f'<table:table table:name="Data">{rows}</table:table>'
    repeated = f'<table:table table:name="Data">{rows}{ods_row("", repeated=100_000)}</table:table>'
    cell = '<table:table-cell office:value-type="float" office:value="1"'
    many = (
        f'<table:table-row table:number-rows-repeated="1000000">{cell} '
        'table:number-columns-repeated="16000"/></table:table-row>'
    )
    full = f'<table:table table:name="Data">{rows}{many}</table:table>'
    return (
        Case("old.xls", "a workbook of Excel 97", {}, {"rows": 2, "cells": CELLS}),
        Case(
            "circle.xls",
            "an old workbook whose list of sectors runs in a circle",
            {},
            {"fenced": True, **refused("cannot be read|damaged", "damaged|open it")},
        ),
        Case(
            "protected.xlsx",
            "a workbook with a password",
            {},
            refused("protected with a password", "[Rr]emove the protection"),
        ),
        _plain("table.ods", "a workbook of LibreOffice", ods(table)),
        _plain(
            "repeated.ods",
            "a hundred thousand empty rows below the table, kept as one",
            ods(repeated),
        ),
        one(
            "repeated_full.ods",
            "sixteen thousand million full cells, kept as one",
            ods(full),
            fenced=True,
            **refused("more (cells|rows)|repeat|too|cannot be read", "."),
        ),
        text(
            "page.xls",
            "a web page named .xls, as portals export it",
            page + "</table></body></html>",
            **refused("web page|not a workbook", "save it"),
        ),
        text(
            "table.xls",
            "a text table named .xls",
            "Name\tSales\nAcme\t10\n",
            rows=1,
            cells={"Name": ["Acme"], "Sales": ["10"]},
        ),
        text(
            "xml.xls",
            "XML of Excel 2003 named .xls",
            xml,
            **refused("very old Excel|not a workbook", "save it"),
        ),
        one("book.csv", "a workbook named .csv", PLAIN, **refused("not a text table", "xlsx")),
        one(
            "zip.xlsx",
            "an archive of something else named .xlsx",
            zipped({"readme.txt": b"Hello"}),
            **refused("damaged or no workbook"),
        ),
        one("map.xls", "a picture named .xls", b"GIF89a" + bytes(100), **refused("not a workbook")),
        one(
            "old_cut.xls",
            "an old workbook that was cut off",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            **refused("damaged"),
        ),
        one("empty_file.xlsx", "a workbook of no bytes", b"", **refused("empty|not a workbook")),
    )


def _broken() -> tuple[Case, ...]:
    laughs = (
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    )
    sheet = (
        f'<?xml version="1.0"?>{laughs}<worksheet xmlns="{MAIN}"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>&c;</t></is></c></row></sheetData></worksheet>'
    )
    entity = sheet.replace('"ha"', 'SYSTEM "file:///etc/passwd"')
    zeros = {"xl/worksheets/sheet1.xml": b"<x>" + b" " * (60 << 20)}
    return (
        one(
            "cut.xlsx",
            "a workbook that was cut off",
            PLAIN[: len(PLAIN) // 2],
            **refused("damaged"),
        ),
        one(
            "no_workbook_part.xlsx",
            "a workbook without its heart",
            zipped(
                {k: v for k, v in parts([Sheet("Data", ROWS)]).items() if k != "xl/workbook.xml"}
            ),
            **refused("damaged or no workbook"),
        ),
        one(
            "no_sheet_part.xlsx",
            "a workbook whose sheet is missing",
            zipped({k: v for k, v in parts([Sheet("Data", ROWS)]).items() if "sheet1" not in k}),
            **refused("damaged"),
        ),
        one(
            "bad_xml.xlsx",
            "a sheet that ends in the middle of a cell",
            book(
                Sheet("Data", ROWS),
                more={
                    "xl/worksheets/sheet1.xml": parts([Sheet("Data", ROWS)])[
                        "xl/worksheets/sheet1.xml"
                    ][:-60]
                },
            ),
            **refused("damaged"),
        ),
        one(
            "laughs.xlsx",
            "entities that grow without end",
            book(Sheet("Data", ROWS), more={"xl/worksheets/sheet1.xml": sheet.encode()}),
            **refused("damaged|unsafe|empty"),
        ),
        one(
            "entity.xlsx",
            "an entity that would read a file of this computer",
            book(Sheet("Data", ROWS), more={"xl/worksheets/sheet1.xml": entity.encode()}),
            **refused("damaged|unsafe|empty"),
        ),
        one(
            "bomb.xlsx",
            "a workbook that unpacks to a thousand times its size",
            zipped({**parts([Sheet("Data", ROWS)]), **zeros}, zipfile.ZIP_BZIP2),
            **refused("not safe", "trust"),
        ),
    )


CASES = (*_cells(), *_sheets(), *_other_kinds(), *_broken())

"""Text tables: encodings, delimiters, quotation marks, headers and rows."""

from __future__ import annotations

from typing import Any

from tests.data.cases.case import Case, gzipped, one, refused, text

POLISH = "Klient;Miasto\nŻabka;Łódź\nŚnieżka;Dębica\nGrześ;Świdnica\n"
POLISH_CELLS = {"Klient": ["Żabka", "Śnieżka", "Grześ"], "Miasto": ["Łódź", "Dębica", "Świdnica"]}
PERSIAN = "نام;شهر\nپخش البرز;تهران\nداروخانه سینا;مشهد\nفروشگاه گل;اصفهان\n"
PERSIAN_CELLS = {"نام": ["پخش البرز", "داروخانه سینا", "فروشگاه گل"]}
PLAIN = "Name,City,Sales\nAcme,Boston,10\nBolt,Hartford,20\n"
PLAIN_CELLS = {"Name": ["Acme", "Bolt"], "City": ["Boston", "Hartford"], "Sales": ["10", "20"]}


def _plain(file: str, trouble: str, content: str, encoding: str = "utf-8", **wish: Any) -> Case:
    return text(file, trouble, content, encoding, **{"rows": 2, "cells": PLAIN_CELLS, **wish})


def _encodings() -> tuple[Case, ...]:
    western = "Kunde;Ort\nMüller;Köln\nCafé Ångström;Malmö\nGonçalves;Évry\n"
    cells = {"Kunde": ["Müller", "Café Ångström", "Gonçalves"], "Ort": ["Köln", "Malmö", "Évry"]}
    mixed = "Kunde;Ort\nMüller;Köln\n".encode() + "Bäcker;Zürich\nGenève;Nîmes\n".encode("cp1252")
    polish: dict[str, Any] = {"rows": 3, "cells": POLISH_CELLS}
    persian: dict[str, Any] = {"rows": 3, "cells": PERSIAN_CELLS}
    turkish = "Müşteri;Şehir\nYıldız;İstanbul\nÇağdaş;Eskişehir\nIşık;Muğla\n"
    russian = "Клиент;Город\nАптека;Москва\nМагазин;Казань\nСклад;Тула\n"
    return (
        text("utf8_bom.csv", "UTF-8 with a byte order mark", "\ufeff" + POLISH, **polish),
        text("utf16_bom.csv", "UTF-16 as Excel's Unicode text", POLISH, "utf-16", **polish),
        text("utf16_no_bom.csv", "UTF-16 without its mark", POLISH, "utf-16-le", **polish),
        text(
            "utf16_chosen.csv",
            "UTF-16 without its mark, the encoding chosen by hand",
            POLISH,
            "utf-16-be",
            reading={"encoding": "utf-16"},
            **polish,
        ),
        text("utf16_big.csv", "UTF-16, big end first", "\ufeff" + POLISH, "utf-16-be", **polish),
        text("utf32.csv", "UTF-32", POLISH, "utf-32", **polish),
        text(
            "cp1250.csv",
            "Polish from Excel: cp1250",
            POLISH,
            "cp1250",
            is_encoding="cp1250",
            **polish,
        ),
        text("latin2.csv", "Polish as ISO 8859-2", POLISH, "iso8859-2", **polish),
        text(
            "cp1256.csv",
            "Persian from an old Excel: cp1256",
            PERSIAN.replace("ی", "ي"),
            "cp1256",
            rows=3,
            cells={"نام": ["پخش البرز", "داروخانه سينا", "فروشگاه گل"]},
        ),
        text("persian_utf8.csv", "Persian as UTF-8", PERSIAN, **persian),
        text("cp1252.csv", "Western letters as cp1252", western, "cp1252", rows=3, cells=cells),
        text(
            "mac.csv",
            "cp1252 was chosen by hand for a file of a Mac",
            western,
            "mac-roman",
            reading={"encoding": "mac-roman"},
            rows=3,
            cells=cells,
        ),
        text(
            "cp1254.csv",
            "Turkish, its encoding chosen by hand",
            turkish,
            "cp1254",
            reading={"encoding": "cp1254"},
            rows=3,
            cells={"Şehir": ["İstanbul", "Eskişehir", "Muğla"]},
        ),
        text(
            "cp1251.csv",
            "Russian as cp1251",
            russian,
            "cp1251",
            rows=3,
            cells={"Город": ["Москва", "Казань", "Тула"]},
        ),
        one(
            "two_encodings.csv",
            "UTF-8 and cp1252 in one file",
            mixed,
            rows=3,
            cells={"Kunde": ["Müller", "Bäcker", "Genève"], "Ort": ["Köln", "Zürich", "Nîmes"]},
        ),
        one(
            "wrong_byte.csv",
            "one broken byte in a file of UTF-8",
            "Name,City\nMüller,Köln\nBäcker,Zürich\nÅsa,Malmö\n".encode() + b"Bolt\xff,Bonn\n",
            rows=4,
            cells={"City": ["Köln", "Zürich", "Malmö", "Bonn"]},
        ),
        text(
            "wrong_encoding_said.csv",
            "an encoding that does not exist was asked for",
            PLAIN,
            reading={"encoding": "klingon"},
            **refused("klingon|encoding"),
        ),
        text(
            "emoji.csv",
            "emoji and signs beyond the basic plane",
            "Name,City\nBäcker 🥐,Köln\n👨‍👩‍👧 Familie,Bonn\n𝒜cme,Ulm\n",
            rows=3,
            cells={"Name": ["Bäcker 🥐", "👨‍👩‍👧 Familie", "𝒜cme"]},
        ),
        text(
            "rtl_marks.csv",
            "marks that turn the direction of writing, around names and codes",
            "Name,Code\n\u202bشرکت\u202c,\u200e09001\n\u2067پخش\u2069,\u200f09003\n",
            rows=2,
            columns=["Name", "Code"],
            accounts={"roles": {"Code": "unit_code"}, "units": ["09001", "09003"]},
        ),
        one(
            "nul_bytes.csv",
            "NUL bytes between the letters of some cells",
            b"Name,City,Sales\nAc\x00me,Boston,10\nBolt,Hart\x00ford,20\n",
            rows=2,
            cells=PLAIN_CELLS,
        ),
        text(
            "control_signs.csv",
            "control signs in cells",
            "Name,City\nAc\x07me,Boston\nBo\x1blt,Hartford\n",
            rows=2,
        ),
    )


def _delimiters() -> tuple[Case, ...]:
    def with_(sign: str) -> str:
        return PLAIN.replace(",", sign)

    return (
        _plain("semicolon.csv", "semicolons", with_(";"), delimiter=";"),
        _plain("tab.csv", "tabs although the name says commas", with_("\t"), delimiter="\t"),
        _plain("tab.tsv", "a .tsv", with_("\t"), delimiter="\t"),
        _plain("pipe.txt", "upright strokes", with_("|"), delimiter="|"),
        _plain(
            "sep_line.csv",
            "Excel's line sep=; above the header",
            "sep=;\n" + with_(";"),
            delimiter=";",
        ),
        _plain(
            "sep_line_quoted.csv",
            "the line sep= in quotation marks, as some tools write it",
            '"sep=;"\r\n' + with_(";"),
            delimiter=";",
        ),
        _plain(
            "sep_line_utf16.csv",
            "sep= above tabs in UTF-16",
            "sep=\t\r\n" + with_("\t"),
            "utf-16",
            delimiter="\t",
        ),
        _plain("spaces_after.csv", "a space behind each comma", with_(", ")),
        _plain(
            "trailing_comma.csv",
            "a comma at the end of every line",
            PLAIN.replace("\n", ",\n"),
            columns=["Name", "City", "Sales"],
        ),
        text(
            "commas_in_semicolons.csv",
            "semicolons, with decimal commas in every row",
            "Name;Lat;Lon;Umsatz\nA;42,36;-71,06;1,5\nB;41,76;-72,67;2,5\n",
            rows=2,
            delimiter=";",
            decimal=",",
            cells={"Umsatz": ["1,5", "2,5"]},
        ),
        text(
            "one_column.csv",
            "one column only",
            "Name\nAcme\nBolt\n",
            rows=2,
            cells={"Name": ["Acme", "Bolt"]},
        ),
        text(
            "wrong_delimiter_chosen.csv",
            "a delimiter was chosen that is nowhere in it",
            PLAIN,
            reading={"delimiter": "|"},
            rows=2,
            columns=["Name,City,Sales"],
        ),
    )


def _quotes() -> tuple[Case, ...]:
    open_mark = 'Name,City\n"Acme,Boston\n' + "".join(f"B{k},Hartford\n" for k in range(300))
    return (
        text(
            "newline_in_cell.csv",
            "line breaks within quoted cells",
            'Name,Street,City\nAcme,"1 Main St\nSuite 4",Boston\n"Bolt\r\nLtd",2 Elm,Hartford\n',
            rows=2,
            cells={"Street": ["1 Main St\nSuite 4", "2 Elm"], "City": ["Boston", "Hartford"]},
        ),
        text(
            "doubled_quotes.csv",
            "quotation marks written twice within a cell",
            'Name,City\n"Joe ""Fast"" Inc",Boston\n',
            rows=1,
            cells={"Name": ['Joe "Fast" Inc']},
        ),
        text(
            "backslash_quotes.csv",
            "quotation marks escaped with backslashes, as databases do",
            'Name,City\n"Joe \\"Fast\\" Inc",Boston\n"A, B",Hartford\n',
            rows=2,
            cells={"City": ["Boston", "Hartford"]},
        ),
        text(
            "inch_marks.csv",
            "inches in cells without quotation marks",
            'Name,City\n12" pipes,Boston\n3" nails,Hartford\n',
            rows=2,
            cells={"Name": ['12" pipes', '3" nails']},
        ),
        text(
            "open_quote.csv",
            "a quotation mark that is never closed swallows the rest",
            open_mark,
            **refused(r"line 2 .*never closed", "[Cc]lose or remove"),
        ),
        text(
            "open_quote_at_end.csv",
            "a quotation mark opened in the last row: it stays as it stands",
            'Name,City\nAcme,Boston\n"Bolt,Hartford\n',
            rows=2,
            told=["quote"],
            cells={"Name": ["Acme", '"Bolt'], "City": ["Boston", "Hartford"]},
        ),
        text(
            "single_quotes.csv",
            "texts in single quotation marks",
            "Name,City\n'Acme',Boston\n'Bolt',Hartford\n",
            rows=2,
            cells={"City": ["Boston", "Hartford"]},
        ),
        text(
            "huge_cell.csv",
            "a cell of 40,000 letters",
            "Name,Note\nAcme," + "x" * 40_000 + "\nBolt,y\n",
            rows=2,
            columns=["Name", "Note"],
        ),
    )


def _rows() -> tuple[Case, ...]:
    return (
        text(
            "gaps.csv",
            "empty lines and empty rows in the middle",
            "Name,City\nAcme,Boston\n\n,\n\nBolt,Hartford\n,,\n",
            rows=2,
            cells={"Name": ["Acme", "Bolt"]},
        ),
        text(
            "short_rows.csv",
            "rows with fewer cells than the header",
            "Name,City,Sales\nAcme,Boston\nBolt,Hartford,20\nCog\n",
            rows=3,
            told=["too_short"],
            cells={"Sales": ["", "20", ""]},
        ),
        text(
            "long_rows.csv",
            "a row with more cells than the header",
            "Name,City,Sales\nAcme,Boston,10\nBolt,Hart,ford,20\nCog,Salem,30\n",
            rows=2,
            rejected=1,
            told=["too_long"],
            cells={"Name": ["Acme", "Cog"]},
        ),
        _plain(
            "mixed_ends.csv",
            "lines ending in three ways",
            "Name,City,Sales\r\nAcme,Boston,10\rBolt,Hartford,20\n",
        ),
        _plain("old_mac.csv", "lines ending as on an old Mac", PLAIN.replace("\n", "\r")),
        _plain("no_last_end.csv", "no line end at the end", PLAIN.rstrip("\n")),
        text(
            "total_row.csv",
            "a row of totals at the end",
            "Name,City,Sales\nAcme,Boston,10\nBolt,Hartford,20\nTotal,,30\n",
            rows=2,
            rejected=1,
            told=["total"],
            cells=PLAIN_CELLS,
        ),
        text(
            "customer_total.csv",
            "a customer whose name is Total is no row of totals",
            "Name,City,Sales\nTotal,Boston,10\nBolt,Hartford,20\n",
            rows=2,
            cells={"Name": ["Total", "Bolt"]},
        ),
        text(
            "wide.csv",
            "300 columns",
            "Name,"
            + ",".join(f"c{k}" for k in range(299))
            + "\nAcme,"
            + ",".join("7" * 299)
            + "\n",
            rows=1,
            cells={"c298": ["7"]},
        ),
        text(
            "too_wide.csv",
            "1,200 columns",
            ",".join(f"c{k}" for k in range(1200)) + "\n" + ",".join("x" * 1200) + "\n",
            **refused("1,?200 columns", "[Dd]elete the columns"),
        ),
    )


def _headers() -> tuple[Case, ...]:
    return (
        _plain(
            "titles_above.csv",
            "titles and an empty line above the header",
            "Sales report 2024\nPrinted by Joe\n\n" + PLAIN,
        ),
        _plain(
            "comments_above.csv",
            "lines of remarks above the header",
            "# exported 2024-05-01\n# by the CRM\n" + PLAIN,
        ),
        text(
            "two_headers.csv",
            "two rows of headings, years above figures",
            "Customer,2023,,2024,\nName,Sales,Visits,Sales,Visits\nAcme,10,1,20,2\nBolt,30,3,40,4\n",
            rows=2,
            cells={0: ["Acme", "Bolt"], 1: ["10", "30"], 4: ["2", "4"]},
        ),
        text(
            "units_row.csv",
            "a row of units below the header",
            "Name,Sales,Distance\n,€,km\nAcme,10,5\nBolt,20,6\n",
            rows=3,
            accounts={
                "roles": {"Sales": "amount", "Distance": "amount"},
                "told": ["not_a_number"],
                "columns": {"Sales": [None, 10, 20]},
            },
        ),
        text(
            "double_names.csv",
            "two columns of the same name",
            "Name,Sales,Sales\nAcme,10,1\nBolt,20,2\n",
            rows=2,
            told=["renamed"],
            cells={"Sales": ["10", "20"], "Sales (2)": ["1", "2"]},
        ),
        text(
            "names_in_capitals.csv",
            "column names that differ in capitals only",
            "Name,name,NAME\nAcme,a,1\nBolt,b,2\n",
            rows=2,
            told=["renamed"],
            cells={0: ["Acme", "Bolt"], 1: ["a", "b"], 2: ["1", "2"]},
        ),
        text(
            "no_names.csv",
            "columns without a name",
            "Name,,Sales,\nAcme,x,10,\nBolt,y,20,\n",
            rows=2,
            told=["renamed"],
            cells={1: ["x", "y"], "Sales": ["10", "20"]},
            n_columns=3,
        ),
        text(
            "newline_in_header.csv",
            "line breaks in the header",
            'Name,"Sales\n2024"\nAcme,10\nBolt,20\n',
            rows=2,
            columns=["Name", "Sales 2024"],
        ),
        text(
            "no_header.csv",
            "no header at all",
            "17,Acme,Boston,10\n18,Bolt,Hartford,20\n",
            **refused("holds values, not names", "names of the columns"),
        ),
        text(
            "no_header_chosen.csv",
            "no header, and so it was said",
            "17,Acme,Boston,10\n18,Bolt,Hartford,20\n",
            reading={"header": 0},
            rows=2,
            n_columns=4,
            cells={1: ["Acme", "Bolt"]},
        ),
        text(
            "header_chosen.csv",
            "a header below a row of values, chosen by hand",
            "1,2,3\nName,City,Sales\nAcme,Boston,10\nBolt,Hartford,20\n",
            reading={"header": 2},
            rows=2,
            cells=PLAIN_CELLS,
        ),
        text(
            "header_only.csv",
            "a header and no rows",
            "Name,City,Sales\n",
            **refused("no rows|only", "rows|another file"),
        ),
        text(
            "years.csv",
            "years as names of columns",
            "Name,2023,2024\nAcme,10,20\nBolt,30,40\n",
            rows=2,
            columns=["Name", "2023", "2024"],
        ),
    )


def _no_tables() -> tuple[Case, ...]:
    full = gzipped(PLAIN.encode())
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(200))
    return (
        one("empty.csv", "a file of no bytes", b"", **refused("empty", "another file")),
        text(
            "spaces.csv", "nothing but spaces and line ends", " \n\t\n  \n" * 50, **refused("empty")
        ),
        text("commas.csv", "nothing but commas", ",,,\n" * 50, **refused("empty")),
        one(
            "bom_only.csv",
            "a byte order mark and nothing else",
            b"\xef\xbb\xbf",
            **refused("empty"),
        ),
        one(
            "picture.csv",
            "a picture named .csv",
            png,
            **refused("not a text table", "workbook|CSV"),
        ),
        one(
            "pdf.csv",
            "a PDF named .csv",
            b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n",
            **refused("not a text table"),
        ),
        text(
            "page.csv",
            "a web page named .csv",
            "<!DOCTYPE html>\n<html><body>Please log in</body></html>\n",
            **refused("web page|not a text table"),
        ),
        one("table.csv.gz", "a packed table", full, rows=2, cells=PLAIN_CELLS),
        one("cut.csv.gz", "a packed table that was cut off", full[:-12], **refused("damaged")),
        one(
            "no_gz.csv.gz",
            "a table named .gz that is not packed",
            PLAIN.encode(),
            **refused("damaged|packed"),
        ),
        text(
            "letter.docx",
            "a kind of file that is never read",
            "Dear planner,\n",
            **refused(r"does not read files like .*letter\.docx", r"\.xlsx"),
        ),
        text("no_suffix", "a file without a suffix", PLAIN, **refused("does not read files like")),
    )


CASES = (*_encodings(), *_delimiters(), *_quotes(), *_rows(), *_headers(), *_no_tables())

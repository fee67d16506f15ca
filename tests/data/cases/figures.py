"""Figures, dates and codes as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.data.cases.case import Case, text


def _figures(
    file: str, trouble: str, cells: Sequence[str], values: Sequence[float | None], **wish: Any
) -> Case:
    """A column of figures beside names; None: empty."""
    rows = "".join(f'A{k},"{cell}"\n' for k, cell in enumerate(cells))
    accounts = {"roles": {"Sales": "amount"}, "columns": {"Sales": list(values)}}
    accounts.update({key: wish.pop(key) for key in ("told", "balks") if key in wish})
    return text(file, trouble, "Name,Sales\n" + rows, rows=len(cells), accounts=accounts, **wish)


def _signs() -> tuple[Case, ...]:
    return (
        _figures(
            "decimal_comma.csv",
            "decimal commas",
            ["1,5", "2,25", "10,75"],
            [1.5, 2.25, 10.75],
            decimal=",",
        ),
        _figures(
            "german.csv",
            "points for thousands, decimal commas",
            ["1.234,56", "12.345,00", "7,50"],
            [1234.56, 12345, 7.5],
            decimal=",",
        ),
        _figures(
            "french.csv",
            "spaces for thousands, also narrow and hard ones",
            ["1 234,56", "12\u202f345,5", "1\u00a0000,25"],
            [1234.56, 12345.5, 1000.25],
            decimal=",",
        ),
        _figures(
            "swiss.csv",
            "apostrophes for thousands",
            ["1'234.50", "12’345.75", "7.25"],
            [1234.5, 12345.75, 7.25],
        ),
        _figures("indian.csv", "lakhs", ["1,23,456.50", "12,34,567.25"], [123456.5, 1234567.25]),
        _figures(
            "thousands_only.csv",
            "1,234 in a table without any other hint",
            ["1,234", "5,678", "12,345"],
            [1234, 5678, 12345],
        ),
        _figures(
            "both_marks.csv",
            "decimal points in most rows, a comma in one",
            ["1.5", "2.5", "3.25", "4,75"],
            [1.5, 2.5, 3.25, 4.75],
            decimal=".",
        ),
        _figures(
            "decimal_chosen.csv",
            "figures that fit both marks, the comma chosen by hand",
            ["1.234", "5.678"],
            [1234, 5678],
            reading={"decimal": ","},
            decimal=",",
        ),
        _figures(
            "currency.csv",
            "currency signs and letters",
            ["$1,200.50", "€ 300.25", "450.75 USD", "£7.00", "US$ 12.25", "99.50 zł"],
            [1200.5, 300.25, 450.75, 7, 12.25, 99.5],
        ),
        _figures(
            "brackets.csv",
            "negative figures in brackets, with signs behind, with a minus",
            ["(5.25)", "($1,200.00)", "7.25-", "−3.50", "-2"],
            [-5.25, -1200, -7.25, -3.5, -2],
        ),
        _figures("percent.csv", "percentages", ["12%", "7.5 %", "100%"], [12, 7.5, 100]),
        _figures(
            "nothing_words.csv",
            "words and signs for nothing",
            ["5", "NaN", "#N/A", "-", "NULL", "n/a", "None", "–", "6"],
            [5, None, None, None, None, None, None, None, 6],
        ),
        _figures(
            "words_in_figures.csv",
            "words among the figures",
            ["5", "unknown", "6", "ca. 7", "8"],
            [5, None, 6, None, 8],
            told=["not_a_number"],
        ),
        _figures(
            "persian_digits.csv", "Persian digits", ["۱۲۳", "۴۵۶٫۵", "۱٬۲۳۴"], [123, 456.5, 1234]
        ),
        _figures(
            "arabic_digits.csv", "Arabic digits", ["١٢٣", "٤٥٦٫٥", "١٬٢٣٤"], [123, 456.5, 1234]
        ),
        _figures(
            "full_width.csv", "digits as wide as Chinese letters", ["１２３", "４５"], [123, 45]
        ),
        _figures(
            "scientific.csv",
            "figures with an exponent",
            ["1.5E+3", "2e2", "1.25E-1"],
            [1500, 200, 0.125],
        ),
        _figures(
            "too_large.csv",
            "figures beyond all bounds",
            ["1e999", "-1e999", "5"],
            [None, None, 5],
            told=["not_a_number"],
        ),
        _figures(
            "infinite.csv",
            "inf and nan as figures",
            ["inf", "-Infinity", "5"],
            [None, None, 5],
            told=["not_a_number"],
        ),
        _figures(
            "dashes_in_figures.csv",
            "spans and fractions",
            ["10-20", "1/2", "5"],
            [None, None, 5],
            told=["not_a_number"],
        ),
        _figures(
            "multiples.csv",
            "thousands as k and millions as M",
            ["1.5k", "2M", "300"],
            [None, None, 300],
            told=["not_a_number"],
        ),
        _figures(
            "superscripts.csv",
            "signs that count as digits but are none",
            ["²", "Ⅷ", "5", "½"],
            [None, None, 5, None],
            told=["not_a_number"],
        ),
    )


def _codes() -> tuple[Case, ...]:
    return (
        text(
            "codes_kept.csv",
            "codes with zeros in front stay as they are",
            "Code,SKU,Name\n00123,0007,Acme\n00501,0x1F,Bolt\n012E4,1E5,Cog\n",
            rows=3,
            cells={"Code": ["00123", "00501", "012E4"], "SKU": ["0007", "0x1F", "1E5"]},
        ),
        text(
            "padded_codes.csv",
            "codes with spaces and hard spaces around them",
            "Code,Name\n09001 ,Acme\n\u00a009003,Bolt\n09005\u00a0,Cog\n\t09007,Dot\n",
            rows=4,
            cells={"Code": ["09001", "09003", "09005", "09007"]},
        ),
        text(
            "zero_width_codes.csv",
            "invisible signs in codes",
            "Code,Name\n\u200b09001,Acme\n09003\u200b,Bolt\n\ufeff09005,Cog\n",
            rows=3,
            accounts={"roles": {"Code": "unit_code"}, "units": ["09001", "09003", "09005"]},
        ),
        text(
            "lossy_ids.csv",
            "16-digit numbers that a spreadsheet has rounded",
            "Customer ID,Name\n1.23E+15,Acme\n1.23E+15,Bolt\n4.56789E+15,Cog\n",
            rows=3,
            told=["lossy"],
            cells={"Customer ID": ["1.23E+15", "1.23E+15", "4.56789E+15"]},
        ),
        text(
            "long_ids.csv",
            "18-digit numbers, whole",
            "Account ID,Name\n123456789012345678,Acme\n123456789012345679,Bolt\n",
            rows=2,
            cells={"Account ID": ["123456789012345678", "123456789012345679"]},
            accounts={"n": 2, "ids": ["123456789012345678", "123456789012345679"]},
        ),
        text(
            "mixed_types.csv",
            "figures and words in one column",
            "Name,Route\nAcme,12\nBolt,R7\nCog,\nDot,3.5\n",
            rows=4,
            cells={"Route": ["12", "R7", "", "3.5"]},
        ),
        text(
            "formulas.csv",
            "cells that a spreadsheet would run",
            'Name,Note\n=2+2,+1\n"=HYPERLINK(""http://x"",""y"")",-1\n@SUM(A1),=cmd|\'/c\'!A0\n',
            rows=3,
            cells={"Name": ["=2+2", '=HYPERLINK("http://x","y")', "@SUM(A1)"]},
        ),
        text(
            "markup.csv",
            "markup and back-ticks in names",
            "Name,City\n<script>alert(1)</script>,Boston\n`rm -rf`,<b>Hartford</b>\n",
            rows=2,
            cells={"Name": ["<script>alert(1)</script>", "`rm -rf`"]},
        ),
        text(
            "excel_text.csv",
            'codes kept with ="…" as Excel does',
            'ZIP,Name\n"=""02108""",Acme\n"=""06103""",Bolt\n',
            rows=2,
            cells={"ZIP": ["02108", "06103"]},
        ),
        text(
            "apostrophes.csv",
            "codes kept with an apostrophe in front",
            "ZIP,Name\n'02108,Acme\n'06103,Bolt\n",
            rows=2,
            cells={"Name": ["Acme", "Bolt"]},
            accounts={"roles": {"ZIP": "postcode"}, "units": ["09027", "09015"]},
        ),
    )


def _dates() -> tuple[Case, ...]:
    return (
        text(
            "dates_iso.csv",
            "dates as year, month, day",
            "Name,Since\nA,2024-02-29\nB,2023-12-01\n",
            rows=2,
            cells={"Since": ["2024-02-29", "2023-12-01"]},
            kinds={"Since": "date"},
        ),
        text(
            "dates_dmy.csv",
            "day before month",
            "Name,Since\nA,29/02/2024\nB,01/12/2023\n",
            rows=2,
            kinds={"Since": "date"},
        ),
        text(
            "dates_mdy.csv",
            "month before day",
            "Name,Since\nA,02/29/2024\nB,12/01/2023\n",
            rows=2,
            kinds={"Since": "date"},
        ),
        text(
            "dates_either.csv",
            "dates that may be read in two ways",
            "Name,Since\nA,03/04/2024\nB,05/06/2023\n",
            rows=2,
            kinds={"Since": "date"},
        ),
        text(
            "dates_mixed.csv",
            "dates of both orders in one column",
            "Name,Since\nA,29/02/2024\nB,12/31/2023\nC,soon\n",
            rows=3,
            cells={"Since": ["29/02/2024", "12/31/2023", "soon"]},
        ),
        text(
            "dates_persian.csv",
            "Persian dates",
            "Name,Since\nA,1402/12/10\nB,1403/01/15\n",
            rows=2,
            cells={"Since": ["1402/12/10", "1403/01/15"]},
        ),
    )


CASES = (*_signs(), *_codes(), *_dates())

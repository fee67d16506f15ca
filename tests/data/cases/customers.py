"""Customer lists: ZIP codes, coordinates, place names, numbers of accounts, owners, alignments.

They are imported into a plan of twenty areas of one degree, five from 75° to 70° west in each of
four rows from 40° to 44° north, with the codes 09001, 09003 ... 09039 row by row from below.
Boston lies in 09027, Hartford in 09015, Providence in 09017, Springfield in 09025, Concord
(New Hampshire) in 09037.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.data.cases.case import Case, refused, text

BOSTON, HARTFORD, PROVIDENCE, SPRINGFIELD = "09027", "09015", "09017", "09025"


def _list(
    file: str,
    trouble: str,
    content: str,
    units: Sequence[str],
    told: Sequence[str] = (),
    **more: Any,
) -> Case:
    """A list whose accounts come to lie in units; "" for those without one."""
    accounts: dict[str, Any] = {"units": list(units), "told": list(told)}
    own = ("unplaced", "roles", "n", "grouped", "rejects", "ids", "options", "one_of")
    accounts.update({key: more.pop(key) for key in own if key in more})
    encoding = more.pop("encoding_of_file", "utf-8")
    return text(file, trouble, content, encoding, accounts=accounts, **more)


def _zips() -> tuple[Case, ...]:
    def zips(
        file: str, trouble: str, given: Sequence[str], units: Sequence[str], **more: Any
    ) -> Case:
        rows = "".join(f'Shop {k},"{cell}"\n' for k, cell in enumerate(given))
        return _list(file, trouble, "Name,ZIP\n" + rows, units, **more)

    return (
        zips(
            "zeros_lost.csv",
            "ZIP codes without their leading zeros",
            ["2108", "6103", "1103", "2903"],
            [BOSTON, HARTFORD, SPRINGFIELD, PROVIDENCE],
            told=["zip"],
            cells={"ZIP": ["2108", "6103", "1103", "2903"]},
        ),
        zips(
            "zip_float.csv",
            "ZIP codes that became decimal numbers",
            ["2108.0", "6103.0", "1103.0"],
            [BOSTON, HARTFORD, SPRINGFIELD],
            told=["zip"],
        ),
        zips(
            "zip_plus4.csv",
            "ZIP+4 in three spellings",
            ["02108-1234", "061031234", "01103 0001"],
            [BOSTON, HARTFORD, SPRINGFIELD],
            told=["zip"],
        ),
        zips(
            "zip_spaces.csv",
            "ZIP codes with spaces and hard spaces",
            [" 02108", "06103\u00a0", "01103 "],
            [BOSTON, HARTFORD, SPRINGFIELD],
        ),
        zips(
            "zip_letter_o.csv",
            "ZIP codes with the letter O for a zero",
            ["O2108", "06103", "o1103", "02903"],
            [BOSTON, HARTFORD, SPRINGFIELD, PROVIDENCE],
            told=["zip"],
        ),
        zips(
            "zip_boxes.csv",
            "ZIP codes of post boxes and single buildings",
            ["02117", "06101", "01101", "02297"],
            [BOSTON, HARTFORD, SPRINGFIELD, BOSTON],
        ),
        zips(
            "zip_retired.csv",
            "a ZIP code that was given up, and one that never was",
            ["02108", "02101", "06103", "00000", "01103", "02903", "03301"],
            [BOSTON, "", HARTFORD, "", SPRINGFIELD, PROVIDENCE, "09037"],
            told=["unplaced"],
            unplaced=2,
        ),
        zips(
            "zip_elsewhere.csv",
            "ZIP codes of other parts of the country",
            ["02108", "90210", "06103", "99501", "01103"],
            [BOSTON, "", HARTFORD, "", SPRINGFIELD],
            told=["outside"],
            unplaced=0,
        ),
        zips(
            "zip_mixed.csv",
            "Canadian postal codes among ZIP codes",
            [
                "02108",
                "H2X 1Y4",
                "06103",
                "M5V 2T6",
                "01103",
                "02903",
                "03301",
                "02109",
                "02110",
                "06106",
            ],
            [BOSTON, "", HARTFORD, "", SPRINGFIELD, PROVIDENCE, "09037", BOSTON, BOSTON, HARTFORD],
            told=["unplaced"],
            unplaced=2,
        ),
        zips(
            "zip_missing.csv",
            "rows without a ZIP code",
            ["02108", "", "06103", "N/A", "-"],
            [BOSTON, "", HARTFORD, "", ""],
            unplaced=3,
            told=["unplaced"],
        ),
    )


def _points() -> tuple[Case, ...]:
    head = "Name,Latitude,Longitude\n"
    boston, hartford = "A,42.36,-71.06\n", "B,41.76,-72.67\n"
    both = [BOSTON, HARTFORD]
    return (
        _list("points.csv", "nothing wrong", head + boston + hartford, both),
        _list(
            "swapped.csv",
            "latitude and longitude the wrong way round",
            "Name,Latitude,Longitude\nA,-71.06,42.36\nB,-72.67,41.76\n",
            ["", ""],
            told=["swapped"],
            unplaced=0,
        ),
        _list(
            "comma_points.csv",
            "decimal commas in coordinates",
            "Name;Latitude;Longitude\nA;42,36;-71,06\nB;41,76;-72,67\n",
            both,
            decimal=",",
        ),
        _list(
            "dms.csv",
            "degrees, minutes and seconds",
            "Name;Latitude;Longitude\nA;42°21'36\"N;71°3'36\"W\nB;41° 45' 36\" N;72° 40' 12\" W\n",
            both,
        ),
        _list(
            "compass.csv",
            "degrees with a letter of the compass",
            "Name,Latitude,Longitude\nA,42.36 N,71.06 W\nB,N41.76,W72.67\n",
            both,
        ),
        _list(
            "degree_sign.csv",
            "decimal degrees with their sign",
            "Name,Latitude,Longitude\nA,42.36°,-71.06°\nB,41.76°,-72.67°\n",
            both,
        ),
        _list(
            "one_column_points.csv",
            "both coordinates in one column",
            'Name,Coordinates\nA,"42.36, -71.06"\nB,"41.76, -72.67"\n',
            both,
            told=["points_apart"],
        ),
        _list(
            "metres.csv",
            "projected coordinates under the names of degrees",
            head + "A,899999,2000000\nB,880000,1980000\n",
            ["", ""],
            told=["bad_coordinates", "unplaced"],
            unplaced=2,
        ),
        _list(
            "zero_zero.csv",
            "0, 0 for unknown",
            head + boston + "B,0,0\nC,0.0,0.0\n",
            [BOSTON, "", ""],
            told=["bad_coordinates", "unplaced"],
            unplaced=2,
        ),
        _list(
            "no_numbers.csv",
            "NaN, inf and words for coordinates",
            head
            + boston
            + "B,NaN,NaN\nC,inf,-71\nD,unknown,unknown\nE,1e308,-71\n"
            + hartford.replace("B", "F"),
            [BOSTON, "", "", "", "", HARTFORD],
            unplaced=4,
            told=["bad_coordinates", "unplaced"],
            roles={"Latitude": "lat", "Longitude": "lon"},
        ),
        _list(
            "half.csv",
            "a latitude without a longitude",
            head + boston + "B,41.76,\nC,,-71\n",
            [BOSTON, "", ""],
            unplaced=2,
            told=["unplaced"],
        ),
        _list(
            "off_earth.csv",
            "coordinates beyond the poles",
            head + boston + hartford + "C,95,-71\nD,42,-271\n" + "E,42.4,-71.1\nF,42.5,-71.2\n",
            [*both, "", "", BOSTON, BOSTON],
            unplaced=2,
            told=["bad_coordinates"],
        ),
        _list(
            "sign_lost.csv",
            "longitudes without their minus",
            head + "A,42.36,71.06\nB,41.76,72.67\n",
            ["", ""],
            told=["outside"],
            unplaced=0,
        ),
        _list(
            "outside.csv",
            "accounts in the sea and abroad",
            head + boston + "B,51.5,-0.1\nC,35,-60\n",
            [BOSTON, "", ""],
            told=["outside"],
            unplaced=0,
        ),
        _list(
            "coast.csv",
            "an account a kilometre off the coast",
            head + boston + "B,42.5,-69.99\n",
            [BOSTON, "09029"],
            told=["near"],
        ),
        _list(
            "border.csv",
            "an account exactly on a border goes to one area, always the same",
            head + "A,42.5,-72\nB,42.5,-71.5\n",
            [SPRINGFIELD, BOSTON],
            one_of={"0": [SPRINGFIELD, BOSTON]},
        ),
        _list(
            "utm.csv",
            "eastings and northings in columns of their own",
            "Name,Easting,Northing,ZIP\nA,330000,4690000,02108\nB,195000,4630000,06103\n",
            both,
        ),
    )


def _names() -> tuple[Case, ...]:
    return (
        _list(
            "towns.csv",
            "place names with states",
            "Name,City,State\nA,Boston,MA\nB,Hartford,CT\nC,Providence,Rhode Island\n",
            [BOSTON, HARTFORD, PROVIDENCE],
            told=["place_name"],
        ),
        _list(
            "towns_odd.csv",
            "place names in capitals, with spaces and points",
            "Name,City,State\nA,BOSTON ,ma\nB, hartford,Conn.\nC,St. Johnsbury,VT\n",
            [BOSTON, HARTFORD, ""],
            told=["place_name"],
            one_of={"2": ["", "09035", "09037"]},
        ),
        _list(
            "towns_double.csv",
            "a town that several states have",
            "Name,City,State\nA,Springfield,MA\nB,Springfield,\nC,Hartford,CT\n",
            [SPRINGFIELD, SPRINGFIELD, HARTFORD],
            one_of={"1": [SPRINGFIELD, "", "09033"]},
        ),
        _list(
            "towns_unknown.csv",
            "towns that are nowhere",
            "Name,City,State\nA,Boston,MA\nB,Xyzzyville,MA\nC,Qwertz,CT\n",
            [BOSTON, "", ""],
            told=["unplaced"],
            unplaced=2,
        ),
        _list(
            "better_ways.csv",
            "coordinates in some rows, ZIP codes in others, towns in the rest",
            "Name,City,State,ZIP,Latitude,Longitude\nA,,,,42.36,-71.06\nB,,,06103,,\n"
            "C,Providence,RI,,,\nD,,,,,\n",
            [BOSTON, HARTFORD, PROVIDENCE, ""],
            unplaced=1,
            told=["unplaced"],
        ),
        _list(
            "area_codes.csv",
            "codes of areas without their zeros, and unknown ones",
            "Name,Area code\nA,9027\nB,09015\nC,99999\nD, 9017.0\n",
            [BOSTON, HARTFORD, "", PROVIDENCE],
            roles={"Area code": "unit_code"},
            unplaced=1,
            told=["unplaced"],
        ),
    )


def _accounts() -> tuple[Case, ...]:
    head = "Customer ID,Name,Latitude,Longitude,Sales\n"
    a, b = "1,Acme,42.36,-71.06,10\n", "2,Bolt,41.76,-72.67,20\n"
    return (
        _list(
            "double_ids.csv",
            "an account number twice",
            head + a + b + "1,Acme 2,42.3,-71.1,5\n",
            [BOSTON, HARTFORD],
            n=2,
            grouped=1,
        ),
        text(
            "double_ids_refused.csv",
            "an account number twice, one account per row wanted",
            head + a + b + "1,Acme 2,42.3,-71.1,5\n",
            rows=3,
            accounts={
                "options": {"group_by": "", "duplicates": "refuse"},
                **refused("occurs more than once: .*1", "one account per|Choose"),
            },
        ),
        _list(
            "double_ids_numbered.csv",
            "an account number twice, both kept and numbered apart",
            head + a + b + "1,Acme 2,42.3,-71.1,5\n",
            [BOSTON, HARTFORD, BOSTON],
            n=3,
            ids=["1", "2", "1 (2)"],
            options={"group_by": "", "duplicates": "number"},
        ),
        _list(
            "double_ids_first.csv",
            "an account number twice, the first kept",
            head + a + b + "1,Acme 2,42.3,-71.1,5\n",
            [BOSTON, HARTFORD],
            n=2,
            rejects=1,
            options={"group_by": "", "duplicates": "first"},
        ),
        _list(
            "ids_in_spaces.csv",
            "numbers that differ by spaces only are the same",
            "Customer ID,Name,ZIP\n17 ,Acme,02108\n\u00a017,Acme,02108\n18,Bolt,06103\n",
            [BOSTON, HARTFORD],
            n=2,
            grouped=1,
        ),
        _list(
            "no_ids.csv",
            "rows without a number among numbered ones",
            head + a + ",Bolt,41.76,-72.67,20\n,Cog,41.8,-71.4,5\n",
            [BOSTON, HARTFORD, PROVIDENCE],
            n=3,
            options={"group_by": ""},
        ),
        _list(
            "orders.csv",
            "order lines of the same customers",
            "Order No,Customer ID,Name,ZIP,Amount\n1,C1,Acme,02108,5\n2,C1,Acme,02108,7\n"
            "3,C2,Bolt,06103,1\n4,C1,Acme,02108,2\n",
            [BOSTON, HARTFORD],
            n=2,
            grouped=2,
        ),
        _list(
            "orders_no_key.csv",
            "order lines, one without a customer",
            "Order No,Customer ID,Name,ZIP,Amount\n1,C1,Acme,02108,5\n2,C1,Acme,02108,7\n"
            "3,,,06103,1\n4,C2,Bolt,06103,2\n",
            [BOSTON, HARTFORD],
            n=2,
            grouped=1,
            rejects=1,
            told=["no_key"],
        ),
        _list(
            "owners_disagree.csv",
            "owners that disagree within one area",
            "Customer ID,Name,Owner,Latitude,Longitude\n1,A,Jane,42.36,-71.06\n"
            "2,B,Jane,42.3,-71.1\n3,C,Joe,42.4,-71.2\n4,D,Joe,41.76,-72.67\n5,E,,41.7,-72.6\n",
            [BOSTON, BOSTON, BOSTON, HARTFORD, HARTFORD],
            owners={
                "column": "Owner",
                "territories": {BOSTON: "Jane", HARTFORD: "Joe"},
                "exceptions": 1,
            },
        ),
        _list(
            "persian_customers.csv",
            "Persian headers and digits",
            "نام مشتری,عرض جغرافیایی,طول جغرافیایی,فروش\nالف,۴۲٫۳۶,-۷۱٫۰۶,۱۲۰\nب,۴۱٫۷۶,-۷۲٫۶۷,۸۰\n",
            [BOSTON, HARTFORD],
        ),
    )


def _alignments() -> tuple[Case, ...]:
    return (
        text(
            "alignment.csv",
            "an alignment of two columns",
            "Code,Territory\n09001,North\n09003,North\n09005,South\n",
            rows=3,
            alignment={"territories": {"North": ["09001", "09003"], "South": ["09005"]}},
        ),
        text(
            "alignment_zeros.csv",
            "an alignment whose codes have lost their zeros",
            "Code,Territory\n9001,North\n9003,North\n9005,South\n",
            rows=3,
            alignment={"territories": {"North": ["09001", "09003"], "South": ["09005"]}},
        ),
        text(
            "alignment_unknown.csv",
            "an alignment with codes that the map has not",
            "Code,Territory\n09001,North\n99999,North\n09005,South\nXX,South\n",
            rows=4,
            alignment={"territories": {"North": ["09001"], "South": ["09005"]}, "rejected": 2},
        ),
        text(
            "alignment_twice.csv",
            "an alignment with a code twice, once in each of two territories",
            "Code,Territory\n09001,North\n09003,North\n09001,South\n09005,South\n09003,North\n",
            rows=5,
            alignment={"one_of": {"09001": ["North", "South", ""]}},
        ),
        text(
            "alignment_empty.csv",
            "an alignment with areas of no territory",
            "Code,Territory\n09001,North\n09003,\n09005,South\n",
            rows=3,
            alignment={"territories": {"North": ["09001"], "South": ["09005"]}},
        ),
    )


CASES = (*_zips(), *_points(), *_names(), *_accounts(), *_alignments())

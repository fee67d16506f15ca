"""Which maps come with TerraDesk, and what each carries."""

from __future__ import annotations

from dataclasses import dataclass, replace

from terradesk.i18n import N_

FEWEST_UNITS = 50
"""Maps with fewer areas are overview maps: too coarse for most plans."""

FIGURES = {
    "population": (N_("Population"), "amount"),
    "households": (N_("Households"), "amount"),
    "establishments": (N_("Establishments"), "amount"),
    "employment": (N_("Employment"), "amount"),
    "income_zipavg": (N_("Household income, mean of ZIP medians"), "rate"),
    "avg_weekly_wage": (N_("Average weekly wage"), "rate"),
}
"""Label and role of each figure; rates are never summed."""

ZIP_FIGURES = {
    "population": FIGURES["population"],
    "households": FIGURES["households"],
    "median_household_income": (N_("Median household income"), "rate"),
    "median_age": (N_("Median age"), "rate"),
    "land_km2": (N_("Land area, km²"), "rate"),
}
"""The same of ZIP areas; their land area is that of the true area, not of the drawn one."""

LABELS = {
    **FIGURES,
    **ZIP_FIGURES,
    "city": (N_("City"), "city"),
    "county_fips": (N_("County (FIPS)"), "code"),
}
"""Label and role of every column whose name does not say it."""

AMOUNTS = tuple(name for name, (_label, role) in FIGURES.items() if role == "amount")


@dataclass(frozen=True, slots=True)
class BuiltInMap:
    """One map of the welcome page.

    Parameters
    ----------
    key : str
        For `terradesk.sample.new_from_map`.
    title, caption : str
        Untranslated; the caption says what the map carries and where its limits are.
    noun_one, noun_many : str
        Untranslated word for its areas.
    n_units : int
    source, layer : str
        File in the resources and its layer.
    credits : str
        Who made the data.
    columns : tuple of str
        Figures and texts of each area, beside code and name.
    outlying : tuple of str
        Code prefixes of far parts. The projection always fits the other areas.
    variant_of : str
        Key of the same map without its far parts; empty for a map with a card of its own.
    variant_label : str
        Untranslated tick that asks for the variant: "with Alaska, Hawaii and the territories".
    geometry_kind : {"area", "approximate"}
        Approximate areas are drawn around points.
    """

    key: str
    title: str
    caption: str
    noun_one: str
    noun_many: str
    n_units: int
    source: str
    layer: str
    credits: str
    columns: tuple[str, ...] = ()
    outlying: tuple[str, ...] = ()
    variant_of: str = ""
    variant_label: str = ""
    geometry_kind: str = "area"

    @property
    def sources(self) -> tuple[str, ...]:
        """All files in the resources that its areas are made of."""
        more = ("us_2023.gpkg", "us_states.csv") if self.layer == "zip" else ()
        return (self.source, *more)

    @property
    def is_approximate(self) -> bool:
        """Whether the outlines are drawn around points."""
        return self.geometry_kind == "approximate"

    @property
    def is_overview(self) -> bool:
        """Whether the map is too coarse for most plans."""
        return self.n_units < FEWEST_UNITS

    @property
    def has_figures(self) -> bool:
        """Whether its areas carry figures that can be summed."""
        return any(name in AMOUNTS for name in self.columns)


_COARSE = N_("no figures; overview map: too coarse for most plans")
_ALASKA = ("995", "996", "997", "998", "999")
_US_CREDITS = "U.S. Census Bureau via us-atlas · U.S. Bureau of Labor Statistics"
_EARTH = "Natural Earth"

_COUNTIES = BuiltInMap(
    "us_county",
    N_("US counties"),
    N_("population (approximate), households, establishments, employment, wages"),
    N_("county"),
    N_("counties"),
    3108,
    "us_2023.gpkg",
    "county",
    _US_CREDITS,
    columns=("state", *FIGURES),
    outlying=("02", "15", "60", "66", "69", "72", "78"),
)
_STATES = replace(
    _COUNTIES,
    key="us_state",
    title=N_("US states"),
    caption=N_("population, establishments, employment; overview map: too coarse for most plans"),
    noun_one=N_("state"),
    noun_many=N_("states"),
    n_units=49,
    layer="state",
    columns=AMOUNTS,
)
_ZIPS = BuiltInMap(
    "us_zip",
    N_("US ZIP areas"),
    N_("approximate, from ZIP points · population, households, income, age"),
    N_("ZIP"),
    N_("ZIPs"),
    33_054,
    "us_zips.csv.gz",
    "zip",
    "ZIP areas: approximate, from ZIP points (GeoNames) · U.S. Census Bureau via us-atlas",
    columns=("city", "state", "county_fips", *ZIP_FIGURES),
    outlying=("006", "007", "008", "009", "967", "968", "969", *_ALASKA),
    geometry_kind="approximate",
)
_DEPARTEMENTS = BuiltInMap(
    "fr_departement",
    N_("French départements"),
    N_("no figures: bring your own"),
    N_("département"),
    N_("départements"),
    96,
    "regions.gpkg",
    "fr_departement",
    _EARTH,
    outlying=("97",),
)


def _regions(
    layer: str, title: str, nouns: tuple[str, str], n_units: int, credits: str = _EARTH
) -> BuiltInMap:
    caption = _COARSE if n_units < FEWEST_UNITS else _DEPARTEMENTS.caption
    return BuiltInMap(layer, title, caption, *nouns, n_units, "regions.gpkg", layer, credits)


def _with_outlying(main: BuiltInMap, title: str, label: str, n_units: int) -> BuiltInMap:
    return replace(
        main,
        key=f"{main.key}_all",
        title=title,
        n_units=n_units,
        variant_of=main.key,
        variant_label=label,
    )


_WITH_US = N_("with Alaska, Hawaii and the territories")

BUILT_IN_MAPS: tuple[BuiltInMap, ...] = (
    _COUNTIES,
    _with_outlying(_COUNTIES, N_("US counties, all"), _WITH_US, 3232),
    _ZIPS,
    _with_outlying(_ZIPS, N_("US ZIP areas, all"), _WITH_US, 33_541),
    _regions(
        "se_kommun",
        N_("Swedish kommuner"),
        (N_("kommun"), N_("kommuner")),
        290,
        "Statistics Sweden (SCB)",
    ),
    _DEPARTEMENTS,
    _with_outlying(
        _DEPARTEMENTS,
        N_("French départements, all"),
        N_("with the five overseas départements"),
        101,
    ),
    _STATES,
    _with_outlying(_STATES, N_("US states, all"), _WITH_US, 56),
    _regions("ir_province", N_("Iranian provinces"), (N_("province"), N_("provinces")), 31),
    _regions("se_lan", N_("Swedish län"), (N_("län"), N_("län")), 21, "Statistics Sweden (SCB)"),
    _regions(
        "pl_wojewodztwo",
        N_("Polish voivodeships"),
        (N_("voivodeship"), N_("voivodeships")),
        16,
    ),
    _regions("de_land", N_("German Länder"), (N_("Land"), N_("Länder")), 16),
)
"""All built-in maps, those for most plans first, each followed by its variant."""


def built_in_map(key: str) -> BuiltInMap:
    """The map with a key.

    Raises
    ------
    KeyError
        There is no such map.
    """
    for one in BUILT_IN_MAPS:
        if one.key == key:
            return one
    raise KeyError(key)

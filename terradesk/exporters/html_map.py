"""An interactive map in one file that opens by double click, without a network.

folium makes the page, its map and its layers. Leaflet is put inside from the resources instead of
folium's links to other sites. What comes from the plan is data: it stands in the page as JSON and
becomes text nodes only (``resources/webmap/map.js``); folium itself gets no text of the plan but
escaped names of layers. A Content-Security-Policy with the digests of the scripts lets nothing else
run and nothing be fetched.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from typing import TYPE_CHECKING, Any

from terradesk import paths
from terradesk.errors import TerraDeskError
from terradesk.exporters.facts import Facts
from terradesk.exporters.web_data import map_data
from terradesk.exporters.wording import plain
from terradesk.exporters.writing import Exporter, Job
from terradesk.i18n import N_, _, language
from terradesk.progress import part

if TYPE_CHECKING:
    from branca.element import Figure

_TO_DATA = {".png": "image/png"}
_RIGHT_TO_LEFT = ("fa",)


def write(job: Job) -> None:
    """Write the map of a design as a web page."""
    if job.plan.arcs is None:
        raise TerraDeskError(
            _("This plan has no map to write."), _("Add boundaries first, or export a table.")
        )
    facts = Facts(job.view)
    data = map_data(facts, part(job.progress, 0.05, 0.9))
    job.path.write_text(page(facts, data), encoding="utf-8")


def page(facts: Facts, data: dict[str, Any]) -> str:
    """The whole page.

    Parameters
    ----------
    facts : Facts
    data : dict
        See `terradesk.exporters.web_data.map_data`.
    """
    text = _figure(facts, data).render()
    direction = ' dir="rtl"' if language() in _RIGHT_TO_LEFT else ""
    text = text.replace("<html>", f'<html lang="{language()}"{direction}>', 1)
    return text.replace(_POLICY_HERE, _policy(text), 1)


_POLICY_HERE = "<!-- policy -->"


def _policy(text: str) -> str:
    """Nothing may be fetched; only the scripts that stand in the page now may run."""
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digests = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    rules = (
        f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}">'


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _figure(facts: Facts, data: dict[str, Any]) -> Figure:
    """Folium's page with everything inside."""
    import folium
    from folium.plugins import MarkerCluster

    # folium names elements by random numbers; fixed names give the same file from the same plan.
    def named(made: Any, name: str) -> Any:
        made._id = name
        return made

    world = named(
        folium.Map(
            location=[0, 0],
            zoom_start=3,
            tiles=None,
            control_scale=True,
            minZoom=2,
            maxZoom=14,
            zoomSnap=0.25,
        ),
        "terradesk",
    )
    world.default_js, world.default_css = [], []
    layers = {
        "territories": named(folium.FeatureGroup(name=_("Territories")), "territories"),
        "names": named(folium.FeatureGroup(name=_("Names")), "names"),
    }
    if data["units"]:
        name = escaped(facts.plan.heading_noun(2))
        layers["units"] = named(folium.FeatureGroup(name=name, show=False), "units")
    if data["accounts"]:
        made_by: Any = MarkerCluster  # folium says nothing of its types
        cluster = named(made_by(name=_("Accounts"), maxClusterRadius=46), "accounts")
        cluster.default_js, cluster.default_css = [], []
        layers["accounts"] = cluster
    for layer in layers.values():
        layer.add_to(world)
    named(folium.LayerControl(collapsed=False), "layers").add_to(world)
    figure = world.get_root()
    figure.title = escaped(data["title"])
    figure.header.add_child(_verbatim(_POLICY_HERE), name="policy", index=0)
    for name, content in _head(data):
        figure.header.add_child(_verbatim(content), name=name)
    figure.html.add_child(_verbatim(_header(data)), name="title", index=0)
    groups = ", ".join(f"{key}: {layer.get_name()}" for key, layer in layers.items())
    call = f"terradeskMap({world.get_name()}, {{{groups}}});"
    world.add_child(named(_last(call), "start"))
    return figure


def _last(script: str) -> Any:
    """A piece of the script at the end of the page."""
    return _piece(script, "{% macro script(this, kwargs) %}{{ this.content }}{% endmacro %}")


def _verbatim(text: str) -> Any:
    """An element that is exactly this text: branca reads what it is given as a template."""
    return _piece(text, "{{ this.content }}")


def _piece(content: str, template: str) -> Any:
    from branca.element import Element, MacroElement
    from jinja2 import Template

    made: Any = MacroElement() if "macro" in template else Element()  # type: ignore[no-untyped-call]
    made.content, made._template = content, Template(template)
    return made


def _head(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Styles, scripts and data, in the order in which they are read."""
    scripts = ("leaflet/leaflet.js", "leaflet/leaflet.markercluster.js", "webmap/map.js")
    styles = ("leaflet/leaflet.css", "leaflet/MarkerCluster.css", "webmap/map.css")
    out = [(name, f"<style>{_style(name)}</style>") for name in styles]
    out += [(name, f"<script>{_resource(name)}</script>") for name in scripts]
    found = f'<script type="application/json" id="terradesk-data">{as_json(data)}</script>'
    return [*out, ("data", found)]


def _resource(name: str) -> str:
    text = paths.resource(*name.split("/")).read_text("utf-8")
    return re.sub(r"//[#@] sourceMappingURL=\S*", "", text).replace("</script", "<\\/script")


def _style(name: str) -> str:
    """A style sheet with its pictures inside."""
    folder = paths.resource(*name.split("/")).parent

    def inside(match: re.Match[str]) -> str:
        file = folder / match[1]
        kind = _TO_DATA.get(file.suffix)
        if kind is None or not file.is_file():
            return match[0] if match[1].startswith("#") else "none"
        return f"url(data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()})"

    return re.sub(r"url\(['\"]?([^)'\"]+)['\"]?\)", inside, _resource(name))


def _header(data: dict[str, Any]) -> str:
    """Title strip above the map."""
    title, subtitle, date = (escaped(data[k]) for k in ("title", "subtitle", "date"))
    return f'<div class="td-head"><h1>{title}</h1><p>{subtitle}</p><time>{date}</time></div>'


def escaped(text: object) -> str:
    """Text as HTML that neither a page, a script nor a template takes for its own."""
    out = html.escape(plain(text), quote=True)
    for sign in "`$\\{}%":
        out = out.replace(sign, f"&#{ord(sign)};")
    return out


def as_json(data: object) -> str:
    """JSON for a script element: nothing in it can end the element or start a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


HTML_MAP = Exporter("html", N_("Interactive map (HTML)"), ".html", write)

"""Files that are made to do harm, or name something else than themselves."""

from __future__ import annotations

from tests.data.cases.case import Case, refused, text

_VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{source}</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
_WFS = "<OGRWFSDataSource><URL>http://127.0.0.1:9/wfs</URL></OGRWFSDataSource>"


def _disguised() -> tuple[Case, ...]:
    remote = _VRT.format(source="/vsicurl/http://127.0.0.1:9/x.geojson")
    local = _VRT.format(source="/etc/passwd")
    cases = []
    for suffix in ("shp", "geojson", "kml", "gpkg", "gml", "tab", "mif", "fgb", "gpx"):
        cases.append(
            text(
                f"vrt.{suffix}",
                f"GDAL's own XML named .{suffix}",
                remote,
                **refused(rf"not a \.{suffix} file", "export it again|[Aa]sk"),
            )
        )
    return (
        *cases,
        text(
            "vrt_local.json",
            "GDAL's own XML that reads a file of this computer",
            local,
            **refused(r"not a \.json file"),
        ),
        text(
            "wfs.geojson", "the address of a map server", _WFS, **refused(r"not a \.geojson file")
        ),
        text(
            "map.vrt",
            "GDAL's own XML under its own name",
            local,
            **refused("does not read files like"),
        ),
        text("csv.vrt.csv", "GDAL's own XML named .csv", remote, **refused("not a text table|XML")),
        text(
            "connection.json",
            "the words by which GDAL would open a server",
            '"WFS:http://127.0.0.1:9/x"',
            **refused(r"not a \.json file"),
        ),
        text(
            "gdalg.geojson",
            "a command for GDAL",
            '{"type":"gdal_streamed_alg","command_line":"x"}',
            fenced=True,
            **refused("cannot be read|no map|holds no"),
        ),
        text(
            "stac.json",
            "a catalogue that names files elsewhere",
            '{"type":"FeatureCollection","stac_version":"1.0.0","features":[{"type":"Feature",'
            '"geometry":null,"properties":{"code":"1"},"assets":{"x":{"href":"http://127.0.0.1:9/"}}}]}',
            any_of=True,
            rows=1,
            areas=refused("has a shape"),
        ),
        text(
            "server.json",
            "the answer of a map server that refused",
            '{"error":{"code":498,"message":"Invalid token."}}',
            **refused("cannot be read|no map"),
        ),
    )


CASES = _disguised()

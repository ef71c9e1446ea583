"""Draw: charts as SVG for the page and as PNG for the Dagster UI, by vl-convert: no browser, no network."""

import io
import re

import altair as alt

PNG_SCALE = 1
"""The event log keeps them: small matters more than sharp."""


def svg(chart: alt.TopLevelMixin, label: str) -> str:
    """The chart as an SVG element without a size of its own: it takes the width that the page gives it."""
    stream = io.StringIO()
    chart.save(stream, format="svg", engine="vl-convert")
    element = stream.getvalue()
    sized = re.match(r"<svg[^>]*>", element)
    assert sized is not None
    box = re.search(r'viewBox="[^"]*"', sized.group())
    assert box is not None
    names = f'xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}"'
    return f"<svg {names} {box.group()}>{element[sized.end() :]}"


def png(chart: alt.TopLevelMixin) -> bytes:
    """The chart as a PNG."""
    stream = io.BytesIO()
    chart.save(stream, format="png", engine="vl-convert", scale_factor=PNG_SCALE)
    return stream.getvalue()

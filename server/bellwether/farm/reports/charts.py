"""Shapes of plots, as specifications of Vega-Lite. Names of fields are ours; what users wrote is only ever data."""

from bellwether.farm.reports.declaring import Column
from bellwether.platform.json import JsonObject, JsonValue

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
TYPES = {"text": "nominal", "id": "nominal", "truth": "nominal", "day": "temporal"}


def axis(column: Column, **more: JsonValue) -> JsonObject:
    """A channel that shows a column under its title and unit."""
    title = f"{column.title} ({column.unit})" if column.unit else column.title
    return {"field": column.name, "type": TYPES.get(column.kind, "quantitative"), "title": title, **more}


def plot(mark: JsonValue, *, width: int = 480, height: int = 260, **channels: JsonValue) -> JsonObject:
    """One mark for each row."""
    return {
        "$schema": SCHEMA,
        "data": {"name": "rows"},
        "width": width,
        "height": height,
        "mark": mark,
        "encoding": channels,
    }


def named(columns: tuple[Column, ...], name: str, **more: JsonValue) -> JsonObject:
    """The channel of the column of this name."""
    return axis(next(column for column in columns if column.name == name), **more)

"""A report as a plot and as a page to print.

It runs in a child process: the converter of plots holds Python's lock while it draws, and what one report may cost has
an end.
"""

import asyncio
import re
from dataclasses import replace
from importlib.resources import files
from typing import TypeVar, cast

import orjson

from bellwether.farm.reports.declaring import Cell, Column
from bellwether.farm.reports.problems import NotDrawn
from bellwether.farm.reports.rendering.tables import heading
from bellwether.farm.reports.rendering.told import Told
from bellwether.platform.jobs.child_process import ChildDied, Limits, in_child
from bellwether.platform.json import JsonObject

LIMITS = Limits(cpu_s=60, memory_bytes=2_000_000_000)
MOST_CHILDREN = 2
CHILDREN = asyncio.Semaphore(MOST_CHILDREN)
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
T = TypeVar("T")
TYPST, SPACED = "page.typ", 6


async def drawn(told: Told, kind: str) -> bytes:
    """SVG, PNG or PDF.

    Raises:
        NotDrawn
    """
    told = printable(told)
    page = orjson.dumps(page_of(told)) if kind == "pdf" else b""
    try:
        async with CHILDREN:
            return await in_child(draw, kind, orjson.dumps(told.plot).decode(), page, limits=LIMITS)
    except (ChildDied, MemoryError) as error:
        raise NotDrawn from error


def printable(told: Told) -> Told:
    """Without the characters that XML does not have; one of them ends the converter of plots."""
    asked = {name: cleared(value) for name, value in told.parameters.items()}
    rows = [tuple(map(cleared, row)) for row in told.found.rows]
    return replace(told, farm=cleared(told.farm), parameters=asked, found=replace(told.found, rows=rows))


def cleared(value: T) -> T:
    """A text, or whatever else stands in a cell."""
    return cast(T, NO_XML.sub("\N{REPLACEMENT CHARACTER}", value)) if isinstance(value, str) else value


def draw(kind: str, plot: str, page: bytes) -> bytes:
    """In the child."""
    import vl_convert

    if kind == "png":
        return bytes(vl_convert.vegalite_to_png(plot, scale=2, allowed_base_urls=[]))
    svg = str(vl_convert.vegalite_to_svg(plot, allowed_base_urls=[]))
    return svg.encode() if kind == "svg" else set_page(orjson.loads(page) | {"plot": svg})


def set_page(page: JsonObject) -> bytes:
    """What is on the page goes in as data: nothing that a user wrote is read as markup."""
    import typst

    template = files(__package__).joinpath(TYPST).read_bytes()
    return bytes(typst.compile(template, sys_inputs={"page": orjson.dumps(page).decode()}))


def page_of(told: Told) -> JsonObject:
    """All that stands on it, as text."""
    columns, found = told.report.columns, told.found
    return {
        "title": told.report.title,
        "says": told.report.says,
        "farm": told.farm,
        "today": told.today.isoformat(),
        "made_at": told.made_at.strftime("%Y-%m-%d %H:%M UTC"),
        "asked": [f"{name}: {value}" for name, value in told.parameters.items() if value is not None],
        "wide": len(columns) > SPACED,
        "head": [{"title": heading(column), "is_text": is_text(column)} for column in columns],
        "rows": [[printed(cell, column) for cell, column in zip(row, columns, strict=True)] for row in found.rows],
        "left_out": [f"{reason}: {count:,}" for reason, count in found.left_out.items()],
        "definitions": [[heading(column), column.definition] for column in columns],
    }


def is_text(column: Column) -> bool:
    """Whether it is read from the left."""
    return column.kind in ("text", "id", "truth")


def printed(cell: Cell, column: Column) -> str:
    """A cell as it stands on paper."""
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:,.{column.decimals}f}"
    return f"{cell:,}" if isinstance(cell, int) and column.kind != "year" else str(cell)

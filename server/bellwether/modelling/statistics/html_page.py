"""Statistics as one HTML file: nothing is loaded from elsewhere, plots are drawn as SVG in the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bellwether.modelling.findings import Warned
from bellwether.modelling.statistics.shapes import CrossTable, NumberStatistics, Statistics
from bellwether.modelling.statistics.text_page import cross_title, listed

WIDTH, HEIGHT, BELOW = 460, 160, 22
STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: .5rem 0 1.5rem } th, td { padding: .2rem .6rem; text-align: right }
th:first-child, td:first-child { text-align: left } tr { border-bottom: 1px solid #ddd }
td.empty { background: #fbe3e3 } td.one { background: #fff3d6 } .plots { display: flex; flex-wrap: wrap; gap: 1.5rem }
figure { margin: 0 } rect { fill: #4a7c59 } text { font: 11px system-ui, sans-serif; fill: #444 }
.scroll { overflow-x: auto }
"""


def as_html(found: Statistics, told: Sequence[Warned] = ()) -> str:
    """The page."""
    parts = [_animals(found)]
    if told:
        parts.append("<h2>Warnings</h2><ul>" + "".join(f"<li>{escape(w['message'])}</li>" for w in told) + "</ul>")
    if found["numbers"]:
        parts += ["<h2>Traits and covariates</h2>", _numbers(found["numbers"])]
        plots = "".join(_histogram(each) for each in found["numbers"])
        parts.append(f'<div class="plots">{plots}</div>')
    if found["classes"]:
        parts += ["<h2>Classes</h2>", _classes(found)]
    if found["cross_tables"]:
        parts.append("<h2>Cross-tabulation of fixed classes</h2>")
        parts += [_cross(table) for table in found["cross_tables"]]
    years = found["years"]
    if years is not None:
        parts.append(f"<h2>Records by year ({escape(years['column'])})</h2>")
        labels = list(years["counts"])
        parts.append(bars(list(years["counts"].values()), labels, "Records by year"))
        if years["without"]:
            parts.append(f"<p>{years['without']:,} records without a year</p>")
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Statistics of the records</title>'
        f"<style>{STYLE}</style></head>\n<body>\n<h1>Statistics of the records</h1>\n{body}\n</body>\n</html>\n"
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of text."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _animals(found: Statistics) -> str:
    rows = [
        [name.replace("_", " "), f"{count:,}"] for name, count in found["animals"].items() if isinstance(count, int)
    ]
    rows += [] if found["records"] is None else [["records", f"{found['records']:,}"]]
    return table(["", "number"], rows)


def _numbers(numbers: Sequence[NumberStatistics]) -> str:
    rows = []
    for each in numbers:
        values = (each["mean"], each["sd"], each["minimum"], each["maximum"])
        shown = ["-" if value is None else f"{value:.5g}" for value in values]
        codes = ", ".join(f"{code['value']:g} ({code['count']:,})" for code in each["like_missing_codes"]) or "-"
        counts = [f"{each['n']:,}", f"{each['missing']:,}"]
        extremes = [f"{each['at_minimum']:,}", f"{each['at_maximum']:,}"]
        rows.append([each["name"], each["kind"], *counts, *shown, *extremes, f"{each['zeros']:,}", codes])
    head = ["", "kind", "n", "missing", "mean", "sd", "minimum", "maximum", "at minimum", "at maximum", "zeros"]
    return table([*head, "like missing codes"], rows)


def _classes(found: Statistics) -> str:
    rows = [
        [
            each["name"], each["kind"], f"{each['levels']:,}", f"{each['missing']:,}", f"{each['with_one_record']:,}",
            listed(each["largest"]), listed(each["smallest"]),
        ]
        for each in found["classes"]
    ]  # fmt: skip
    return table(["", "kind", "levels", "missing", "levels with one record", "largest", "smallest"], rows)


def _cross(given: CrossTable) -> str:
    title = f"<p>{escape(cross_title(given))}</p>"
    if given["counts"] is None:
        return title
    top = "".join(f"<th>{escape(name)}</th>" for name in ["", *given["column_levels"]])
    rows = [
        f"<tr><td>{escape(name)}</td>" + "".join(_cell(count) for count in row) + "</tr>"
        for name, row in zip(given["row_levels"], given["counts"], strict=True)
    ]
    return (
        f'{title}<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _cell(count: int) -> str:
    kind = ' class="empty"' if count == 0 else ' class="one"' if count == 1 else ""
    return f"<td{kind}>{count:,}</td>"


def _histogram(each: NumberStatistics) -> str:
    bins = each["histogram"]
    if bins is None:
        return ""
    edges = bins["edges"]
    labels = [f"{edges[0]:.4g}", *[""] * (len(bins["counts"]) - 2), f"{edges[-1]:.4g}"][: len(bins["counts"])]
    return (
        f"<figure><figcaption>{escape(each['name'])}</figcaption>{bars(bins['counts'], labels, each['name'])}</figure>"
    )


def bars(counts: Sequence[int], labels: Sequence[str], title: str) -> str:
    """Bars with labels below, as SVG."""
    most, width = max([*counts, 1]), WIDTH / max(1, len(counts))
    every = max(1, -(-len(labels) * 34 // WIDTH))
    drawn = []
    for k, (count, label) in enumerate(zip(counts, labels, strict=True)):
        high = HEIGHT * count / most
        place = f'x="{k * width + 1:.1f}" y="{HEIGHT - high:.1f}" width="{max(width - 2, 1):.1f}" height="{high:.1f}"'
        drawn.append(f"<rect {place}><title>{escape(label)} {count:,}</title></rect>")
        if label and (k % every == 0 or k == len(labels) - 1):
            drawn.append(
                f'<text x="{(k + 0.5) * width:.1f}" y="{HEIGHT + 15}" text-anchor="middle">{escape(label)}</text>'
            )
    box = f'viewBox="-20 0 {WIDTH + 40} {HEIGHT + BELOW}" width="{WIDTH + 40}" height="{HEIGHT + BELOW}"'
    return f'<svg role="img" aria-label="{escape(title)}" {box}>{"".join(drawn)}</svg>'

"""The merged document as a page that is pleasant to read."""

import json
from collections.abc import Iterator
from typing import Any

from starlette.responses import HTMLResponse

from bellwether.edge.openapi.examples import example_of, resolved
from bellwether.edge.openapi.merge import METHODS
from bellwether.edge.pages.html import Html, join, page, tag, with_code

Json = dict[str, Any]


def docs_page(document: Json, service: str | None) -> HTMLResponse:
    """All operations by service, or those of one service."""
    info = document["info"]
    sections = [item for item in document["tags"] if service in (None, item["name"])]
    return page(
        f"{service or 'All'} API",
        tag("h1", f"{sections[0]['description']} API" if service else "The API of bellwether"),
        tag("p", with_code(info["description"]), class_="quiet"),
        missing_notice([name for name in info["x-missing"] if service in (None, name)]),
        tabs(document),
        tag("input", id="search", type="search", placeholder="Search: a path, a word, a field   ( / )"),
        tag("p", id="count", class_="quiet"),
        *(section(document, item) for item in sections),
        script="docs.js",
    )


def missing_notice(missing: list[str]) -> Html | None:
    """Which services did not answer."""
    text = f"Not shown, for the service does not answer now: {', '.join(missing)}"
    return tag("p", text, class_="notice") if missing else None


def tabs(document: Json) -> Html:
    """Links to each service's own page."""
    links = [tag("a", item["name"], href=f"/docs/{item['name']}") for item in document["tags"]]
    return tag("div", tag("a", "all", href="/docs"), *links, class_="tabs")


def section(document: Json, item: Json) -> Html:
    """The operations of one service."""
    operations = [
        operation(document, method, path, found) for method, path, found in operations_of(document, item["name"])
    ]
    return tag("section", tag("h2", item["description"]), *operations)


def operations_of(document: Json, service: str) -> Iterator[tuple[str, str, Json]]:
    """Method, path and operation of one service, in its own order."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item and item[method]["tags"][0] == service:
                shared = item.get("parameters", [])
                found = item[method]
                yield method, path, {**found, "parameters": [*shared, *found.get("parameters", [])]}


def operation(document: Json, method: str, path: str, found: Json) -> Html:
    """One operation, folded."""
    title = found.get("summary", "")
    summary = tag(
        "summary",
        tag("span", method.upper(), class_=f"method {method}"),
        tag("code", path),
        tag("span", title, class_="quiet"),
    )
    text = found.get("description")
    body = tag(
        "div",
        tag("p", with_code(text)) if text else None,
        parameters(document, found["parameters"]),
        request_body(document, found),
        *responses(document, found),
    )
    names = " ".join(resolved(item, document).get("name", "") for item in found["parameters"])
    words = f"{method} {path} {title} {text or ''} {names}".lower()
    return tag("details", summary, body, id=found["operationId"], data_text=words)


def parameters(document: Json, found: list[Json]) -> Html | None:
    """Parameters as a table."""
    if not found:
        return None
    rows = [parameter(resolved(item, document), document) for item in found]
    head = tag("tr", *(tag("th", text) for text in ("Parameter", "In", "Value", "Meaning")))
    return join(tag("h4", "Parameters"), tag("table", head, *rows))


def parameter(item: Json, document: Json) -> Html:
    """One parameter."""
    name = item.get("name", "") + (" *" if item.get("required") else "")
    schema = item.get("schema", {})
    value = example_of(schema, document)
    about = item.get("description") or schema.get("description", "")
    return tag(
        "tr",
        tag("td", tag("code", name)),
        tag("td", item.get("in", "")),
        tag("td", tag("code", text_of(value))),
        tag("td", about),
    )


def request_body(document: Json, found: Json) -> Html | None:
    """An example of the body."""
    content = resolved(found.get("requestBody", {}), document).get("content", {})
    if not content:
        return None
    return join(tag("h4", "Body"), *(body_of(document, kind, item) for kind, item in content.items()))


def responses(document: Json, found: Json) -> Iterator[Html]:
    """The answers: an example of what goes well, one line for each that does not."""
    problems = []
    for status, item in found.get("responses", {}).items():
        answer = resolved(item, document)
        if not str(status).startswith("2"):
            problems.append(tag("tr", tag("td", str(status)), tag("td", answer.get("description", ""))))
            continue
        yield tag("h4", f"Answer {status}")
        yield join(*(body_of(document, kind, content) for kind, content in answer.get("content", {}).items()))
    if problems:
        yield join(tag("h4", "Problems"), tag("table", *problems))


def body_of(document: Json, kind: str, content: Json) -> Html:
    """A media type with an example."""
    given = content.get("example") or next((item.get("value") for item in content.get("examples", {}).values()), None)
    value = given if given is not None else example_of(content.get("schema", {}), document)
    return join(tag("p", kind, class_="quiet"), tag("pre", json.dumps(value, indent=2, ensure_ascii=False)))


def text_of(value: Any) -> str:
    """A value as one reads it in an address."""
    return value if isinstance(value, str) else json.dumps(value)

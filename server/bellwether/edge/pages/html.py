"""HTML written by code: every text is escaped unless it was made by `tag`."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

VOID = frozenset({"meta", "link", "input", "br"})
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Html(str):
    """Markup that is safe as it stands."""

    __slots__ = ()


Child = str | Html | None


def tag(name: str, /, *children: Child, **attributes: str | bool | None) -> Html:
    """An element. `class_` is `class`, `data_text` is `data-text`; None leaves an attribute out."""
    written = "".join(attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    if name in VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def attribute(key: str, value: str | bool | None) -> str:
    """One attribute with a space before it."""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def join(*children: Child) -> Html:
    """Elements and texts one after the other."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children if child))


def with_code(text: str) -> Html:
    """A text in which what stands between backticks is code."""
    pieces = text.split("`")
    return join(*(tag("code", piece) if order % 2 else piece for order, piece in enumerate(pieces)))


def page(title: str, *body: Child, script: str | None = None, status: int = 200) -> HTMLResponse:
    """A whole page with the platform's header."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · bellwether"),
        tag("link", rel="icon", href="data:,"),
        tag("link", rel="stylesheet", href="/docs/assets/page.css"),
        tag("script", src="/docs/assets/theme.js"),
        tag("script", src=f"/docs/assets/{script}", defer=True) if script else None,
    )
    document = tag("html", head, tag("body", header(), tag("main", *body)), lang="en")
    return HTMLResponse("<!doctype html>" + document, status, {"Content-Security-Policy": CSP})


def header() -> Html:
    """The bar at the top."""
    links = {"API": "/docs", "GraphQL": "/graphql", "Health": "/healthz", "OpenAPI": "/openapi.json"}
    items = [tag("a", text, href=address) for text, address in links.items()]
    theme = tag("button", "◐", id="theme", type="button", title="Dark or light", aria_label="Dark or light")
    return tag("header", tag("strong", "bellwether"), tag("nav", *items), theme)


def wants_html(request: Request) -> bool:
    """Whether a browser asks for a page, as opposed to a program."""
    return "text/html" in request.headers.get("accept", "")

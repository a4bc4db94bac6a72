"""A page to try queries: the token, the query, its answer and the schema, with nothing loaded from elsewhere."""

from starlette.responses import HTMLResponse

from bellwether.edge.graph.schema import sdl
from bellwether.edge.pages.html import Html, join, page, tag

EXAMPLE = """\
query Flock($id: ID!) {
  flock(id: $id) {
    name
    animals(first: 20) {
      nodes {
        id
        tag
        sex
        birthDate
        sire { id tag }
        dam { id tag }
        weights { trait weightKg occurredOn }
        breedingValues { trait value reliability runId }
      }
      pageInfo { endCursor hasNextPage }
    }
  }
}"""
FLOCKS = """\
{
  flocks(first: 20) {
    nodes { id name }
    pageInfo { endCursor hasNextPage }
  }
}"""


def explorer() -> HTMLResponse:
    """The page."""
    return page(
        "GraphQL",
        tag("h1", "GraphQL"),
        tag("p", "One query across the services, with your own rights. Log in or paste a token first.", class_="quiet"),
        login(),
        tag("div", question(), answer(), class_="columns"),
        tag("h2", "Another query"),
        tag("pre", EXAMPLE),
        tag("h2", "Schema"),
        tag("pre", sdl()),
        script="explorer.js",
    )


def login() -> Html:
    """Where the token comes from."""
    return tag(
        "div",
        tag("input", id="email", type="email", placeholder="e-mail", autocomplete="username"),
        tag("input", id="password", type="password", placeholder="password", autocomplete="current-password"),
        tag("button", "Log in", id="login", type="button"),
        tag("input", id="token", type="password", placeholder="access token", autocomplete="off"),
        class_="stack",
    )


def question() -> Html:
    """The query and its variables."""
    return tag(
        "div",
        tag("h4", "Query"),
        tag("textarea", FLOCKS, id="query", rows="18", spellcheck="false", aria_label="Query"),
        tag("h4", "Variables (JSON)"),
        tag("textarea", id="variables", rows="3", spellcheck="false", aria_label="Variables"),
        join(tag("button", "Run (Ctrl+Enter)", id="run", type="button", class_="main"), tag("span", id="took")),
        class_="stack",
    )


def answer() -> Html:
    """What came back."""
    return tag("div", tag("h4", "Answer"), tag("pre", id="answer"), class_="stack")

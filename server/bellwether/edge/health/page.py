"""Health as a page."""

from starlette.responses import HTMLResponse

from bellwether.catalogue import TITLES
from bellwether.edge.health.probe import Health
from bellwether.edge.pages.html import Html, page, tag

LOOK = {"ready": "ready", "degraded": "waiting", "not ready": "waiting", "down": "down"}


def health_page(found: list[Health], version: str) -> HTMLResponse:
    """A coloured table of every service."""
    n_ready = sum(health.is_ready for health in found)
    head = tag("tr", *(tag("th", text) for text in ("Service", "State", "Version", "Latency", "What is missing")))
    return page(
        "Health",
        tag("h1", "Health"),
        tag("p", f"{n_ready} of {len(found)} services are ready. bellwether {version}.", class_="quiet"),
        tag("table", head, *(row(health) for health in found)),
    )


def row(health: Health) -> Html:
    """One service."""
    latency = "–" if health.latency_ms is None else f"{health.latency_ms:.1f} ms"
    name = tag("td", tag("a", health.service, href=f"/docs/{health.service}"), f" {TITLES[health.service]}")
    state = tag("td", health.state, class_=f"state {LOOK[health.state]}")
    return tag(
        "tr", name, state, tag("td", health.version or "–"), tag("td", latency), tag("td", "; ".join(health.reasons))
    )

"""Who gets a page and under which policy; what the pages do, a browser tests in `whole/`."""

from pathlib import Path

import httpx
import pytest

BROWSER = {"Accept": "text/html,*/*;q=0.8", "Authorization": ""}
PAGES = {"/docs": "docs", "/docs/farm": "docs", "/docs/edge": "docs", "/graphql": "graphql", "/healthz": "health"}


@pytest.fixture
def built(pages_dir: Path) -> Path:
    """Pages as `console/build.ts` writes them."""
    for name in set(PAGES.values()):
        (pages_dir / f"{name}.html").write_text(f"<!doctype html><title>{name}</title>")
        (pages_dir / f"{name}-0123abcd.js").write_text("0")
        (pages_dir / f"{name}-0123abcd.css").write_text("a{}")
    return pages_dir


@pytest.mark.parametrize(("path", "name"), PAGES.items())
@pytest.mark.usefixtures("built")
async def test_a_browser_gets_the_page_under_a_strict_policy(client: httpx.AsyncClient, path: str, name: str) -> None:
    page = await client.get(path, headers=BROWSER)
    assert page.status_code == 200
    assert f"<title>{name}</title>" in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in str(policy)
    assert "http" not in str(policy)


@pytest.mark.parametrize("path", ["/graphql", "/healthz"])
@pytest.mark.usefixtures("built")
async def test_a_program_gets_no_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"Accept": "*/*"})
    assert "html" not in answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/docs", "/docs/farm", "/graphql", "/healthz"])
async def test_pages_that_were_not_built_are_a_problem_that_says_so(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.json()["code"]) == (503, "pages_not_built")


@pytest.mark.usefixtures("built")
async def test_no_page_for_an_unknown_service(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs/wool", headers=BROWSER)
    assert (answer.status_code, answer.json()["code"]) == (404, "service_not_found")


@pytest.mark.parametrize(
    ("name", "kind"), [("docs-0123abcd.js", "text/javascript"), ("graphql-0123abcd.css", "text/css")]
)
@pytest.mark.usefixtures("built")
async def test_scripts_and_style_sheets_may_be_kept(client: httpx.AsyncClient, name: str, kind: str) -> None:
    answer = await client.get(f"/docs/assets/{name}", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "name", ["nothing.js", "docs.html", ".bellwether-stamp", "..%2fsecret.js", "%2e%2e", "x%00.js"]
)
async def test_no_other_file_is_served(client: httpx.AsyncClient, built: Path, name: str) -> None:
    (built / ".bellwether-stamp").write_text("0")
    (built.parent / "secret.js").write_text("0")
    assert (await client.get(f"/docs/assets/{name}")).status_code == 404

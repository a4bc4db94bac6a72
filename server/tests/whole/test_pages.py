"""The pages as a person uses them: log in, try something, read the answer; under the platform's own policy."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from bellwether.commands.demo.client import Client
from patience import PATIENCE_S

from .browser import Browser, window_on
from .conftest import PASSWORD, Platform

# the first test may have to fetch a browser
pytestmark = pytest.mark.timeout(900)

LIST_FARMS = '[id$="list_farms_api_v1_farm_farms_get"]'
MAKE_FARM = '[id$="create_farm_api_v1_farm_farms_post"]'
CHANGE_FARM = '[id$="change_farm_api_v1_farm_farms__farm_id__patch"]'
RUN = ".graphiql-execute-button"


@dataclass
class Farmer:
    """Somebody with a farm."""

    client: Client
    email: str
    farm_id: str
    farm_name: str

    @property
    def token(self) -> str:
        return str(self.client._http.headers["authorization"]).removeprefix("Bearer ")


@pytest.fixture(scope="module")
def farmer(whole: Platform) -> Farmer:
    email, name = f"u{uuid4().hex[:12]}@example.org", f"Long Gully {uuid4().hex[:6]}"
    client = whole.user("farmer", email=email)
    farm_id = client.post("/api/v1/farm/farms", {"name": name})["id"]
    client.post("/api/v1/farm/flocks", {"farm_id": farm_id, "name": f"Stud of {name}", "code": "1"})
    return Farmer(client, email, farm_id, name)


@pytest.fixture(scope="module")
def window(whole: Platform) -> Iterator[Browser]:
    with window_on(whole.url) as browser:
        yield browser


@pytest.fixture
def browser(window: Browser, whole: Platform) -> Iterator[Browser]:
    """The window; whatever a test does, nothing comes from elsewhere, no policy is broken and no token is kept."""
    window.open("/healthz")
    window.asked_for()
    window.complaints()
    yield window
    asked = window.asked_for()
    assert asked
    assert [url for url in asked if not url.startswith(whole.url + "/")] == []
    assert [line for line in window.complaints() if "Content Security Policy" in line] == []
    kept = window.driver.execute_script("return JSON.stringify([{...localStorage}, {...sessionStorage}])")
    # every access token begins so, for it begins with the JSON of its header
    assert "eyJ" not in kept + " ".join(asked)


def authorize(browser: Browser, **fields: str) -> None:
    """Fill in the dialog of Swagger UI."""
    browser.click(".btn.authorize")
    for name, words in fields.items():
        browser.type(f".login [name={name}]", words)
    browser.click(".modal-btn.authorize")


def try_out(browser: Browser, operation: str) -> None:
    """Open an operation for trying; of a long list the page holds what is near to the window."""
    ends = time.monotonic() + PATIENCE_S
    while not browser.driver.execute_script("return document.querySelector(arguments[0]) !== null", operation):
        assert time.monotonic() < ends, f"no {operation} in the page"
        browser.driver.execute_script("window.scrollBy(0, 300)")
        time.sleep(0.1)
    browser.click(f"{operation} .opblock-summary-control")
    browser.click(f"{operation} .try-out__btn")


def execute(browser: Browser, operation: str, status: int) -> str:
    """Send it; the body of the answer."""
    browser.click(f"{operation} .execute")
    browser.see(f"{operation} .live-responses-table .response-col_status", str(status))
    return browser.see(f"{operation} .live-responses-table .highlight-code").text


def field(name: str) -> str:
    """Where a parameter is typed."""
    return f'[data-param-name="{name}"] input'


def test_swagger_ui_logs_in_and_tries_a_read(browser: Browser, farmer: Farmer) -> None:
    browser.open("/docs")
    authorize(browser, email=farmer.email, password=PASSWORD)
    browser.click(".btn-done")
    browser.click(".opblock-tag", "Farm Management")
    try_out(browser, LIST_FARMS)
    assert farmer.farm_name in execute(browser, LIST_FARMS, 200)


def test_swagger_ui_tells_why_a_login_is_refused(browser: Browser, farmer: Farmer) -> None:
    browser.open("/docs")
    authorize(browser, email=farmer.email, password="wrong")
    browser.see(".login .errors", "The email or the password is wrong")
    browser.type(".login [name=password]", PASSWORD)
    browser.click(".modal-btn.authorize")
    browser.see(".auth-container h6", "Authorized")


def test_swagger_ui_sends_the_headers_of_a_change(browser: Browser, farmer: Farmer) -> None:
    browser.open("/docs/farm")
    authorize(browser, token=farmer.token)
    browser.click(".btn-done")
    try_out(browser, CHANGE_FARM)
    browser.type(f"{CHANGE_FARM} {field('farm_id')}", farmer.farm_id)
    browser.type(f"{CHANGE_FARM} textarea", json.dumps({"country": "NZ"}))
    assert "if_match_required" in execute(browser, CHANGE_FARM, 428)
    browser.type(f"{CHANGE_FARM} {field('if-match')}", '"1"')
    assert '"NZ"' in execute(browser, CHANGE_FARM, 200)
    assert farmer.client.get(f"/api/v1/farm/farms/{farmer.farm_id}")["country"] == "NZ"


def test_swagger_ui_sends_the_key_of_a_creation(browser: Browser, farmer: Farmer) -> None:
    browser.open("/docs/farm")
    authorize(browser, token=farmer.token)
    browser.click(".btn-done")
    try_out(browser, MAKE_FARM)
    browser.type(f"{MAKE_FARM} {field('idempotency-key')}", uuid4().hex)
    browser.type(f"{MAKE_FARM} textarea", json.dumps({"name": "Made once"}))
    made = execute(browser, MAKE_FARM, 201)
    browser.click(f"{MAKE_FARM} .btn-clear")
    assert execute(browser, MAKE_FARM, 201) == made
    assert [farm["name"] for farm in farmer.client.items("/api/v1/farm/farms")].count("Made once") == 1


def test_graphiql_logs_in_and_runs_a_query(browser: Browser, farmer: Farmer) -> None:
    browser.open("/graphql")
    browser.click(RUN)
    browser.see(".result-window", "not_authenticated")
    browser.type("#login [name=email]", farmer.email)
    browser.type("#login [name=password]", PASSWORD)
    browser.click("#login button")
    browser.see("#login output", "Logged in")
    browser.click(RUN)
    browser.see(".result-window", f'"name": "Stud of {farmer.farm_name}"')


def test_graphiql_shows_the_schema_and_its_settings(browser: Browser) -> None:
    browser.open("/graphql")
    browser.click('button[aria-label="Show Documentation Explorer"]')
    browser.see(".graphiql-doc-explorer-content", "BreedingValue")
    browser.click('button[aria-label="Open settings dialog"]')
    browser.see(".graphiql-dialog", "Theme")


def test_health_names_every_service(browser: Browser) -> None:
    browser.open("/healthz")
    browser.see("#summary", "8 of 8 services are ready")
    browser.click("#services a", "genetics")
    # of a hundred operations and more the page draws those that can be seen
    browser.see(".opblock-tag", "traits")

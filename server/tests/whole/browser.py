"""A headless browser as a person would use it: looks, clicks, types; and what it asked the network for."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from bellwether.launch.machine.ports import is_free
from patience import PATIENCE_S
from selenium.common.exceptions import StaleElementReferenceException, TimeoutException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from . import chromium

SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1000",
)
# what the driver and the browser listen on would else be a port of outgoing connections
PORTS = range(24_000, 25_000)


@dataclass
class Browser:
    """One window. Every look waits until what is looked for is there."""

    driver: Chrome
    origin: str

    def open(self, path: str) -> None:
        self.driver.get(self.origin + path)

    def see(self, css: str, text: str = "") -> WebElement:
        """The element that can be seen and holds `text`."""
        return self._until(lambda: self._shown(css, text), f"nothing at {css!r} with {text!r}")

    def click(self, css: str, text: str = "") -> None:
        element = self.see(css, text)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def type(self, css: str, words: str) -> None:
        """Replace what a field holds."""
        self.see(css).send_keys(Keys.CONTROL, "a")
        self.see(css).send_keys(words)

    def asked_for(self) -> list[str]:
        """The addresses of all requests since the last call, without the browser's own pages."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [each["params"] for each in messages if each["method"] == "Network.requestWillBeSent"]
        return [each["request"]["url"] for each in sent if not each["request"]["url"].startswith(("chrome:", "data:"))]

    def complaints(self) -> list[str]:
        """What the console said since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def _shown(self, css: str, text: str) -> WebElement | None:
        found = self.driver.find_elements(By.CSS_SELECTOR, css)
        return next((each for each in found if each.is_displayed() and text in each.text), None)

    def _until(self, look: Callable[[], WebElement | None], otherwise: str) -> WebElement:
        # what was found may belong to a page that has just gone
        waiting = WebDriverWait(self.driver, PATIENCE_S, 0.05, [StaleElementReferenceException])
        try:
            found = waiting.until(lambda _: look())
        except TimeoutException as error:
            there = self.driver.find_element(By.TAG_NAME, "body").text
            raise AssertionError(
                f"{otherwise} on {self.driver.current_url.partition('?')[0]}: {there[:500]}"
            ) from error
        assert found is not None
        return found


@contextmanager
def window_on(origin: str) -> Iterator[Browser]:
    """A browser with a profile of its own that is thrown away."""
    programs = chromium.find()
    driver_port, browser_port = islice(filter(is_free, PORTS), 2)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = programs.browser
        for switch in (*SWITCHES, f"--user-data-dir={profile}", f"--remote-debugging-port={browser_port}"):
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = Chrome(options, Service(programs.driver, port=driver_port, env=programs.env))
        driver.set_script_timeout(PATIENCE_S)
        try:
            yield Browser(driver, origin)
        finally:
            driver.quit()

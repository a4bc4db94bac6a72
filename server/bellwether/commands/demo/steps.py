"""What the demo does, step by step, over the public interface. Every step can be repeated without doubling."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_fixed

from bellwether.commands.demo.client import Client, Refused
from bellwether.commands.people.user import set_roles
from bellwether.launch.machine import keys
from bellwether.launch.machine.folders import REPOSITORY, Folders
from bellwether.launch.machine.state import State

EMAIL, NAME = "farmer@demo.bellwether.local", "Dorothy Dorset"
FARM, FLOCK, FLOCK_CODE = "Demo stud", "Poll Dorset stud", "161234"
EXAMPLE = REPOSITORY / "examples" / "flock"
FILES = (("animals.csv", {"kind": "sg"}), ("weights.csv", {"kind": "weights", "trait": "PWT", "date_order": "dmy"}))
TRIES = 100
TRAITS = ("WWT", "PWT")
Watch = Callable[[dict[str, Any]], None]


@dataclass
class DemoFlock:
    """One platform, one farmer, one flock."""

    client: Client
    folders: Folders
    state: State
    farm: dict[str, Any] = field(default_factory=dict)
    flock: dict[str, Any] = field(default_factory=dict)

    def account(self) -> str:
        """A farmer who is logged in; returns the email."""
        password = keys.password(self.folders, "demo-farmer")
        try:
            roles = self.client.login(EMAIL, password)["user"]["roles"]
        except Refused as refused:
            if refused.status != 401:
                raise
            self.client.post("/api/v1/auth/register", {"email": EMAIL, "password": password, "name": NAME})
            roles = []
        if "farmer" not in roles:
            set_roles(self.folders, self.state, EMAIL, ["farmer"])
            self.client.login(EMAIL, password)
        return EMAIL

    def place(self) -> None:
        """The farm and its flock, made on the first run."""
        self.farm = self._found("/api/v1/farm/farms", "name", FARM) or self._once(
            "demo-farm",
            "/api/v1/farm/farms",
            {"name": FARM, "country": "AU", "time_zone": "Australia/Melbourne"},
        )
        farm_id = self.farm["id"]
        self.flock = self._found("/api/v1/farm/flocks", "code", FLOCK_CODE, farm_id=farm_id) or self._once(
            f"demo-flock-{farm_id}",
            "/api/v1/farm/flocks",
            {
                "farm_id": self.farm["id"],
                "name": FLOCK,
                "code": FLOCK_CODE,
                "breed_code": "PD",
                "recording_scheme": "SG",
            },
        )

    def load(self, name: str, options: dict[str, str], watch: Watch) -> dict[str, Any]:
        """Import one file of the example and wait; the import with its counts."""
        fields = {"farm_id": self.farm["id"], "flock": self.flock["id"], **options}
        job = self.client.upload("/api/v1/farm/imports", EXAMPLE / name, fields)
        ended = self.client.wait(job, watch)
        if ended["state"] != "succeeded":
            raise Refused(409, ended["error"] or {"detail": f"the import {ended['state']}"})
        found: dict[str, Any] = self.client.get(f"/api/v1/farm/imports/{job['import_id']}")
        return found

    def faults(self, import_id: str) -> list[dict[str, Any]]:
        """The rows that were refused, and why."""
        return list(self.client.items(f"/api/v1/farm/imports/{import_id}/rows", accepted="false"))

    def evaluate(self, watch: Watch) -> dict[str, Any]:
        """The newest evaluation of the flock; a new one only when the data changed since."""
        state = self.client.get(f"/api/v1/genetics/flocks/{self.flock['id']}/state")
        if state["is_evaluated"] and not state["is_stale"]:
            run: dict[str, Any] = self.client.get(f"/api/v1/genetics/evaluations/{state['last_run_id']}")
            return run
        job = self.client.post(
            "/api/v1/genetics/evaluations",
            {"flock_id": self.flock["id"], "traits": list(TRAITS), "reliability": "exact"},
        )
        ended = self.client.wait(job, watch)
        if ended["state"] != "succeeded":
            raise Refused(409, ended["error"] or {"detail": f"the evaluation {ended['state']}"})
        done: dict[str, Any] = self.client.get(f"/api/v1/genetics/evaluations/{ended['id']}")
        return done

    def best_rams(self, trait: str, count: int = 10) -> list[dict[str, Any]]:
        """The rams with the highest breeding values."""
        page = self.client.get(
            "/api/v1/genetics/breeding-values",
            flock_id=self.flock["id"],
            trait=trait,
            sex="male",
            sort="-value",
            limit=count,
        )
        return list(page["items"])

    def tags(self, animal_ids: list[str]) -> dict[str, str]:
        """The visual tags of animals by their ids."""
        if not animal_ids:
            return {}
        found = self.client.post("/api/v1/farm/animals/query", {"ids": animal_ids})
        return {animal["id"]: animal["tag"] for animal in found["items"]}

    def trend(self, trait: str) -> dict[str, Any]:
        """Mean breeding value by year of drop."""
        found: dict[str, Any] = self.client.get(f"/api/v1/genetics/flocks/{self.flock['id']}/trend", trait=trait)
        return found

    def _found(self, path: str, key: str, value: str, **params: str) -> dict[str, Any] | None:
        return next((item for item in self.client.items(path, **params) if item[key] == value), None)

    def _once(self, key: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create something under a key, so that two demos at once make one."""
        retrying = Retrying(
            retry=retry_if_exception(is_running), wait=wait_fixed(0.1), stop=stop_after_attempt(TRIES), reraise=True
        )
        made: dict[str, Any] = retrying(self.client.post, path, body, headers={"Idempotency-Key": key})
        return made


def is_running(error: BaseException) -> bool:
    """Whether another demo makes the same thing at this moment."""
    return isinstance(error, Refused) and error.problem.get("code") == "idempotency_running"

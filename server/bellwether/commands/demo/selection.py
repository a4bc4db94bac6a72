"""From breeding values to matings over the public interface: an index, the best rams by it, and who goes to whom."""

from dataclasses import dataclass
from typing import Any

from bellwether.commands.demo.client import Client, Refused
from bellwether.commands.demo.steps import Watch

INDEX = {
    "name": "Lamb growth",
    "currency": "AUD",
    "weights": [{"trait": "WWT", "weight": 1.0}, {"trait": "PWT", "weight": 0.6}],
    "note": "an example: what a kilogram is worth is for you to say",
}
RAMS, EWES, EWES_OF_RAM, MOST_INBREEDING = 10, 30, 3, 0.0625


@dataclass
class DemoSelection:
    """One flock that has been evaluated."""

    client: Client
    farm_id: str
    flock_id: str

    def index(self) -> dict[str, Any]:
        """The index; asked for again it is the same version."""
        found: dict[str, Any] = self.client.post(f"/api/v1/genetics/farms/{self.farm_id}/indexes", INDEX)
        return found

    def best(self, index_id: str, sex: str, count: int) -> list[dict[str, Any]]:
        """The animals with the highest index."""
        page = self.client.get(
            "/api/v1/genetics/rankings", index_id=index_id, flock_id=self.flock_id, sex=sex, limit=count
        )
        return list(page["items"])

    def matings(self, index_id: str, rams: list[dict[str, Any]], ewes: list[dict[str, Any]], watch: Watch) -> Any:
        """A ram for each ewe: three ewes to a ram at most, and no lamb more inbred than those of cousins."""
        body = {
            "run_id": rams[0]["run_id"],
            "index_id": index_id,
            "ram_ids": [ram["animal_id"] for ram in rams],
            "ewe_ids": [ewe["animal_id"] for ewe in ewes],
            "ram_maximum": EWES_OF_RAM,
            "inbreeding_limit": MOST_INBREEDING,
        }
        key = {"Idempotency-Key": f"demo-matings-{rams[0]['run_id']}"}
        ended = self.client.wait(self.client.post("/api/v1/genetics/mating-plans", body, headers=key), watch)
        if ended["state"] != "succeeded":
            raise Refused(409, ended["error"] or {"detail": f"the mating plan {ended['state']}"})
        return ended["result"]

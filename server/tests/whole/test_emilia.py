"""Emilia's tools on the running platform, through the gateway: right numbers, and nothing of another farm."""

from pathlib import Path
from typing import Any

from bellwether.commands.demo.client import Client
from whole.flock import make_flock, sheep_file, weights_file


def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """One call of a tool at `/mcp`."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    return client.post("/mcp", message)["result"]


def words(result: dict[str, Any]) -> str:
    return "\n".join(each.get("text", "") for each in result["content"])


def test_the_tools_say_what_the_services_say(whole, tmp_path: Path) -> None:
    owner, stranger = whole.user("farmer"), whole.user("farmer")
    flock = make_flock(owner)
    flock.load(sheep_file(tmp_path, flock.code, 6), "sg")
    flock.load(weights_file(tmp_path, "weights.csv", 6, ["15/11/2023"]), "weights", trait="WWT", date_order="dmy")
    animals = flock.animals()
    summary = call(owner, "flock_summary")["structuredContent"]["data"]
    assert (summary["born"], summary["drops"]) == (len(animals), [{"drop": 2023, "born": 6, "here": 6}])
    for animal in animals[:2]:
        card = call(owner, "animal_card", animal=animal["id"])["structuredContent"]["data"]
        measured = owner.get("/api/v1/farm/measurements", animal_id=animal["id"])["items"]
        assert {each["id"]: each["value"] for each in card["measured"]} == {
            each["id"]: each["value"] for each in measured
        }
    ewes = [animal["id"] for animal in animals[:2]]
    assert "A ram and a ewe are needed" in words(call(owner, "mating_inbreeding", ram=ewes[0], ewe=ewes[1]))
    assert call(owner, "ancestors", animal=ewes[0])["structuredContent"]["data"]["inbreeding"] == 0
    assert "no numbers of the breed" in words(call(owner, "compare_with_breed"))
    for tool in ("animal_card", "breeding_values", "ancestors", "scrapie_genotypes"):
        told = words(call(stranger, tool, animal=ewes[0], farm=flock.farm_id))
        assert told == "You are not a member of any farm, so there is no flock to read."

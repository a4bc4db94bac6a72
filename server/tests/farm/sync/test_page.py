"""The page on clients is true: each of its commands is sent, in its order, and answered."""

import hashlib
from pathlib import Path

from bellwether.platform.ids import new_id

from ..conftest import Farmer
from ..typed_pages import type_in


async def test_the_page_is_typed_in(farmer: Farmer, tmp_path: Path) -> None:
    photo = tmp_path / "ewe.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0 of a ewe")
    names = {"FARM": farmer.farm_id, "FLOCK": farmer.flock_id, "DEVICE": str(new_id()), "EWE": str(new_id())}
    names |= {"WEIGHT": str(new_id())}
    names |= {"PHOTO": str(photo), "SHA256": hashlib.sha256(photo.read_bytes()).hexdigest()}
    device, changes, pushed, link, awaited, sent, links, *others = await type_in(
        farmer, "how-to/write-a-sync-client.md", names
    )
    conflicts, unsent, left = others
    assert device["name"] == "Yard tablet"
    assert [row["collection"] for row in changes["documents"]] == ["flocks"]
    assert [row["status"] for row in pushed["results"]] == ["applied"] * 3
    assert awaited["items"] == [link]
    assert (sent["media_type"], [row["state"] for row in links["items"]]) == ("image/jpeg", ["stored"])
    assert conflicts["items"] == []
    assert unsent["unsent"] == 0
    assert left["signed_out_at"] is not None

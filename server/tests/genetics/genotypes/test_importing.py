"""Genotype files into the database: what is taken, what is refused by name, and that nothing of it stays then."""

import json
from typing import Any

import asyncpg
import numpy as np
import pytest
from bellwether.genetics.genotypes.importing import repository
from bellwether.genetics.genotypes.importing.problems import GenotypesChanged
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id


async def test_a_file_is_taken_in(new_lab: Any, admin: asyncpg.Connection) -> None:
    lab = await new_lab()
    row = await lab.take(lab.flock.plink())
    assert row["state"] == "succeeded", row["error"]
    found = (await lab.person.ask("GET", f"/genotype-imports/{row['id']}")).json()
    assert (found["n_samples"], found["n_accepted"], found["n_quarantined"]) == (20, 20, 0), found["report"]["checks"]
    assert await admin.fetchval("select count(*) from genetics.genotype where farm_id = $1", lab.farm.id) == 20 * 4


async def test_what_is_read_is_what_was_sent(new_lab: Any) -> None:
    """PLINK to the database and out of it: an animal, a marker, a stretch, frequencies."""
    lab = await new_lab()
    flock, person, farm = lab.flock, lab.person, lab.farm
    assert (await lab.take(flock.plink()))["state"] == "succeeded"
    listed = [
        row
        for first in range(0, 403, 1)
        if first == 0
        for row in (await person.ask("GET", f"/chips/{lab.chip_id}/maps/1/markers?limit=1000")).json()["items"]
    ]
    order = [int(row["name"][1:]) for row in listed]
    assert len(order) == 403
    assert sorted(order) == list(range(403))
    for i in (0, 7, 19):
        answer = await person.ask("GET", f"/animals/{flock.rows[i]['id']}/genotypes")
        assert answer.status_code == 200, answer.text
        calls = answer.json()["calls"]
        assert [int(sign.replace(".", "3")) for sign in calls] == flock.codes[i, order].tolist()
    position = {str(row["id"]): i for i, row in enumerate(flock.rows)}
    for j in (0, 1, 402):
        found = (await person.ask("GET", f"/chips/{lab.chip_id}/markers/s{j}/genotypes?farm_id={farm.id}")).json()
        seen = {position[row["animal_id"]]: row["calls"] for row in found["items"]}
        assert [int(seen[i].replace(".", "3")) for i in range(20)] == flock.codes[:, j].tolist()
        assert found["counts"] == np.bincount(flock.codes[:, j], minlength=4).tolist()
    path = f"/chips/{lab.chip_id}/genotypes?farm_id={farm.id}&chromosome=OAR3&first=50000&last=200000&limit=7"
    seen, cursor = {}, ""
    while cursor is not None:
        page = (await person.ask("GET", path + (f"&cursor={cursor}" if cursor else ""))).json()
        seen |= {position[row["animal_id"]]: row["calls"] for row in page["items"]}
        cursor = page["next"]
    inside = [int(name[1:]) for name in page["markers"]]
    assert inside == [j for j, row in zip(order, listed, strict=True)
                      if row["chromosome"] == "3" and 50_000 <= row["position"] <= 200_000]  # fmt: skip
    assert len(inside) > 20
    for i in range(20):
        assert [int(sign.replace(".", "3")) for sign in seen[i]] == flock.codes[i, inside].tolist()
    path = f"/chips/{lab.chip_id}/frequencies?farm_id={farm.id}&by=birth_year&limit=400"
    page = (await person.ask("GET", path)).json()
    assert page["next"] is not None
    lambs, others = flock.codes[8:], flock.codes[:8]
    for item in page["items"]:
        j = int(item["marker"][1:])
        assert [group["group"] for group in item["groups"]] == ["2024", None]
        for group, codes in zip(item["groups"], (lambs, others), strict=True):
            assert group["counts"] == np.bincount(codes[:, j], minlength=4).tolist()


async def refused(lab: Any, admin: asyncpg.Connection, content: bytes, name: str = "x.zip", **options: Any) -> Any:
    """The errors of an import that leaves nothing."""
    row = await lab.take(content, name, **options)
    assert row["state"] == "failed", row
    for table in ("sample", "genotyping", "genotype"):
        sql = f"select count(*) from genetics.{table} where farm_id = $1"
        assert await admin.fetchval(sql, lab.farm.id) == lab.n_kept.get(table, 0)
    return json.loads(row["error"])["errors"]


@pytest.mark.parametrize("what", ["unknown_animal", "other_chip", "foreign_marker", "other_position", "other_alleles"])
async def test_what_does_not_fit_is_refused_by_name(new_lab: Any, admin: asyncpg.Connection, what: str) -> None:
    lab = await new_lab()
    lab.n_kept = {}
    flock, n = lab.flock, lab.flock.codes.shape[1]
    text = lab.bim_of(n).splitlines()
    names = list(flock.names)
    if what == "unknown_animal":
        names[4] = "NOBODY"
    elif what == "other_chip":
        text = [line.replace(" s", " other") for line in text]
    elif what == "foreign_marker":
        text[7] = text[7].replace(" s7 ", " new7 ")
    elif what == "other_position":
        text[7] = text[7].replace(str(1000 * (n - 7)), "77")
    else:
        text[7] = " ".join([*text[7].split()[:4], "A", "I"])
    found = await refused(lab, admin, lab.zip_of(flock.codes, names, "\n".join(text) + "\n"))
    assert found[0]["code"] == what
    assert {"unknown_animal": "NOBODY", "other_chip": "403", "foreign_marker": "new7"}.get(what, "s7") in str(found[0])


async def test_a_sample_twice_is_refused_and_a_correction_is_a_version(new_lab: Any, admin: asyncpg.Connection) -> None:
    lab = await new_lab()
    lab.n_kept = {}
    flock = lab.flock
    twice = [*flock.names[:19], flock.names[0]]
    found = await refused(lab, admin, lab.zip_of(flock.codes, twice))
    assert {(row["code"], row["field"]) for row in found} == {("repeated_sample", "T000")}
    assert (await lab.take(flock.plink()))["state"] == "succeeded"
    lab.n_kept = {"sample": 20, "genotyping": 20, "genotype": 80}
    found = await refused(lab, admin, flock.plink(flock.codes[:3], flock.names[:3]))
    assert [row["code"] for row in found] == ["sample_exists"] * 3
    changed = flock.codes[:1].copy()
    changed[0, 5] = (changed[0, 5] + 1) % 3
    row = await lab.take(flock.plink(changed, flock.names[:1]), existing="correct")
    assert row["state"] == "succeeded", row["error"]
    calls = (await lab.person.ask("GET", f"/animals/{flock.rows[0]['id']}/genotypes")).json()["calls"]
    order = (await lab.person.ask("GET", f"/chips/{lab.chip_id}/maps/1/markers?limit=1000")).json()["items"]
    place = [each["name"] for each in order].index("s5")
    assert int(calls[place].replace(".", "3")) == changed[0, 5]


async def test_a_swapped_sample_is_set_apart(new_lab: Any) -> None:
    lab = await new_lab()
    codes = lab.flock.codes.copy()
    codes[[0, 8]] = codes[[8, 0]]
    row = await lab.take(lab.flock.plink(codes))
    assert row["state"] == "succeeded", row["error"]
    apart = (await lab.person.ask("GET", f"/genotype-imports/{row['id']}/samples?state=quarantined")).json()["items"]
    assert "T000" in {each["name"] for each in apart}
    assert all(set(each["reasons"]) <= {"swapped", "parent_conflict", "other_sex"} for each in apart)
    found = await lab.person.ask("GET", f"/animals/{lab.flock.rows[0]['id']}/genotypes")
    assert found.json()["code"] == "not_genotyped"


async def test_a_file_that_is_broken_is_refused_when_it_is_sent(new_lab: Any) -> None:
    """A truncated .bed, a VCF whose FORMAT begins with another field: nothing is kept of either."""
    lab = await new_lab()
    vcf = (
        '##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
        '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="d">\n'
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT000\n1\t5\trs9\tA\tG\t.\t.\t.\tDP:GT\t7:0/1\n"
    )
    for name, content, code in (
        ("x.zip", lab.zip_of(lab.flock.codes, lab.flock.names, end=-3), "bed_size"),
        ("x.vcf", vcf.encode(), "format_order"),
    ):
        sent = {"file": (name, content)}
        answer = await lab.person.ask("POST", "/genotype-files", data={"farm_id": str(lab.farm.id)}, files=sent)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code), answer.text
    assert "rs9" in answer.text
    assert (await lab.person.ask("GET", f"/genotype-files?farm_id={lab.farm.id}")).json()["items"] == []


async def test_calls_are_read_by_another_version_of_the_map(new_lab: Any) -> None:
    """A new map is a new version: positions move, a marker counts the other allele, one is dropped."""
    lab = await new_lab()
    flock, person = lab.flock, lab.person
    assert (await lab.take(flock.plink()))["state"] == "succeeded"
    lines = [line.split() for line in lab.bim_of(403).splitlines()]
    for cells in lines:
        cells[3] = str(int(cells[3]) + 17)
    lines[5][4:] = lines[5][:3:-1]
    del lines[9]
    text = "\n".join(" ".join(cells) for cells in lines) + "\n"
    answer = await person.ask("POST", f"/chips/{lab.chip_id}/maps", files={"file": ("v2.bim", text)})
    assert (answer.status_code, answer.json()["version"]) == (201, 2), answer.text
    again = await person.ask("POST", f"/chips/{lab.chip_id}/maps", files={"file": ("v2.bim", text)})
    assert again.json()["code"] == "map_exists"
    position = {str(row["id"]): i for i, row in enumerate(flock.rows)}
    for name, expected in (("s5", np.array([2, 1, 0, 3])[flock.codes[:, 5]]), ("s6", flock.codes[:, 6])):
        path = f"/chips/{lab.chip_id}/markers/{name}/genotypes?farm_id={lab.farm.id}"
        found = (await person.ask("GET", path)).json()
        seen = {position[row["animal_id"]]: int(row["calls"].replace(".", "3")) for row in found["items"]}
        assert (found["map_version"], [seen[i] for i in range(20)]) == (2, expected.tolist())
    path = f"/chips/{lab.chip_id}/markers/s9/genotypes?farm_id={lab.farm.id}"
    assert (await person.ask("GET", path)).json()["code"] == "no_such_marker"
    assert (await person.ask("GET", path + "&map_version=1")).status_code == 200


async def test_a_sample_moves_to_its_own_animal_and_one_of_several_is_preferred(new_lab: Any) -> None:
    lab = await new_lab()
    flock, person = lab.flock, lab.person
    assert (await lab.take(flock.plink(flock.codes[:2], flock.names[:2])))["state"] == "succeeded"
    told = {"again": str(flock.rows[0]["id"]), "wrong": flock.names[1]}
    codes = flock.codes[[0, 5]]
    codes[0, np.flatnonzero(codes[0] == 0)[0]] = 1
    row = await lab.take(flock.plink(codes, ["again", "wrong"]), samples=told)
    assert row["state"] == "succeeded", row["error"]
    listed = (await person.ask("GET", f"/samples?farm_id={lab.farm.id}")).json()["items"]
    samples = {each["name"]: each for each in listed}
    assert [samples[name]["is_preferred"] for name in ("T000", "T001", "again", "wrong")] == [True, True, False, False]
    assert samples["again"]["reasons"] == []
    address = f"/animals/{flock.rows[0]['id']}/genotypes"
    one, both = [(await person.ask("GET", address + more)).json() for more in ("", "?consensus=true")]
    assert (one.get("n_disagreeing"), both["n_disagreeing"], len(both["consensus_of"])) == (None, 1, 2)
    assert [(a, b) for a, b in zip(one["calls"], both["calls"], strict=True) if a != b] == [("0", ".")]
    path, body = f"/samples/{samples['again']['id']}", {"is_preferred": True}
    assert (await person.ask("PATCH", path, json=body)).status_code == 428
    changed = (await person.ask("PATCH", path, json=body, headers={"If-Match": '"1"'})).json()["items"][0]
    assert (changed["is_preferred"], changed["rev"]) == (True, 2)
    assert (await person.ask("PATCH", path, json=body, headers={"If-Match": '"1"'})).status_code == 412
    found = (await person.ask("GET", f"/animals/{flock.rows[0]['id']}/genotypes")).json()
    assert found["sample"] == "again"
    path, body = f"/samples/{samples['wrong']['id']}", {"animal_id": str(flock.rows[5]["id"])}
    moved = (await person.ask("PATCH", path, json=body, headers={"If-Match": '"1"'})).json()["items"][0]
    assert (moved["animal_id"], moved["is_preferred"]) == (body["animal_id"], True)
    found = (await person.ask("GET", f"/animals/{flock.rows[5]['id']}/genotypes")).json()
    assert found["sample"] == "wrong"
    other = await person.ask("PATCH", path, json={"animal_id": str(lab.farm.id)}, headers={"If-Match": '"2"'})
    assert other.json()["code"] == "no_such_animal"


async def test_a_table_of_dosages_says_whose_copies_it_counts(new_lab: Any, admin: asyncpg.Connection) -> None:
    lab = await new_lab()
    lab.n_kept = {}
    names = ",".join(f"s{i}" for i in range(403))
    rows = "\n".join(f"{name},{','.join('1' if i % 2 else '0' for i in range(403))}" for name in lab.flock.names)
    text = f"animal,{names}\n{rows}\n".encode()
    found = await refused(lab, admin, text, "d.csv")
    assert [row["code"] for row in found] == ["unknown_alleles"]
    row = await lab.take(text, "d.csv", counts="other")
    assert row["state"] == "succeeded", row["error"]
    apart = (await lab.person.ask("GET", f"/genotype-imports/{row['id']}/samples?state=quarantined")).json()["items"]
    assert len(apart) == 20
    assert all("duplicate" in each["reasons"] for each in apart)


async def test_of_two_imports_of_the_same_samples_one_is_taken(new_lab: Any, database: Database) -> None:
    """The other finds them when it reads, or when it writes: it leaves nothing."""
    lab = await new_lab()
    lab.n_kept = {}
    assert (await lab.take(lab.flock.plink()))["state"] == "succeeded"
    late = [(new_id(), lab.flock.rows[0]["id"], "T000", "")]
    with pytest.raises(GenotypesChanged):
        async with database.transaction(Context(user_id=lab.farm.owner_id)) as session:
            await repository.add_samples(session, lab.farm.id, lab.farm.owner_id, late)

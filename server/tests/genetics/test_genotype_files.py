"""Genotype files: who may do what, whose rows anybody sees, what is taken and what is refused."""

import gzip
import hashlib
import io
import zipfile
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.genetics.genotype_files import service
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .barn import Barn, Farm
from .conftest import People, Person

DOSAGES = "animal,m1,m2,m3\n1,0,1,2\n2,2,,1\n"
VCF = (
    "##fileformat=VCFv4.2\n##contig=<ID=1>\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA1\tA2\n"
    "1\t100\trs1\tA\tG\t.\t.\t.\tGT\t0/1\t1/1\n1\t200\trs2\tC\tT\t.\t.\t.\tGT\t0/0\t./.\n"
)
PLINK = {
    "flock.bed": bytes([0x6C, 0x1B, 0x01, 0b1011, 0b0010]),
    "flock.bim": b"1 rs1 0 100 A G\n1 rs2 0 200 C T\n",
    "flock.fam": b"F A1 0 0 1 -9\nF A2 0 0 2 -9\n",
}


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


async def send(person: Person, farm_id: UUID, name: str, content: str | bytes) -> Any:
    return await person.ask("POST", "/genotype-files", data={"farm_id": str(farm_id)}, files={"file": (name, content)})


@pytest.fixture(scope="module")
async def farm(barn: Barn) -> Farm:
    return await barn.farm()


@pytest.fixture(scope="module")
async def kept(people: People, farm: Farm) -> dict[str, Any]:
    """A file of the farm."""
    answer = await send(people(user_id=farm.owner_id), farm.id, "kept.csv", DOSAGES)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/genetics/genotype-files/{found['id']}"
    return found


async def test_who_may_do_what(people: People, farm: Farm, kept: dict[str, Any], admin: asyncpg.Connection) -> None:
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, farm.id
    )
    one, many = f"/genotype-files/{kept['id']}", f"/genotype-files?farm_id={farm.id}"
    client = people().client
    base = "http://genetics/api/v1/genetics"
    assert [(await client.request(verb, base + path)).status_code for verb, path in
            (("GET", one), ("GET", many), ("DELETE", one), ("POST", "/genotype-files"))] == [401] * 4  # fmt: skip

    stranger, wrong_role = people(), people("administrator")
    assert [(await wrong_role.ask(verb, path)).status_code for verb, path in (("GET", one), ("GET", many),
            ("DELETE", one))] == [403] * 3  # fmt: skip
    assert (await send(wrong_role, farm.id, "x.csv", DOSAGES)).status_code == 403

    assert (await stranger.ask("GET", one)).status_code == 404
    assert (await stranger.ask("GET", many)).json()["items"] == []
    assert (await stranger.ask("DELETE", one)).status_code == 404
    assert (await send(stranger, farm.id, "x.csv", DOSAGES)).status_code == 404

    assert (await viewer.ask("GET", one)).json() == kept
    assert (await viewer.ask("DELETE", one)).json()["code"] == "read_only_member"
    assert (await send(viewer, farm.id, "x.csv", DOSAGES)).json()["code"] == "read_only_member"

    owner = people(user_id=farm.owner_id)
    assert (await owner.ask("GET", one)).json() == kept
    assert kept in (await owner.ask("GET", many)).json()["items"]


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("d.csv", DOSAGES + "3,1,1,1\n", (3, 3)),
        ("d.csv.gz", gzip.compress((DOSAGES + "4,1,1,1\n").encode()), (3, 3)),
        ("v.vcf", VCF, (2, 2)),
        ("p.zip", zipped(PLINK), (2, 2)),
        ("folder.zip", zipped({f"flock/{name}": content for name, content in PLINK.items()}), (2, 2)),
    ],
)
async def test_every_kind_is_taken(
    people: People, farm: Farm, name: str, content: str | bytes, size: tuple[int, int]
) -> None:
    answer = await send(people(user_id=farm.owner_id), farm.id, name, content)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    raw = content if isinstance(content, bytes) else content.encode()
    assert (found["n_animals"], found["n_markers"]) == size
    assert (found["sha256"], found["n_bytes"]) == (hashlib.sha256(raw).hexdigest(), len(raw))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("notes.docx", "x", "unknown_kind"),
        ("d.csv", "animal,m1\n1,7\n", "not_a_genotype"),
        ("d.csv", "", "empty_file"),
        ("d.csv.gz", b"no gzip", "unreadable_file"),
        ("v.vcf", "##fileformat=VCFv4.2\nno header", "not_vcf"),
        ("p.zip", b"no zip", "not_zip"),
        ("p.zip", zipped({"a.bed": b"x"}), "not_plink"),
        ("p.zip", zipped({**PLINK, "../../evil.sh": b"x"}), "not_plink"),
        ("p.zip", zipped({**PLINK, "flock.bed": b"not a bed"}), "not_bed"),
    ],
)
async def test_a_broken_file_is_refused_and_not_kept(
    people: People, farm: Farm, admin: asyncpg.Connection, name: str, content: str | bytes, code: str
) -> None:
    count = "select count(*) from genetics.genotype_file where farm_id = $1"
    before = await admin.fetchval(count, farm.id)
    answer = await send(people(user_id=farm.owner_id), farm.id, name, content)
    assert answer.status_code == 422
    assert answer.json()["code"] == "unusable_genotypes"
    row = answer.json()["errors"][0]
    assert row["code"] == code
    assert row["message"]
    assert row["fix"]
    assert "bellwether-genotypes" not in answer.text
    assert await admin.fetchval(count, farm.id) == before


async def test_the_same_file_again_is_the_same(people: People, farm: Farm, kept: dict[str, Any]) -> None:
    again = await send(people(user_id=farm.owner_id), farm.id, "another name.csv", DOSAGES)
    assert again.json() == kept


async def test_a_farm_keeps_so_many_and_no_more(people: People, barn: Barn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_FILES", 1)
    farm = await barn.farm()
    owner = people(user_id=farm.owner_id)
    first = (await send(owner, farm.id, "a.csv", DOSAGES)).json()
    full = await send(owner, farm.id, "b.csv", DOSAGES + "3,1,1,1\n")
    assert (full.status_code, full.json()["code"]) == (409, "too_many_genotype_files")
    assert (await owner.ask("DELETE", f"/genotype-files/{first['id']}")).status_code == 204
    assert (await owner.ask("GET", f"/genotype-files/{first['id']}")).json()["code"] == "no_such_genotypes"
    assert (await send(owner, farm.id, "b.csv", DOSAGES + "3,1,1,1\n")).status_code == 201


async def test_row_level_security_stands_behind_the_routes(database: Database, kept: dict[str, Any]) -> None:
    """Even a query without any filter finds nothing of another farm."""
    async with database.transaction(Context(user_id=new_id())) as session:
        assert (await session.execute(text("select count(*) from genetics.genotype_file"))).scalar_one() == 0
        done = await session.execute(text("delete from genetics.genotype_file"))
        assert done.rowcount == 0
    assert kept["n_animals"] == 2

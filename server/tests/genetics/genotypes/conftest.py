"""A farm with families, their genotypes as files, and how they get into the database."""

import io
import zipfile
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from bellwether.platform.ids import new_id
from bellwether_engine.genotypes import pack, to_bed
from numpy.typing import NDArray

Codes = NDArray[np.uint8]
N_MARKERS = 403
LETTERS = ("A", "C", "G", "T")


@dataclass
class Flock:
    """Two rams, six ewes, twelve lambs of theirs, and their calls at markers of four chromosomes and X."""

    names: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    codes: Codes = field(default_factory=lambda: np.zeros((0, 0), np.uint8))

    @classmethod
    def simulated(cls, seed: int = 3, n_markers: int = N_MARKERS) -> "Flock":
        """Genes drop from parents; one call in fifty is missing."""
        rng = np.random.default_rng(seed)
        chromosome = chromosomes(n_markers)
        p = rng.uniform(0.2, 0.8, n_markers)
        rows: list[dict[str, Any]] = []
        gametes: list[NDArray[np.uint8]] = []
        for i in range(20):
            sex = "male" if i < 2 or (i >= 8 and i % 2) else "female"
            row: dict[str, Any] = {"id": new_id(), "tag": f"T{i:03d}", "sex": sex}
            if i >= 8:
                sire, dam = i % 2, 2 + i % 6
                row |= {"sire_id": rows[sire]["id"], "dam_id": rows[dam]["id"], "birth_date": None, "drop_year": 2024}
                pair = np.array([drop(rng, gametes[sire]), drop(rng, gametes[dam])])
                if sex == "male":
                    pair[0, chromosome == "X"] = pair[1, chromosome == "X"]
            else:
                pair = (rng.random((2, n_markers)) < p).astype(np.uint8)
                if sex == "male":
                    pair[0, chromosome == "X"] = pair[1, chromosome == "X"]
            rows.append(row)
            gametes.append(pair)
        codes = np.array([pair.sum(axis=0) for pair in gametes], dtype=np.uint8)
        codes[rng.random(codes.shape) < 0.02] = 3
        return cls([row["tag"] for row in rows], rows, codes)

    def plink(self, codes: Codes | None = None, names: list[str] | None = None, *, end: int | None = None) -> bytes:
        """A zip of .bed, .bim and .fam."""
        use, who = self.codes if codes is None else codes, names or self.names
        return zip_of(use, who, bim(use.shape[1]), end=end)


def zip_of(codes: Codes, names: list[str], text: str, *, end: int | None = None) -> bytes:
    """A zip of .bed, .bim and .fam."""
    fam = "".join(f"F{i % 3} {name} 0 0 {1 + i % 2} -9\n" for i, name in enumerate(names))
    return zipped({"x.bed": to_bed(pack(codes))[:end], "x.bim": text.encode(), "x.fam": fam.encode()})


def drop(rng: np.random.Generator, pair: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One allele of each marker."""
    return np.where(rng.random(pair.shape[1]) < 0.5, pair[0], pair[1]).astype(np.uint8)


def chromosomes(n_markers: int) -> NDArray[np.str_]:
    """Out of order, as files may be."""
    return np.array([("3", "1", "26", "X")[i % 4 if i % 9 else 0] for i in range(n_markers)])


def alleles(i: int) -> tuple[str, str]:
    """Of a marker: one in eight reads the same on both strands."""
    return ("A", "T") if i % 8 == 0 else (LETTERS[i % 4], LETTERS[(i + 1) % 4 if i % 2 else (i + 2) % 4])


def bim(n_markers: int) -> str:
    """The map, as PLINK writes it."""
    rows = zip(range(n_markers), chromosomes(n_markers), strict=True)
    return "".join(f"{c} s{i} 0.{i % 7} {1000 * (n_markers - i)} {' '.join(alleles(i))}\n" for i, c in rows)


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@dataclass
class Lab:
    """Somebody who sends files for a farm, and the job runner."""

    person: Any
    farm: Any
    run_job: Any
    flock: Flock
    chip_id: int = 0
    n_kept: dict[str, int] = field(default_factory=dict)

    def bim_of(self, n_markers: int) -> str:
        """The map of the chip."""
        return bim(n_markers)

    def zip_of(self, codes: Codes, names: list[str], text: str | None = None, *, end: int | None = None) -> bytes:
        """PLINK files of these calls."""
        return zip_of(codes, names, bim(codes.shape[1]) if text is None else text, end=end)

    async def add_chip(self, code: str = "S50", name: str = "map.bim", content: str | None = None) -> int:
        """A chip of the farm."""
        form = {"farm_id": str(self.farm.id), "code": code, "name": "Sheep"}
        text = bim(self.flock.codes.shape[1]) if content is None else content
        answer = await self.person.ask("POST", "/chips", data=form, files={"file": (name, text)})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def keep(self, content: bytes, name: str = "flock.zip") -> str:
        """A file that is kept."""
        sent = {"file": (name, content)}
        answer = await self.person.ask("POST", "/genotype-files", data={"farm_id": str(self.farm.id)}, files=sent)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def take(
        self, content: bytes, name: str = "flock.zip", *, chip_id: int = 0, **options: Any
    ) -> dict[str, Any]:
        """The row of the job that imports a file."""
        body = {"genotype_file_id": await self.keep(content, name), "chip_id": chip_id or self.chip_id}
        answer = await self.person.ask("POST", "/genotype-imports", json=body | {"options": options})
        assert answer.status_code == 202, answer.text
        row: dict[str, Any] = await self.run_job(UUID(answer.json()["id"]))
        return row


@pytest.fixture
async def new_lab(people: Any, barn: Any, run_job: Any) -> Any:
    """`await new_lab()` is a farm with its families, and a chip."""

    async def make(seed: int = 3) -> Lab:
        farm = await barn.farm()
        flock = Flock.simulated(seed)
        await barn.animals(farm, flock.rows)
        lab = Lab(people(user_id=farm.owner_id), farm, run_job, flock)
        lab.chip_id = await lab.add_chip()
        return lab

    return make

"""Imports of `bench farm`: animals with their pedigree, and weights beside a bare COPY of what was stored."""

import asyncio
from datetime import date, timedelta

from farm_ground import Ground, Row, row
from import_rows import bare_copy

ANIMALS, WEIGHTS, WEIGHED = 100_000, 1_000_000, 20_000
GENERATIONS = 10


def number(code: str, year: int, n: int) -> str:
    """A Sheep Genetics ID."""
    return f"{code}{year}{n:06d}".rjust(16, "9")


def pedigree_file(code: str, n_animals: int) -> str:
    """Lambs of ten years, twins of a ram and a ewe of the year before, each with EID, tag, sex and birth date."""
    per_year = n_animals // GENERATIONS
    lines = ["ID,EID,VID,SEX,DOB,SIRE,DAM"]
    for generation in range(GENERATIONS):
        year = 2010 + generation
        for n in range(per_year):
            sire = dam = ""
            if generation:
                sire = number(code, year - 1, 2 * (n // 2 * 7 % max(1, per_year // 100)))
                dam = number(code, year - 1, n | 1)
            born, eid = f"{year}-08-{1 + n // 2 % 28:02d}", f"98200{generation}{int(code) % 1000:03d}{n:06d}"
            lines.append(f"{number(code, year, n)},{eid},{n:06d},{1 + n % 2},{born},{sire},{dam}")
    return "\n".join(lines) + "\n"


def herd_file(code: str, n_animals: int) -> str:
    """Ewes of one drop, without parents."""
    rows = (f"{number(code, 2017, n)},{weighed(code, n)},{n:06d},2,2017-08-{1 + n % 28:02d}" for n in range(n_animals))
    return "\n".join(["ID,EID,VID,SEX,DOB", *rows]) + "\n"


def weighed(code: str, n: int) -> str:
    """The EID of one of them."""
    return f"982009{int(code) % 1000:03d}{n:06d}"


def weights_file(code: str, n_rows: int, n_animals: int) -> str:
    """Yard days of a flock, a month apart, each a group of its own; clock and draft gate on each line."""
    lines = ["EID,VID,Date,Time,Weight,Group,Draft"]
    for session in range(-(-n_rows // n_animals)):
        day = date(2019, 1, 1) + timedelta(days=30 * session)
        for n in range(min(n_animals, n_rows - session * n_animals)):
            clock = f"{8 + n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}"
            # along each animal's own curve: what is far off it is told
            weight = f"{45 + 7 * n % 20 + session // 5}.{n % 10}"
            lines.append(f"{weighed(code, n)},{n:06d},{day},{clock},{weight},{session + 1},Left")
    return "\n".join(lines) + "\n"


def animals_with_pedigree(ground: Ground) -> list[Row]:
    """A stud's whole book in one file."""
    flock, code = ground.flock("pedigree")
    n = ground.size(ANIMALS)
    found = ground.send(pedigree_file(code, n), flock, "sg")
    seconds = found["upload_s"] + found["job_s"]
    remark = (
        f"{found['rows'] / seconds:,.0f} rows/s, upload {found['upload_s']:.1f} s of it; "
        f"{found['rows']:,.0f} judged, {found['accepted']:,.0f} accepted"
    )
    size = f"{n:,} animals with sire and dam"
    return [row("import of animals", size, seconds, "s", most=30.0 * ground.scale, remark=remark)]


def million_weights(ground: Ground) -> list[Row]:
    """Weigh sessions of a flock of 20,000."""
    flock, code = ground.flock("weighed")
    n, n_animals = ground.size(WEIGHTS), ground.size(WEIGHED)
    ground.send(herd_file(code, n_animals), flock, "sg")
    found = ground.send(weights_file(code, n, n_animals), flock, "weights", trait="AWT")
    state, demo, _ = ground._place
    bare_s = asyncio.run(bare_copy(state, demo.folders, ground.farm_id))
    seconds = found["upload_s"] + found["job_s"]
    peer = ("bare COPY into the same columns and indexes", found["rows"] / bare_s)
    remark = (
        f"end to end, upload {found['upload_s']:.1f} s and job {found['job_s']:.1f} s; all checks, "
        f"{found['accepted']:,.0f} accepted"
    )
    size = f"{n:,} weights, {n_animals:,} animals"
    return [row("import of weights", size, found["rows"] / seconds, "rows/s", least=40_000.0, peer=peer, remark=remark)]

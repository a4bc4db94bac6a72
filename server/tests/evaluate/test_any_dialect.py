"""Random files, as programs and people write them: right or refused, never read as something else."""

import random

import pytest

from .conftest import MODEL, PEDIGREE, RECORDS

HEADERS = (
    {"animal": "animal", "sire": "sire", "dam": "dam"},
    {"animal": "Id", "sire": "Sire", "dam": "Dam"},
    {"animal": "ANIMAL ID", "sire": "SIRE ID", "dam": "DAM ID"},
    {"animal": "Tier", "sire": "Vater", "dam": "Mutter"},
)
DAMAGE = ("none", "none", "none", "no quote", "extra cell", "points in one cell", "text in a cell", "a code", "id case")


def lines_of(text, headers):
    head, *rows = text.split()
    return [[headers.get(name, name) for name in head.split(",")], *(row.split(",") for row in rows)]


def damaged(rows, kind, rng):
    """The records with one thing wrong; True where only a refusal is right."""
    row = rng.choice(rows[1:])
    if kind == "extra cell":
        row.append("x")
    elif kind == "text in a cell":
        row[-1] = "heavy"
    elif kind == "a code":
        row[-1] = rng.choice([".", "*", "unknown"])
    elif kind == "id case":
        row[0] = f"A{row[0]}"
    elif kind == "points in one cell":
        row[-1] = "1.2.3"
    elif kind == "no quote":
        row[1] = f'"{row[1]}'
    return kind != "none"


def written(rows, rng, *, decimal=False):
    """Bytes in a random dialect; a decimal comma never beside commas between cells."""
    mark = rng.choice([";", "\t", "|"] if decimal else [",", ";", "\t", "|"])
    end, coding = rng.choice(["\n", "\r\n"]), rng.choice(["utf-8", "utf-8-sig", "utf-16"])
    cells = [[cell.replace(".", ",") if decimal and i else cell for cell in row] for i, row in enumerate(rows)]
    if rng.random() < 0.3:
        cells = [[cell if '"' in cell else f'"{cell}"' for cell in row] for row in cells]
    before = ["Weights of the flock", ""] if rng.random() < 0.3 else []
    before = [f"sep={mark}"] if not before and rng.random() < 0.2 and coding != "utf-16" else before
    return (end.join([*before, *(mark.join(row) for row in cells)]) + end).encode(coding)


@pytest.mark.parametrize("seed", range(60))
def test_a_file_is_read_right_or_refused(evaluate, seed):
    rng = random.Random(seed)
    headers = rng.choice(HEADERS)
    records = lines_of(RECORDS, headers)
    is_wrong = damaged(records, rng.choice(DAMAGE), rng)
    files = (written(lines_of(PEDIGREE, headers), rng), written(records, rng, decimal=rng.random() < 0.5))
    answer = evaluate(*files, MODEL)
    if is_wrong:
        assert answer.exit_code == 2, answer.stdout
        assert not answer.out.exists()
        return
    assert answer.exit_code == 0, answer.stderr
    found = answer.table()
    assert found.equals(evaluate().table())

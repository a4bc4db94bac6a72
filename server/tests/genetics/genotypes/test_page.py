"""The page on genotypes is true: each of its commands is sent, in its order, and answered."""

import itertools
import json
import re
import shlex
from pathlib import Path
from string import Template
from typing import Any
from uuid import UUID

from bellwether.platform.ids import new_id

PAGE = Path(__file__).parents[4] / "docs/how-to/keep-genotypes.md"
ADDRESS = "http://localhost:8080/api/v1/genetics"
COMMAND = re.compile(
    r"(?:(\w+)=\$\()?curl (.*?)(?: \| jq -r \.(\w+)\))?$(?=\n(?:\w+=\$\()?curl |\n```)", re.DOTALL | re.M
)
HEAD = '##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
FILES = {
    "mini.csv": "Name,Chr,MapInfo,SNP\nm1,1,100,[A/G]\nm2,1,900,[T/C]\nm3,OAR2,50,[G/A]\n",
    "mini.vcf": HEAD + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA1\tA2\tA3\n"
    "1\t100\tm1\tG\tA\t.\t.\t.\tGT\t0/1\t1/1\t0/0\n1\t900\tm2\tT\tC\t.\t.\t.\tGT\t0/0\t1/1\t./.\n"
    "2\t50\tm3\tA\tG\t.\t.\t.\tGT\t1/1\t0/1\t0/0\n",
}


async def test_the_page_is_typed_in(people: Any, barn: Any, run_job: Any) -> None:
    farm = await barn.farm()
    animals = [new_id() for _ in range(3)]
    await barn.animals(farm, [{"id": key, "tag": f"A{i}"} for i, key in enumerate(animals, 1)])
    person = people(user_id=farm.owner_id)
    known, answers = {"FARM": str(farm.id), "TOKEN": "x", "RAM": str(animals[0])}, list[Any]()
    text = PAGE.read_text(encoding="utf-8")
    for name, command, field in COMMAND.findall(text):
        words = [Template(word).substitute(known) for word in shlex.split(command.replace("\\\n", " "))]
        answers.append(await typed(person, words))
        if name:
            known[name] = str(answers[-1][field])
        if answers[-1].get("kind", "").startswith("genetics."):
            row = await run_job(UUID(answers[-1]["id"]))
            assert row["state"] == "succeeded", row["error"]
    assert len(answers) == text.count("curl "), "a command of the page was not understood"
    done, apart, marker, stretch, frequencies = answers[3:8]
    assert (done["n_samples"], done["n_accepted"]) == (3, 3)
    assert done["report"]["told"]["swapped"] == 1
    assert apart["items"] == []
    assert {row["sample"]: row["calls"] for row in marker["items"]} == {"A1": "2", "A2": "0", "A3": "."}
    assert marker["counted"] == "T"
    assert (stretch["markers"], sorted(row["calls"] for row in stretch["items"])) == (["m1", "m2"], ["0.", "12", "20"])
    assert [row["meaning"] for row in answers[8]["items"]] == ["R2"]
    assert [row["groups"][0]["frequency"] for row in frequencies["items"]] == [0.5, 0.5, 0.5]


async def typed(person: Any, words: list[str]) -> Any:
    """What curl would do."""
    path = next(word for word in words if word.startswith(ADDRESS)).removeprefix(ADDRESS)
    form = dict(word.split("=", 1) for before, word in itertools.pairwise(words) if before == "-F")
    body = [word for before, word in itertools.pairwise(words) if before == "-d"]
    if form:
        name = form.pop("file").removeprefix("@")
        answer = await person.ask("POST", path, data=form, files={"file": (name, FILES[name])})
    elif body:
        answer = await person.ask("POST", path, json=json.loads(body[0]))
    else:
        answer = await person.ask("GET", path)
    assert answer.status_code < 300, answer.text
    return answer.json()

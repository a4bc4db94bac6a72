"""Published cases through the API: the tests of the command, with `evaluate` in place of it sending the same files.

A case is checked twice then: its numbers by the test that is borrowed, and its tables to the bit against the command's.
"""

import asyncio
import inspect
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from bellwether.commands.evaluate import app
from evaluate import test_genomic, test_groups, test_milk, test_outputs, test_reference, test_threshold
from evaluate.conftest import MODEL, PEDIGREE, RECORDS, REFERENCE, Answer, case, shared  # noqa: F401 - fixtures
from evaluate.test_genomic import bulls  # noqa: F401 - a fixture
from typer.testing import CliRunner

from .barn import Barn, Farm
from .conftest import People, Person, RunJob

BORROWED = (test_reference, test_groups, test_outputs, test_genomic, test_threshold, test_milk)
RESULTS = {"pedigree.csv", "records.csv", "model.json", "genotypes.csv", "report.json"}


def borrowed(test: types.FunctionType) -> types.FunctionType | None:
    """The test of a published case without its mark; by the mark the command's own tests are counted."""
    marks = getattr(test, "pytestmark", [])
    takes = test.__code__.co_varnames[: test.__code__.co_argcount]
    if not any(mark.name == "reference" for mark in marks) or not {"evaluate", "bulls"} & set(takes):
        return None
    copy = types.FunctionType(test.__code__, test.__globals__, test.__name__, test.__defaults__, test.__closure__)
    copy.pytestmark = [mark for mark in marks if mark.name != "reference"]  # type: ignore[attr-defined]
    return copy


for module in BORROWED:
    for name, found in list(vars(module).items()):
        if name.startswith("test_") and isinstance(found, types.FunctionType) and (copy := borrowed(found)):
            globals()[f"{name}_of_{module.__name__.rpartition('_')[2]}"] = copy


@pytest.fixture(scope="module")
async def place(people: People, barn: Barn) -> dict[str, Any]:
    """A farm that sends tables, and the loop in which the service runs."""
    farm = await barn.farm()
    return {"farm": farm, "owner": people(user_id=farm.owner_id), "loop": asyncio.get_running_loop()}


@pytest.fixture
def evaluate(place: dict[str, Any], run_job: RunJob, tmp_path: Path) -> Callable[..., Answer]:
    """The fixture of the command's tests: by way of the API, and by the command beside it."""

    def run(pedigree: Any = PEDIGREE, records: Any = RECORDS, model: Any = MODEL, arguments: Any = ()) -> Answer:
        if records is None:
            pytest.skip("no evaluation: there are no records")
        given = {"pedigree": pedigree, "records": records, "model": model}
        files = {name: content.read_bytes() if isinstance(content, Path) else content.encode()
                 for name, content in given.items()}  # fmt: skip
        chip = Path(arguments[1]) if arguments else None
        if chip is not None and (arguments[0] != "--genotypes" or chip.suffix != ".csv" or len(arguments) > 2):
            pytest.skip("the API takes dosages as CSV here, and no files of frequencies")
        out = tmp_path / "api"
        out.mkdir(exist_ok=True)
        sent = None if chip is None else chip.read_bytes()
        sending = through_api(place["owner"], place["farm"], run_job, files, sent, out)
        answer: Answer = place["loop"].run_until_complete(sending)
        beside(files, chip, tmp_path / "command", answer)
        return answer

    return run


async def through_api(
    owner: Person, farm: Farm, run_job: RunJob, files: dict[str, bytes], chip: bytes | None, out: Path
) -> Answer:
    """Send the files, run the job, fetch the tables."""
    data = {"farm_id": str(farm.id)}
    if chip is not None:
        kept = await owner.ask("POST", "/genotype-files", data=data, files={"file": ("chip.csv", chip)})
        data["genotypes"] = kept.json()["id"]
    parts = {name: (f"{name}.csv", content) for name, content in files.items()}
    answer = await owner.ask("POST", "/evaluations/of-tables", data=data, files=parts)
    assert answer.status_code == 202, answer.text
    run_id = UUID(answer.json()["id"])
    job = await run_job(run_id)
    assert job["state"] == "succeeded", job["error"]
    for item in (await owner.ask("GET", f"/evaluations/{run_id}/tables")).json()["items"]:
        table = await owner.ask("GET", f"/evaluations/{run_id}/tables/{item['name']}")
        (out / item["name"]).write_bytes(table.content)
    return Answer(0, "", "", out)


def beside(files: dict[str, bytes], chip: Path | None, folder: Path, answer: Answer) -> None:
    """The command's tables are the same, to the bit."""
    folder.mkdir(exist_ok=True)
    options = []
    for name, content in files.items():
        path = folder / (f"{name}.toml" if name == "model" else f"{name}.csv")
        path.write_bytes(content)
        options.append(f"--{name}={path}")
    if chip is not None:
        options.append(f"--genotypes={chip}")
    result = CliRunner().invoke(app, [*options, f"--out={folder / 'out'}"])
    assert result.exit_code == 0, result.output
    tables = {path.name for path in answer.out.iterdir()} - RESULTS
    assert tables >= {"breeding_values.csv", "fixed_effects.csv", "random_effects.csv"}
    assert tables == {path.name for path in (folder / "out").iterdir()} - RESULTS
    for name in tables:
        assert (answer.out / name).read_bytes() == (folder / "out" / name).read_bytes(), name


#: relationships, groups, contributions and quality alone: they have no breeding values to be evaluated
NO_EVALUATION = {
    "groups_quaas1988", "inbreeding_fg90", "inbreeding_mrode2", "inbreeding_sim4641", "metafounders_small", "ocs_small",
    "sheep_kijas_qc",
}  # fmt: skip


def test_every_published_case_that_is_an_evaluation_is_sent() -> None:
    """A case counts where a borrowed test names it, in its own lines or in those of its fixture."""
    lines = "\n".join(inspect.getsource(module) for module in BORROWED)
    tests = [name for name in globals() if name.startswith("test_") and "_of_" in name]
    sent = {path.stem for path in REFERENCE.glob("*.json") if f'"{path.stem}"' in lines}
    # of the milk of 3,397 cows the numbers stand in a table beside the records
    sent |= {"milk_reml_pedigreemm"} if any(name.endswith("_of_milk") for name in tests) else set()
    assert {path.stem for path in REFERENCE.glob("*.json")} - sent <= NO_EVALUATION
    assert len(tests) >= 15

"""A new format is one file: that of docs/how-to/add-an-import-format.md, taken from the page and used."""

import importlib.util
import re
from pathlib import Path

import pytest
from bellwether.farm.imports.formats import FORMATS
from bellwether.farm.imports.reading.format import AnyFormat

from .conftest import Farmer

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "add-an-import-format.md"


@pytest.fixture
def fleece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AnyFormat:
    """The page's module, registered as its line in `FORMATS` would."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    path = tmp_path / "fleece_scale.py"
    path.write_text(blocks[0])
    spec = importlib.util.spec_from_file_location("fleece_scale", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: AnyFormat = module.FORMAT
    monkeypatch.setitem(FORMATS, found.kind, found)
    return found


async def test_a_file_of_a_new_format_is_imported(fleece: AnyFormat, farmer: Farmer) -> None:
    eid = "982000123456789"
    lamb = await farmer.animal(sex="female", birth_date="2023-08-10", identifiers=[{"kind": "eid", "value": eid}])
    lines = ("EID;Shorn;Fleece kg;Shed", f"{eid};31/08/2024;4,2;A", f"{eid};31/08/2024;42;A", "9820;1/9/2024;4;A")
    content = "\n".join(lines).encode()
    done = await farmer.take_in(content, fleece.kind)
    assert (done["rows_in"], done["rows_accepted"]) == (3, 1)
    rows = await farmer.rows(done["import_id"])
    assert {number: row["code"] for number, row in rows.items()} == {2: None, 3: "out_of_range", 4: "eid_length"}
    assert rows[2]["animal_id"] == lamb["id"]
    found = (await farmer.ask("GET", f"/imports/{done['import_id']}", 200)).json()
    assert (found["kind"], found["layout"]["ignored"], found["layout"]["date_order"]) == ("fleece", ["Shed"], "dmy")


async def test_a_kind_that_no_format_has_is_refused(farmer: Farmer) -> None:
    problem = await farmer.upload(b"EID\n1\n", "fleece", 422)
    assert problem["errors"][0]["message"] == "kind must be flock, weights, measurements, sg or lambplan"

"""The trait dictionary as variables, traits, methods and scales."""

from bellwether.sheep.traits import TRAITS

from .conftest import Breeder


async def test_every_trait_of_the_dictionary_is_a_variable(breeder: Breeder) -> None:
    found = {each["observationVariableDbId"]: each for each in await breeder.data("/variables")}
    assert set(found) == set(TRAITS)
    weaning = found["WWT"]
    assert (weaning["observationVariableName"], weaning["growthStage"]) == ("weaning weight", "weaning")
    assert (weaning["trait"]["traitDbId"], weaning["trait"]["traitName"]) == ("WT", "weight")
    assert weaning["method"]["methodDbId"] == "weighed"
    assert weaning["scale"]["validValues"] == {"minimumValue": "3", "maximumValue": "90"}
    assert weaning["additionalInfo"]["referenceAgeDays"] == "100"
    assert found["DAG"]["scale"]["dataType"] == "Ordinal"
    assert found["WEC"]["scale"]["validValues"]["maximumValue"] == "100000"


async def test_each_part_is_listed_once_and_found_by_its_id(breeder: Breeder) -> None:
    for path, key in (("/traits", "traitDbId"), ("/methods", "methodDbId"), ("/scales", "scaleDbId")):
        parts = await breeder.data(path)
        assert len({part[key] for part in parts}) == len(parts) > 1
        for part in parts:
            assert (await breeder.ask("GET", f"{path}/{{{key}}}", **{key: part[key]}))["result"] == part
        await breeder.ask("GET", f"{path}/{{{key}}}", 404, **{key: "nothing"})
    template = "/variables/{observationVariableDbId}"
    await breeder.ask("GET", template, observationVariableDbId="PWT")
    await breeder.ask("GET", template, 404, observationVariableDbId="pwt")


async def test_variables_by_their_parts(breeder: Breeder) -> None:
    async def codes(**asked: str) -> set[str]:
        return {each["observationVariableDbId"] for each in await breeder.data("/variables", **asked)}

    weights = {"BWT", "WWT", "PWT", "YWT", "HWT", "AWT"}
    assert await codes(traitDbId="WT") == weights == await codes(traitName="weight", commonCropName="sheep")
    scored = {code for code, trait in TRAITS.items() if trait.kind == "ordinal"}
    assert await codes(methodDbId="scored") == scored == await codes(traitClass="score")
    assert {"DAG", "PLDAG", "FAMACHA"} < scored
    assert await codes(traitDbId="WT", scaleDbId="kg-3-90-1") == {"WWT"}
    assert await codes(traitPUI="x") == set() == await codes(commonCropName="maize")
    (fat,) = await breeder.data("/traits", observationVariableDbId="PFAT")
    assert fat["traitDbId"] == "FAT"
    assert [each["methodDbId"] for each in await breeder.data("/methods", methodDbId="scored")] == ["scored"]


async def test_a_search_for_variables(breeder: Breeder) -> None:
    found = await breeder.ask("POST", "/search/variables", traitNames=["weight"], dataTypes=["Numerical"])
    assert found["metadata"]["pagination"]["totalCount"] == 6
    kept = await breeder.ask("POST", "/search/variables", 202, pageSize=5, traitNames=["weight"])
    of_kept = {"searchResultsDbId": kept["result"]["searchResultsDbId"]}
    assert len(await breeder.data("/search/variables/{searchResultsDbId}", page=1, pageSize=5, **of_kept)) == 1


async def test_an_own_trait_is_a_variable_of_its_farm_alone(breeder: Breeder) -> None:
    farmer = breeder.farmer
    body = {"code": "XTEMPER", "name": "temper", "kind": "category", "words": ["calm", "wild"]}
    await farmer.make(f"/farms/{farmer.farm_id}/traits", **body)
    key = f"XTEMPER.{farmer.farm_id}"
    found = (await breeder.ask("GET", "/variables/{observationVariableDbId}", observationVariableDbId=key))["result"]
    assert (found["scale"]["dataType"], found["scale"]["validValues"]["categories"][1]) == (
        "Nominal", {"label": "wild", "value": "2"},
    )  # fmt: skip
    animal = (await farmer.animal(birth_date="2024-08-01"))["id"]
    sent = {"animal_id": animal, "trait": "XTEMPER", "word": "wild", "occurred_on": "2024-12-10"}
    await farmer.make("/measurements", farm_id=farmer.farm_id, measurements=[sent])
    (row,) = await breeder.data("/observations", observationVariableDbId=key)
    assert (row["observationVariableDbId"], row["observationVariableName"], row["value"]) == (key, "temper", "2")
    assert await breeder.data("/observations", observationVariableDbId="XTEMPER") == []

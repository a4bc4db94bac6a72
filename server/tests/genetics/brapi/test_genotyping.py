"""Samples, call sets, variant sets, variants, references, calls and the matrix, against the calls that were sent."""

from typing import Any

import numpy as np
from bellwether.platform.ids import new_id

from .conftest import World

GT = np.array(["0/0", "0/1", "1/1", "."])


async def test_a_sample_and_its_call_set(world: World) -> None:
    reader, row = world.reader, world.lab.flock.rows[3]
    (sample,) = await reader.data("/samples", sampleName="T003")
    assert sample["sampleDbId"] == world.samples["T003"]
    assert (sample["germplasmDbId"], sample["programDbId"]) == (str(row["id"]), str(world.lab.farm.flock_id))
    assert (await reader.ask("GET", "/samples/{sampleDbId}", sampleDbId=sample["sampleDbId"]))["result"] == sample
    (call_set,) = await reader.data("/callsets", germplasmDbId=str(row["id"]))
    assert call_set["sampleDbId"] == call_set["callSetDbId"] == sample["sampleDbId"]
    assert call_set["variantSetDbIds"] == [world.chip]
    assert await reader.data("/samples", plateDbId="1") == []
    assert await reader.data("/callsets", variantSetDbId="999999") == []
    await reader.ask("GET", "/callsets/{callSetDbId}", 404, callSetDbId=str(new_id()))
    wanted = {"germplasmNames": ["T001", "T004", "T009"]}
    at_once = await reader.ask("POST", "/search/samples", **wanted)
    assert {each["sampleName"] for each in at_once["result"]["data"]} == set(wanted["germplasmNames"])


async def test_pages_hold_everything_once_and_a_long_search_is_kept(world: World) -> None:
    reader = world.reader
    for path, name in (("/samples", "sampleName"), ("/callsets", "callSetName")):
        pages = [await reader.data(path, page=page, pageSize=7) for page in range(3)]
        assert sorted(each[name] for page in pages for each in page) == world.lab.flock.names
        kept = await reader.ask("POST", f"/search{path}", 202, pageSize=7)
        of_kept = {"searchResultsDbId": kept["result"]["searchResultsDbId"]}
        found = await reader.data(f"/search{path}/{{searchResultsDbId}}", page=2, pageSize=7, **of_kept)
        assert found == pages[2]


async def test_a_chip_is_a_variant_set_with_its_markers(world: World) -> None:
    reader, chip = world.reader, world.chip
    (found,) = await reader.data("/variantsets", variantSetDbId=chip)
    assert (found["variantCount"], found["callSetCount"], found["referenceSetDbId"]) == (403, 20, "Oar_v4.0")
    pages = [await reader.data("/variants", variantSetDbId=chip, page=page, pageSize=200) for page in range(3)]
    markers = {each["variantNames"][0]: each for page in pages for each in page}
    assert len(markers) == 403
    of_map = {
        row["name"]: row
        for row in (await world.lab.person.ask("GET", f"/chips/{chip}/maps/1/markers?limit=1000")).json()["items"]
    }
    for name, marker in markers.items():
        row = of_map[name]
        assert marker["variantDbId"] == f"{chip}:{name}"
        assert (marker["start"], marker["end"]) == (row["position"] - 1, row["position"])
        assert (marker["referenceBases"], marker["alternateBases"]) == (row["other"], [row["counted"]])
        assert marker["referenceDbId"] == f"Oar_v4.0:{row['chromosome']}"
    template = "/variants/{variantDbId}"
    assert (await reader.ask("GET", template, variantDbId=f"{chip}:s7"))["result"] == markers["s7"]
    await reader.ask("GET", template, 404, variantDbId=f"{chip}:nothing")
    inside = await reader.ask(
        "POST", "/search/variants", referenceDbIds=["Oar_v4.0:3"], variantSetDbIds=[chip], start=49_999, end=60_000
    )
    assert {each["variantNames"][0] for each in inside["result"]["data"]} == {
        name for name, row in of_map.items() if row["chromosome"] == "3" and 50_000 <= row["position"] <= 60_000
    }
    assert len(await reader.data("/variantsets/{variantSetDbId}/variants", variantSetDbId=chip)) == 403
    assert len(await reader.data("/variantsets/{variantSetDbId}/callsets", variantSetDbId=chip)) == 20
    of_call_set = await reader.data("/variantsets", callSetDbId=world.samples["T001"], variantDbId=f"{chip}:s1")
    assert of_call_set == [found]
    assert await reader.data("/variantsets", variantDbId=f"{chip}:nothing") == []


async def test_assemblies_and_chromosomes(world: World) -> None:
    reader = world.reader
    sets = await reader.data("/referencesets", accession="GCA_000298735.2")
    assert [each["referenceSetDbId"] for each in sets] == ["Oar_v4.0"]
    names = [each["referenceName"] for each in await reader.data("/references", referenceSetDbId="Oar_v4.0")]
    assert names[:3] == ["1", "2", "3"]
    assert {"26", "X", "Y", "MT"} <= set(names)
    one = (await reader.ask("GET", "/references/{referenceDbId}", referenceDbId="Oar_v4.0:X"))["result"]
    assert one["referenceSetDbId"] == "Oar_v4.0"
    assert await reader.data("/references", minLength=1) == []
    await reader.ask("GET", "/referencesets/{referenceSetDbId}", 404, referenceSetDbId="Oar")
    await reader.ask("POST", "/search/references", 202, pageSize=10)


async def test_calls_are_those_that_were_sent(world: World) -> None:
    """Each call once, on whatever pages."""
    reader, flock, chip = world.reader, world.lab.flock, world.chip
    template = "/callsets/{callSetDbId}/calls"
    found = await reader.data(template, callSetDbId=world.samples["T005"])
    values = {each["variantName"]: each["genotypeValue"] for each in found}
    assert values == {f"s{j}": GT[code] for j, code in enumerate(flock.codes[5])}
    found = await reader.data("/variants/{variantDbId}/calls", variantDbId=f"{chip}:s9")
    values = {each["callSetName"]: each["genotypeValue"] for each in found}
    assert values == {name: GT[code] for name, code in zip(flock.names, flock.codes[:, 9], strict=True)}
    wanted = {"variantSetDbIds": [chip], "callSetDbIds": [world.samples[name] for name in flock.names[:4]]}
    kept = await reader.ask("POST", "/search/calls", 202, pageSize=150, **wanted)
    assert kept["metadata"]["pagination"]["totalCount"] == 4 * 403
    of_kept = {"searchResultsDbId": kept["result"]["searchResultsDbId"]}
    seen: list[Any] = []
    for page in range(kept["metadata"]["pagination"]["totalPages"]):
        seen += await reader.data("/search/calls/{searchResultsDbId}", page=page, pageSize=150, **of_kept)
    assert len({(each["callSetDbId"], each["variantDbId"]) for each in seen}) == len(seen) == 4 * 403
    for each in seen:
        code = flock.codes[int(each["callSetName"][1:]), int(each["variantName"][1:])]
        assert each["genotypeValue"] == GT[code]
    across = await reader.data("/variantsets/{variantSetDbId}/calls", variantSetDbId=chip, page=6, pageSize=1000)
    assert len(across) == 1000


async def test_a_matrix_has_markers_as_rows_and_samples_as_columns(world: World) -> None:
    reader, flock, chip = world.reader, world.lab.flock, world.chip
    asked = {"variantSetDbId": chip, "dimensionVariantPageSize": 300, "dimensionCallSetPageSize": 12}
    seen: dict[tuple[str, str], str] = {}
    for down in range(2):
        for across in range(2):
            pages = {"dimensionVariantPage": down, "dimensionCallSetPage": across}
            part = (await reader.ask("GET", "/allelematrix", **asked, **pages))["result"]
            assert [(each["dimension"], each["totalCount"], each["totalPages"]) for each in part["pagination"]] == [
                ("CALLSETS", 20, 2),
                ("VARIANTS", 403, 2),
            ]
            for variant, row in zip(part["variantDbIds"], part["dataMatrices"][0]["dataMatrix"], strict=True):
                seen |= {(call_set, variant): word for call_set, word in zip(part["callSetDbIds"], row, strict=True)}
    assert seen == {
        (world.samples[name], f"{chip}:s{j}"): GT[flock.codes[i, j]]
        for i, name in enumerate(flock.names)
        for j in range(403)
    }


async def test_a_matrix_of_what_is_named(world: World) -> None:
    reader, flock, chip = world.reader, world.lab.flock, world.chip
    wanted: dict[str, Any] = {"germplasmNames": ["T002"], "variantDbIds": [f"{chip}:s4", f"{chip}:s5"]}
    part = (
        await reader.ask(
            "POST", "/search/allelematrix", **wanted, expandHomozygotes=False, unknownString="N", sepUnphased="|"
        )
    )["result"]
    words = np.array(["0", "0|1", "1", "N"])
    assert part["dataMatrices"][0]["dataMatrix"] == [
        [words[flock.codes[2, int(variant.split(":s")[1])]]] for variant in part["variantDbIds"]
    ]
    assert sorted(part["variantDbIds"]) == wanted["variantDbIds"]
    preview = (await reader.ask("POST", "/search/allelematrix", preview=True, **wanted))["result"]
    assert (preview["variantDbIds"], preview["dataMatrices"]) == (part["variantDbIds"], [])
    assert (await reader.ask("GET", "/allelematrix", dataMatrixAbbreviations="GQ,RD"))["result"]["dataMatrices"] == []
    ranged = (await reader.ask("GET", "/allelematrix", positionRange="OAR3:50000-60000", preview=True))["result"]
    stretch = await reader.ask(
        "POST", "/search/variants", referenceDbIds=["Oar_v4.0:3"], variantSetDbIds=[chip], start=49_999, end=60_000
    )
    assert ranged["variantDbIds"] == [each["variantDbId"] for each in stretch["result"]["data"]]
    assert ranged["variantDbIds"]
    for text in ("3", "3:9-8", "3:a-b", "3:1-999999999999", "KZ123.1:1-9"):
        assert "wrong_position_range" in await reader.ask("GET", "/allelematrix", 400, positionRange=text)


async def test_a_matrix_is_of_one_chip(world: World) -> None:
    lab, reader = world.lab, world.reader
    second = await lab.add_chip("S51")
    assert (await lab.take(lab.flock.plink(), chip_id=second))["state"] == "succeeded"
    assert "several_variant_sets" in await reader.ask("GET", "/allelematrix", 400)
    one = (await reader.ask("GET", "/allelematrix", variantSetDbId=str(second), preview=True))["result"]
    assert one["variantSetDbIds"] == [str(second)]
    calls = await reader.ask("GET", "/calls", callSetDbId=world.samples["T000"], pageSize=1)
    assert calls["metadata"]["pagination"]["totalCount"] == 2 * 403


async def test_who_reads_what(world: World, people: Any, barn: Any) -> None:
    """Anonymous, a role without the permission, another farm, a viewer, and a farm with which one animal is shared."""
    lab, chip, sample = world.lab, world.chip, world.samples["T001"]
    ones = {
        "/samples/{sampleDbId}": sample,
        "/callsets/{callSetDbId}": sample,
        "/callsets/{callSetDbId}/calls": sample,
        "/variantsets/{variantSetDbId}": chip,
        "/variantsets/{variantSetDbId}/calls": chip,
        "/variantsets/{variantSetDbId}/callsets": chip,
        "/variantsets/{variantSetDbId}/variants": chip,
        "/variants/{variantDbId}": f"{chip}:s1",
        "/variants/{variantDbId}/calls": f"{chip}:s1",
    }
    everybodys = {"/references/{referenceDbId}": "Oar_v4.0:1", "/referencesets/{referenceSetDbId}": "Oar_v4.0"}
    lists = ("/samples", "/callsets", "/variantsets", "/variants", "/calls")
    searches = tuple(f"/search{path}" for path in (*lists, "/references", "/referencesets", "/allelematrix"))
    reader = world.reader
    mine, farm = reader.headers, await barn.farm()
    kept = (await reader.ask("POST", "/search/samples", 202, pageSize=1))["result"]["searchResultsDbId"]

    async def everything(headers: dict[str, str], status: int, of_ones: int) -> None:
        reader.headers = headers
        for path in (*lists, "/references", "/referencesets", "/allelematrix"):
            await reader.ask("GET", path, status)
        for path in searches:
            await reader.ask("POST", path, status if status != 200 or "ref" not in path else 200)
        for path, value in (ones | everybodys).items():
            expected = status if path in everybodys else of_ones
            await reader.ask("GET", path, expected, **{path.split("{")[1].split("}")[0]: value})

    await everything({}, 401, 401)
    await everything(people("administrator").headers, 403, 403)
    await everything(people("student").headers, 403, 403)
    stranger = people()
    await everything(stranger.headers, 200, 404)
    for path in lists:
        assert await reader.data(path) == []
    await reader.ask("GET", "/search/samples/{searchResultsDbId}", 404, searchResultsDbId=kept)
    other = people(user_id=farm.owner_id)
    share = {
        "farm_id": str(lab.farm.id),
        "animal_id": str(lab.flock.rows[1]["id"]),
        "with_farm_id": str(farm.id),
    }
    assert (await lab.person.ask("POST", "/genotype-shares", json=share)).status_code == 201
    await everything(other.headers, 200, 200)
    for path in ("/samples", "/callsets"):
        assert [each["additionalInfo"]["farmId"] for each in await reader.data(path)] == [str(lab.farm.id)]
    matrix = (await reader.ask("GET", "/allelematrix"))["result"]
    assert matrix["callSetDbIds"] == [sample]
    await reader.ask("GET", "/samples/{sampleDbId}", 404, sampleDbId=world.samples["T002"])
    reader.headers = mine
    assert len(await reader.data("/samples")) == 20


async def test_errors_are_a_status_and_a_message(world: World) -> None:
    assert "unknown_parameter" in await world.reader.ask("GET", "/samples", 400, colour="red")
    assert "pageSize" in await world.reader.ask("GET", "/calls", 400, pageSize=0)
    assert "two pages" in await world.reader.ask("GET", "/variants", 400, pageToken="1", page=2)


async def test_a_token_is_the_number_of_a_page(world: World) -> None:
    asked = {"variantSetDbId": world.chip, "pageSize": 300}
    first = await world.reader.ask("GET", "/variants", **asked)
    token = first["metadata"]["pagination"]["nextPageToken"]
    second = await world.reader.ask("GET", "/variants", pageToken=token, **asked)
    assert second == await world.reader.ask("GET", "/variants", page=1, **asked)
    assert second["metadata"]["pagination"]["nextPageToken"] == ""

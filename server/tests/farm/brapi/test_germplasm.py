"""commoncropnames and germplasm."""

from bellwether.platform.ids import new_id

from .conftest import Breeder, Family, NewBreeder


async def test_there_is_one_species(breeder: Breeder) -> None:
    assert await breeder.data("/commoncropnames") == ["sheep"]


async def test_an_animal_is_germplasm(breeder: Breeder, family: Family) -> None:
    found = (await breeder.ask("GET", "/germplasm/{germplasmDbId}", germplasmDbId=family.lambs[0]))["result"]
    assert found["germplasmName"] == "L0"
    assert found["germplasmPUI"] == f"urn:uuid:{family.lambs[0]}"
    assert (found["genus"], found["species"], found["commonCropName"]) == ("Ovis", "aries", "sheep")
    assert found["pedigree"].startswith("E1/")
    assert found["instituteName"] == "Long Gully"
    assert found["additionalInfo"]["birthDate"] == "2024-08-03"
    assert found["additionalInfo"]["referenceOnly"] == "false"
    ram = (await breeder.ask("GET", "/germplasm/{germplasmDbId}", germplasmDbId=family.sire))["result"]
    assert ram["synonyms"] == [{"synonym": "982000123456789", "type": "std.iso.11785"}]
    assert ram["externalReferences"] == [{"referenceId": "982000123456789", "referenceSource": "std.iso.11785"}]


async def test_filters_combine_with_and(breeder: Breeder, family: Family) -> None:
    async def names(**asked: str) -> set[str]:
        return {animal["germplasmDbId"] for animal in await breeder.data("/germplasm", **asked)}

    everybody = await names()
    assert len(everybody) == 6
    assert await names(germplasmName="L1") == {family.lambs[1]}
    assert await names(germplasmDbId=family.dam) == {family.dam}
    assert await names(germplasmPUI=f"urn:uuid:{family.dam}") == {family.dam}
    assert await names(synonym="982000123456789") == {family.sire}
    assert await names(externalReferenceId="982000123456789", externalReferenceSource="std.iso.11785") == {family.sire}
    assert await names(externalReferenceId="982000123456789", externalReferenceSource="au.nlis") == set()
    assert await names(parentDbId=family.sire) == set(family.lambs)
    assert await names(progenyDbId=family.lambs[0]) == {family.sire, family.dam}
    assert await names(parentDbId=family.sire, germplasmName="L2") == {family.lambs[2]}
    assert await names(programDbId=breeder.farmer.flock_id, genus="ovis", species="aries") == everybody
    assert await names(binomialName="Ovis aries", commonCropName="Sheep") == everybody
    for asked in ({"genus": "Zea"}, {"studyDbId": "1"}, {"accessionNumber": "1"}, {"germplasmDbId": "no-id"}):
        assert await names(**asked) == set(), asked


async def test_pages_begin_at_0_and_hold_everything_once(breeder: Breeder, family: Family) -> None:
    seen = []
    for page in range(3):
        answer = await breeder.ask("GET", "/germplasm", page=page, pageSize=2)
        wanted = {"currentPage": page, "pageSize": 2, "totalCount": 6, "totalPages": 3}
        assert answer["metadata"]["pagination"] == wanted
        seen += [animal["germplasmDbId"] for animal in answer["result"]["data"]]
    assert len(set(seen)) == 6
    assert (await breeder.ask("GET", "/germplasm", page=3, pageSize=2))["result"]["data"] == []


async def test_a_search_is_answered_at_once_or_kept(breeder: Breeder, family: Family) -> None:
    wanted = {"germplasmDbIds": [*family.lambs, str(new_id())], "genus": ["Ovis"]}
    at_once = await breeder.ask("POST", "/search/germplasm", **wanted)
    assert {animal["germplasmDbId"] for animal in at_once["result"]["data"]} == set(family.lambs)
    kept = await breeder.ask("POST", "/search/germplasm", 202, pageSize=2, **wanted)
    of_kept = {"searchResultsDbId": kept["result"]["searchResultsDbId"]}
    template = "/search/germplasm/{searchResultsDbId}"
    pages = [await breeder.data(template, page=page, pageSize=2, **of_kept) for page in range(2)]
    assert [len(page) for page in pages] == [2, 1]
    assert {animal["germplasmDbId"] for page in pages for animal in page} == set(family.lambs)


async def test_nobody_else_sees_animals_or_searches(breeder: Breeder, family: Family, new_breeder: NewBreeder) -> None:
    stranger = await new_breeder()
    assert await stranger.data("/germplasm") == []
    assert await stranger.data("/germplasm", germplasmDbId=family.dam) == []
    await stranger.ask("GET", "/germplasm/{germplasmDbId}", 404, germplasmDbId=family.dam)
    kept = await breeder.ask("POST", "/search/germplasm", 202, pageSize=1)
    of_kept = {"searchResultsDbId": kept["result"]["searchResultsDbId"]}
    await stranger.ask("GET", "/search/germplasm/{searchResultsDbId}", 404, **of_kept)


async def test_farms_follow_each_other_on_the_pages(breeder: Breeder, family: Family, new_breeder: NewBreeder) -> None:
    """Somebody who belongs to two farms pages through both, and through no third one."""
    other, third = await new_breeder(), await new_breeder()
    theirs = {(await other.farmer.animal(sex="female"))["id"] for _ in range(3)}
    await third.farmer.animal(sex="male")
    await other.farmer.make(
        f"/farms/{other.farmer.farm_id}/members", user_id=str(breeder.farmer.user_id), role="viewer"
    )
    seen = []
    for page in range(3):
        seen += [animal["germplasmDbId"] for animal in await breeder.data("/germplasm", page=page, pageSize=4)]
    assert len(seen) == 9 == len(set(seen))
    assert theirs | {family.sire, family.dam, *family.lambs} < set(seen)


async def test_errors_are_a_status_and_a_message(breeder: Breeder) -> None:
    assert "unknown_parameter" in await breeder.ask("GET", "/germplasm", 400, colour="red")
    assert "pageSize" in await breeder.ask("GET", "/germplasm", 400, pageSize=0)
    assert (await breeder.ask("GET", "/germplasm/{germplasmDbId}", 404, germplasmDbId="nothing")).startswith(
        "not_found"
    )
    breeder.headers = {}
    assert (await breeder.ask("GET", "/germplasm", 401)).startswith("not_authenticated")


async def test_the_latest_searches_are_kept(breeder: Breeder, family: Family) -> None:
    kept = [
        (await breeder.ask("POST", "/search/germplasm", 202, pageSize=1))["result"]["searchResultsDbId"]
        for _ in range(21)
    ]
    template = "/search/germplasm/{searchResultsDbId}"
    await breeder.ask("GET", template, 404, searchResultsDbId=kept[0])
    await breeder.ask("GET", template, searchResultsDbId=kept[1])


async def test_i29_the_id_of_an_animal_that_was_merged_leads_to_the_other_for_ever(
    breeder: Breeder, family: Family
) -> None:
    farmer, two = breeder.farmer, family.lambs[1]
    weight = {"animal_id": two, "trait": "WWT", "weight": 31, "occurred_on": "2024-11-12"}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[weight])
    double = (await farmer.animal(sex="female"))["id"]
    await farmer.make("/merges", loser_id=double, winner_id=two)
    for asked in ({"germplasmDbId": double}, {"germplasmPUI": f"urn:uuid:{double}"}):
        assert [item["germplasmDbId"] for item in await breeder.data("/germplasm", **asked)] == [two]
    assert [item["germplasmDbId"] for item in await breeder.data("/pedigree", germplasmDbId=double)] == [two]
    for name in ("germplasmDbId", "observationUnitDbId"):
        assert [item["germplasmDbId"] for item in await breeder.data("/observations", **{name: double})] == [two]
    ram = (await farmer.animal(sex="male"))["id"]
    await farmer.make("/merges", loser_id=ram, winner_id=family.sire)
    found = await breeder.data("/germplasm", parentDbId=ram)
    assert {item["germplasmDbId"] for item in found} == set(family.lambs)

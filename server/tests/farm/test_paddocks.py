"""Paddocks over HTTP: drawn, drawn anew, found on the map, and refused with the ring and vertex that are wrong."""

import math
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .conftest import Farmer, NewFarmer

#: a hundredth of a degree is about a kilometre
STEP = 0.01


def square(west: float = 148.6, south: float = -35.2, side: float = STEP) -> dict[str, Any]:
    """Against the clock, as RFC 7946 asks."""
    east, north = round(west + side, 7), round(south + side, 7)
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def feature(name: str, geometry: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As a drawing program writes it."""
    return {"type": "Feature", "properties": {"name": name, "colour": "green"}, "geometry": geometry} | more


async def draw(
    farmer: Farmer, name: str = "Creek", geometry: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A paddock."""
    body = {"farm_id": farmer.farm_id, "name": name, "geometry": geometry or square()} | more
    return await farmer.make("/paddocks", **body)


async def upload(farmer: Farmer, body: dict[str, Any], expect: int = 200) -> dict[str, Any]:
    """Features."""
    params = {"farm_id": farmer.farm_id}
    found: dict[str, Any] = (await farmer.ask("POST", "/paddocks/features", expect, json=body, params=params)).json()
    return found


async def listed(farmer: Farmer, path: str = "/paddocks", **query: Any) -> Any:
    """What a GET answers."""
    return (await farmer.ask("GET", path, 200, params={"farm_id": farmer.farm_id} | query)).json()


async def test_a_paddock_comes_back_as_it_was_drawn(farmer: Farmer) -> None:
    made = await draw(farmer, valid_from="2024-01-01")
    assert made["geometry"] == square()
    assert (made["name"], made["valid_from"], made["valid_to"], made["rev"]) == ("Creek", "2024-01-01", None, 1)
    assert (await farmer.ask("GET", f"/paddocks/{made['id']}", 200)).json() == made
    assert (await listed(farmer))["items"] == [made]
    assert (await listed(farmer, on="2023-12-31"))["items"] == []


async def test_the_area_is_that_on_the_ellipsoid(farmer: Farmer) -> None:
    """One degree of longitude at the equator is 111.320 km, the first of latitude 110.574 km (WGS 84)."""
    made = await draw(farmer, geometry=square(10.0, 0.0))
    assert made["area_ha"] == pytest.approx(100 * 1.11320 * 1.10574, rel=1e-4)


async def test_holes_and_several_areas_are_kept_and_turned_as_rfc_7946_asks(farmer: Farmer) -> None:
    hole = square(148.604, -35.196, 0.002)["coordinates"][0]
    outer = square()["coordinates"][0]
    geometry = {"type": "MultiPolygon", "coordinates": [[outer[::-1], hole], square(148.7)["coordinates"]]}
    made = await draw(farmer, geometry=geometry)
    polygons = made["geometry"]["coordinates"]
    assert made["geometry"]["type"] == "MultiPolygon"
    assert [len(polygon) for polygon in polygons] == [2, 1]
    assert [signed(ring) > 0 for ring in (*polygons[0], *polygons[1])] == [True, False, True]
    whole = await draw(farmer, "Whole", square())
    assert 1.9 < made["area_ha"] / whole["area_ha"] < 2


def signed(ring: list[list[float]]) -> float:
    """Twice the area; positive against the clock."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


BOW_TIE = [[148.6, -35.2], [148.61, -35.19], [148.61, -35.2], [148.6, -35.19], [148.6, -35.2]]
WORLD = [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]
OVER = [[179.99, -40], [-179.99, -40], [-179.99, -39.99], [179.99, -39.99], [179.99, -40]]
OUTSIDE = square(149.0, -35.2, 0.001)["coordinates"][0]


@pytest.mark.parametrize(
    ("geometry", "code", "field"),
    [
        ({"type": "Polygon", "coordinates": [BOW_TIE]}, "geometry_invalid", "geometry.coordinates.0."),
        ({"type": "MultiPolygon", "coordinates": [square(149)["coordinates"], [BOW_TIE]]}, "geometry_invalid",
         "geometry.coordinates.1.0."),
        ({"type": "Polygon", "coordinates": [*square()["coordinates"], OUTSIDE]}, "geometry_invalid",
         "geometry.coordinates.1."),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]}, "geometry_invalid",
         "geometry.coordinates"),
        ({"type": "Polygon", "coordinates": [square()["coordinates"][0][:-1]]}, "ring_not_closed",
         "geometry.coordinates.0"),
        ({"type": "Polygon", "coordinates": [[[-35, 148], [-35, 149], [-36, 149], [-35, 148]]]}, "out_of_range",
         "geometry.coordinates.0.0"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "too_short", "geometry.Polygon.coordinates.0"),
        ({"type": "Point", "coordinates": [1, 2]}, "not_one_of", "geometry"),
        ({"type": "Polygon", "coordinates": [WORLD]}, "out_of_range", "geometry.coordinates.0"),
        ({"type": "MultiPolygon", "coordinates": [[OVER]]}, "out_of_range", "geometry.coordinates.0.0"),
    ],
    ids=["bow-tie", "second-polygon", "hole-outside", "flat", "open", "swapped", "short", "point", "world", "over"],
)  # fmt: skip
async def test_a_drawing_that_bounds_nothing_is_refused_with_its_ring_and_vertex(
    farmer: Farmer, geometry: dict[str, Any], code: str, field: str
) -> None:
    body = {"farm_id": farmer.farm_id, "name": "Creek", "geometry": geometry}
    (error,) = (await farmer.ask("POST", "/paddocks", 422, json=body)).json()["errors"]
    assert error["code"] == code
    assert error["field"].startswith(field), error
    assert error["fix"]
    if code == "geometry_invalid":
        assert "vertex" in error["message"], error
    assert (await listed(farmer))["items"] == []


async def test_a_crossing_is_named_by_the_vertex_next_to_it(farmer: Farmer) -> None:
    """The ring goes back over its first side between vertices 3 and 4."""
    ring = [[0, 0], [0.1, 0], [0.1, 0.1], [0.02, 0.1], [0.01, -0.001], [0, 0.1], [0, 0]]
    body = {"farm_id": farmer.farm_id, "name": "Creek", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (error,) = (await farmer.ask("POST", "/paddocks", 422, json=body)).json()["errors"]
    assert error["field"] == "geometry.coordinates.0.4"
    assert "self-intersection in polygon 0, ring 0, next to vertex 4" in error["message"]


async def test_features_are_judged_each_for_itself(farmer: Farmer) -> None:
    features = [
        feature("Creek", square(148.6), id=str(new_id())),
        feature("Hill", {"type": "Polygon", "coordinates": [BOW_TIE]}),
        feature("creek", square(148.8)),
        {"type": "Feature", "geometry": square(), "properties": {}},
        feature("Flat", square(148.7), bbox=[148.7, -35.2, 148.71, -35.19]),
    ]
    collection = {"type": "FeatureCollection", "name": "layer", "features": features}
    found = await upload(farmer, collection)
    assert (found["accepted"], found["rejected"]) == (2, 3)
    assert [item["verdict"] for item in found["items"]] == ["new", "rejected", "rejected", "rejected", "new"]
    errors = [item["errors"][0] for item in found["items"] if item["errors"]]
    assert [error["code"] for error in errors] == ["geometry_invalid", "paddock_exists", "invalid_value"]
    assert [error["field"].split(".")[:2] for error in errors] == [["features", str(row)] for row in (1, 2, 3)]
    assert all(error["row"] == row and error["fix"] for row, error in zip((1, 2, 3), errors, strict=True))
    again = await upload(farmer, collection)
    assert [item["verdict"] for item in again["items"]] == ["known", "rejected", "rejected", "rejected", "known"]
    assert [item["id"] for item in again["items"]] == [item["id"] for item in found["items"]]
    assert {item["name"] for item in (await listed(farmer))["items"]} == {"Creek", "Flat"}


async def test_one_feature_and_what_is_given_out_can_be_sent_again(farmer: Farmer) -> None:
    assert (await upload(farmer, feature("Creek", square())))["items"][0]["verdict"] == "new"
    await draw(farmer, "Hill", square(148.7))
    first = await listed(farmer, "/paddocks/features", limit=1)
    second = await listed(farmer, "/paddocks/features", limit=1, cursor=first["next"])
    assert (first["type"], second["next"]) == ("FeatureCollection", None)
    sent = {"type": "FeatureCollection", "features": first["features"] + second["features"]}
    assert [item["verdict"] for item in (await upload(farmer, sent))["items"]] == ["known", "known"]
    assert {each["properties"]["name"] for each in sent["features"]} == {"Creek", "Hill"}
    for page in (first, second):
        assert [item["verdict"] for item in (await upload(farmer, page))["items"]] == ["known"]
    metres = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28355"}}
    await upload(farmer, sent | {"crs": metres}, 422)


async def test_a_paddock_drawn_anew_keeps_what_it_was(farmer: Farmer) -> None:
    made = await draw(farmer, valid_from="2024-01-01")
    body = {"geometry": square(side=2 * STEP), "valid_from": "2024-06-01"}
    second = (await farmer.ask("POST", f"/paddocks/{made['id']}/versions", 201, json=body)).json()
    assert (second["geometry"], second["valid_from"], second["rev"]) == (body["geometry"], "2024-06-01", 2)
    versions = (await farmer.ask("GET", f"/paddocks/{made['id']}/versions", 200)).json()["items"]
    assert [(v["valid_from"], v["valid_to"]) for v in versions] == [("2024-01-01", "2024-06-01"), ("2024-06-01", None)]
    assert [v["geometry"] for v in versions] == [square(), square(side=2 * STEP)]
    for day, geometry in (("2024-05-31", square()), ("2024-06-01", body["geometry"])):
        assert [item["geometry"] for item in (await listed(farmer, on=day))["items"]] == [geometry]
    for day, code in (("2024-06-01", "version_order"), ("2999-01-01", "date_impossible")):
        answer = await farmer.ask("POST", f"/paddocks/{made['id']}/versions", 422, json=body | {"valid_from": day})
        if day < "2900":
            assert answer.json()["errors"][0]["code"] == code


async def test_drawings_of_one_paddock_do_not_overlap_below_the_service(farmer: Farmer, postgres_server: Any) -> None:
    made = await draw(farmer, valid_from="2024-01-01")
    connection = await asyncpg.connect(postgres_server.dsn)
    statement = """
        insert into farm.paddock_version (id, farm_id, paddock_id, valid_from, period, geometry)
        select gen_random_uuid(), farm_id, paddock_id, '2025-01-01', tstzrange('2025-01-01', null), geometry
        from farm.paddock_version where paddock_id = $1
    """
    with pytest.raises(asyncpg.ExclusionViolationError):
        await connection.execute(statement, made["id"])
    await connection.close()


async def test_a_paddock_is_renamed_by_whoever_read_it(farmer: Farmer) -> None:
    made = await draw(farmer)
    await draw(farmer, "Hill", square(148.7))
    path = f"/paddocks/{made['id']}"
    await farmer.ask("PATCH", path, 428, json={"name": "River"})
    found = (await farmer.ask("PATCH", path, 200, json={"name": "River"}, headers={"If-Match": '"1"'})).json()
    assert (found["name"], found["rev"]) == ("River", 2)
    await farmer.ask("PATCH", path, 412, json={"name": "Lake"}, headers={"If-Match": '"1"'})
    await farmer.ask("PATCH", path, 409, json={"name": "hill"}, headers={"If-Match": '"2"'})
    body = {"farm_id": farmer.farm_id, "name": "RIVER", "geometry": square()}
    await farmer.ask("POST", "/paddocks", 409, json=body)


async def test_the_nearest_paddocks_and_those_in_a_box(farmer: Farmer) -> None:
    for name, west in (("A", 148.60), ("B", 148.62), ("C", 148.70)):
        await draw(farmer, name, square(west))
    found = (await listed(farmer, "/paddocks/nearest", longitude=148.605, latitude=-35.195, limit=2))["items"]
    assert (found[0]["paddock"]["name"], found[0]["distance_m"]) == ("A", 0)
    # 0.015 degrees of longitude at 35.2 degrees south: 111.320 km * cos(35.2) * 0.015 = 1,365 m
    assert (found[1]["paddock"]["name"], found[1]["distance_m"]) == ("B", pytest.approx(1367, abs=5))
    box = {"west": 148.59, "south": -35.3, "east": 148.625, "north": -35.1}
    for whole, names in (("true", ["A"]), ("false", ["A", "B"])):
        page = await listed(farmer, "/paddocks/within", whole=whole, limit=1, **box)
        rest = await listed(farmer, "/paddocks/within", whole=whole, cursor=page["next"], **box) if page["next"] else {}
        assert [item["name"] for item in page["items"] + rest.get("items", [])] == names


async def test_a_box_goes_over_the_antimeridian_and_never_from_north_to_south(farmer: Farmer) -> None:
    parts = [square(179.99, -40)["coordinates"], square(-180.0, -40)["coordinates"]]
    await draw(farmer, "Both sides", {"type": "MultiPolygon", "coordinates": parts})
    await draw(farmer, "Greenwich", square(0.0, -40))
    box = {"west": 179, "south": -41, "east": -179, "north": -39}
    for whole in ("true", "false"):
        items = (await listed(farmer, "/paddocks/within", whole=whole, **box))["items"]
        assert [item["name"] for item in items] == ["Both sides"]
    west_of_it = (await listed(farmer, "/paddocks/within", whole="false", **box | {"east": 180}))["items"]
    assert [item["name"] for item in west_of_it] == ["Both sides"]
    turned = {"farm_id": farmer.farm_id} | box | {"south": -39, "north": -41}
    (error,) = (await farmer.ask("GET", "/paddocks/within", 422, params=turned)).json()["errors"]
    assert (error["field"], error["code"], bool(error["fix"])) == ("north", "out_of_range", True)


async def test_paddocks_are_those_of_the_farm_alone(farmer: Farmer, new_farmer: NewFarmer) -> None:
    made = await draw(farmer)
    other, viewer = await new_farmer(), await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    viewer.farm_id = farmer.farm_id
    drawing = {"geometry": square(), "valid_from": "2020-01-01"}
    for user, expect in ((other, 404), (viewer, 403)):
        await user.ask("PATCH", f"/paddocks/{made['id']}", expect, json={"name": "X"}, headers={"If-Match": "*"})
        await user.ask("POST", f"/paddocks/{made['id']}/versions", expect, json=drawing)
        upload_to = {"farm_id": farmer.farm_id}
        await user.ask("POST", "/paddocks/features", expect, json=feature("X", square()), params=upload_to)
    body = {"farm_id": farmer.farm_id, "name": "X", "geometry": square()}
    await other.ask("POST", "/paddocks", 422, json=body)
    await viewer.ask("POST", "/paddocks", 403, json=body)
    for path in ("", "/features", "/nearest?longitude=1&latitude=1", "/within?west=1&east=2&north=2&south=1"):
        separator = "&" if "?" in path else "?"
        await other.ask("GET", f"/paddocks{path}{separator}farm_id={farmer.farm_id}", 404)
        await viewer.ask("GET", f"/paddocks{path}{separator}farm_id={farmer.farm_id}", 200)
    for path in ("", "/versions"):
        await other.ask("GET", f"/paddocks/{made['id']}{path}", 404)
        await viewer.ask("GET", f"/paddocks/{made['id']}{path}", 200)
    async with farmer.database.transaction(Context(user_id=other.user_id)) as session:
        for table in ("paddock", "paddock_version"):
            assert (await session.execute(text(f"select count(*) from farm.{table}"))).scalar_one() == 0


async def test_the_ring_with_the_most_corners_may_be_sent(farmer: Farmer) -> None:
    """The platform's limit of values in one body leaves room for it."""
    turns = [2 * math.pi * corner / 15_999 for corner in range(15_999)]
    ring = [[round(148.6 + STEP * math.cos(turn), 7), round(-35.2 + STEP * math.sin(turn), 7)] for turn in turns]
    made = await draw(farmer, geometry={"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    assert len(made["geometry"]["coordinates"][0]) == 16_000

"""Merging OpenAPI documents."""

from typing import Any

from bellwether.edge.openapi.merge import merge


def document(service: str, **schemas: Any) -> dict[str, Any]:
    """A service with one list of things."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    operation = {"operationId": "list", "tags": ["things"], "responses": {"200": {"content": content}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": service, "version": "1"},
        "paths": {f"/api/v1/{service}/things": {"get": operation}},
        "components": {"schemas": schemas},
    }


def ref(name: str) -> dict[str, str]:
    """A reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def schema_of(merged: dict[str, Any], service: str) -> str:
    """What the operation of a service answers."""
    answer = merged["paths"][f"/api/v1/{service}/things"]["get"]["responses"]["200"]
    return answer["content"]["application/json"]["schema"]["$ref"]


def test_what_is_alike_is_kept_once() -> None:
    merged = merge({name: document(name, Thing={"type": "string"}) for name in ("farm", "genetics")}, {})
    assert merged["components"]["schemas"] == {"Thing": {"type": "string"}}


def test_what_differs_gets_its_services_name() -> None:
    merged = merge(
        {
            "farm": document("farm", Thing={"type": "string"}),
            "genetics": document("genetics", Thing={"type": "number"}),
        },
        {},
    )
    assert merged["components"]["schemas"] == {"farm_Thing": {"type": "string"}, "genetics_Thing": {"type": "number"}}
    assert schema_of(merged, "genetics") == "#/components/schemas/genetics_Thing"


def test_what_leads_to_a_difference_differs_too() -> None:
    page = {"type": "array", "items": ref("Item")}
    choice = {"oneOf": [ref("Page")], "discriminator": {"mapping": {"a": "#/components/schemas/Page"}}}
    merged = merge(
        {
            name: document(name, Thing=choice, Page=page, Item={"type": kind}, Same={"type": "null"})
            for name, kind in (("farm", "string"), ("chats", "number"))
        },
        {},
    )
    assert set(merged["components"]["schemas"]) == {
        f"{service}_{name}" for service in ("farm", "chats") for name in ("Thing", "Page", "Item")
    } | {"Same"}
    thing = merged["components"]["schemas"]["chats_Thing"]
    assert thing["oneOf"] == [ref("chats_Page")]
    assert thing["discriminator"]["mapping"]["a"] == ref("chats_Page")["$ref"]


def test_operations_say_where_they_belong() -> None:
    merged = merge({name: document(name, Thing={}) for name in ("farm", "genetics")}, {"farm": "Farm Management"})
    operations = [item["get"] for item in merged["paths"].values()]
    assert [item["tags"] for item in operations] == [["farm", "things"], ["genetics", "things"]]
    assert [item["operationId"] for item in operations] == ["list", "genetics_list"]
    assert merged["tags"][0] == {"name": "farm", "description": "Farm Management"}

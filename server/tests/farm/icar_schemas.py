"""The published schemas of ICAR ADE 1.3, made into JSON Schema, and what they say of a message."""

import json
from functools import cache
from os.path import normpath
from pathlib import Path
from typing import Any

import jsonschema_rs

SCHEMAS = Path(__file__).parents[4] / "shared/data/conventions/icar-ade"
COPY = Path(__file__).parent / "samples/icar-ade-1.3.json"
"""What is needed of them, without descriptions."""
COLLECTIONS = {
    "animals": "icarAnimalCoreCollection",
    "births": "icarMovementBirthEventCollection",
    "weights": "icarWeightEventCollection",
    "arrivals": "icarMovementArrivalEventCollection",
    "departures": "icarMovementDepartureEventCollection",
    "deaths": "icarMovementDeathEventCollection",
    "diagnoses": "icarDiagnosisEventCollection",
    "treatments": "icarTreatmentEventCollection",
    "inseminations": "icarReproInseminationEventCollection",
    "pregnancy-checks": "icarReproPregnancyCheckEventCollection",
    "parturitions": "icarReproParturitionEventCollection",
    "conformation-scores": "icarConformationScoreEventCollection",
    "breeding-values": "icarBreedingValueCollection",
    "animal-sets": "icarAnimalSetCollection",
    "animal-set-joins": "icarAnimalSetJoinEventCollection",
    "animal-set-leaves": "icarAnimalSetLeaveEventCollection",
    "weaning-events": "icarWeaningEventCollection",
    "group-births": "icarGroupMovementBirthEventCollection",
    "group-arrivals": "icarGroupMovementArrivalEventCollection",
    "group-departures": "icarGroupMovementDepartureEventCollection",
    "group-deaths": "icarGroupMovementDeathEventCollection",
    "group-treatments": "icarGroupTreatmentEventCollection",
}
#: what ADE 1.5 says of weanings, which 1.3 does not have, beside what it says of all events of an animal
WEANING: dict[str, Any] = {
    "collections/icarWeaningEventCollection.json": {
        "allOf": [
            {"$ref": "../collections/icarResourceCollection.json"},
            {"properties": {"member": {"items": {"$ref": "../resources/icarWeaningEventResource.json"}}}},
        ]
    },
    "resources/icarWeaningEventResource.json": {
        "allOf": [
            {"$ref": "../resources/icarAnimalEventCoreResource.json"},
            {
                "properties": {
                    "weaningReason": {"enum": ["Age", "Feed", "Weight", "Condition", "Sale", "Health"]},
                    "weaningMethod": {"enum": ["Yards", "Paddock", "Creep", "Natural", "Other"]},
                    "ageInMonths": {"type": "integer"},
                    "rearingDam": {"$ref": "../types/icarAnimalIdentifierType.json"},
                }
            },
        ]
    },
}


def with_nulls(part: Any) -> Any:
    """OpenAPI's `nullable` as a union of types; a word of JSON Schema does not stand beside a reference."""
    if isinstance(part, list):
        return [with_nulls(item) for item in part]
    if not isinstance(part, dict):
        return part
    found = {name: with_nulls(value) for name, value in part.items() if name not in ("nullable", "discriminator")}
    return {"anyOf": [found, {"type": "null"}]} if part.get("nullable") is True else found


@cache
def registry() -> dict[str, Any]:
    """Each file by an address that keeps the folders, to which the files refer."""
    return {f"icar://ade/{name}": with_nulls(schema) for name, schema in (copied() | WEANING).items()}


def copied() -> dict[str, Any]:
    """Each file of the copy by its name."""
    found = json.loads(COPY.read_text(encoding="utf-8"))
    return {name: schema for name, schema in found.items() if name != "source"}


def bare(part: Any, *, is_of_names: bool = False) -> Any:
    """A schema without what only explains it."""
    if isinstance(part, list):
        return [bare(item) for item in part]
    if not isinstance(part, dict):
        return part
    words = () if is_of_names else ("description", "example", "examples", "title")
    return {
        name: bare(value, is_of_names=name == "properties" and not is_of_names)
        for name, value in part.items()
        if name not in words
    }


def retrieve(uri: str) -> Any:
    """A file that another one names."""
    return registry()[uri.partition("#")[0]]


@cache
def validator(path: str) -> jsonschema_rs.Draft7Validator:
    """Of one file; formats count."""
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "$ref": f"icar://ade/{path}.json"}
    return jsonschema_rs.Draft7Validator(schema, retriever=retrieve, validate_formats=True)


def faults(path: str, message: Any) -> list[str]:
    """What the schema says against a message."""
    return [f"{list(error.instance_path)}: {error.message}" for error in validator(path).iter_errors(message)]


def unknown_names(path: str, message: Any) -> set[str]:
    """Names in a message that the schema does not have: it would let them pass."""
    return set(unknown(f"icar://ade/{path}.json", message, ""))


def unknown(uri: str, message: Any, place: str) -> list[str]:
    known = properties(uri, retrieve(uri))
    found = []
    for name, value in message.items():
        if name not in known:
            found.append(f"{place}.{name}")
            continue
        base, schema = known[name]
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and (inner := target(base, schema)):
                found += unknown(inner, item, f"{place}.{name}")
    return found


def target(base: str, schema: dict[str, Any]) -> str | None:
    """The file that a property refers to, itself or for each of its items."""
    where = schema.get("$ref") or schema.get("items", {}).get("$ref")
    return None if where is None else absolute(base, where)


def absolute(base: str, where: str) -> str:
    """A reference from one file to another."""
    return "icar://ade/" + normpath(Path(base.removeprefix("icar://ade/")).parent / where)


def properties(uri: str, schema: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every property with the file that it stands in, those of the files that this one extends too."""
    found = {name: (uri, inner) for name, inner in schema.get("properties", {}).items()}
    for part in schema.get("allOf", ()):
        other = absolute(uri, part["$ref"]) if "$ref" in part else uri
        found |= properties(other, retrieve(other) if "$ref" in part else part)
    return found

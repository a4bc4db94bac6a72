"""Flocks, animals, what they wear, and what is claimed of their parents."""

from typing import Literal
from uuid import UUID

from bellwether.farm.animals import service as animals
from bellwether.farm.animals.events import animals_withdrawn
from bellwether.farm.animals.problems import DuplicateIdentifier
from bellwether.farm.animals.schemas import AnimalChange, NewAnimal, NewParent
from bellwether.farm.collections import repository
from bellwether.farm.collections.collection import Collection, Master, Write, columns, reading
from bellwether.farm.flocks import service as flocks
from bellwether.farm.flocks.schemas import NewFlock
from bellwether.farm.identifiers import service as identifiers
from bellwether.farm.identifiers.schemas import Colour, NewUse, UseEnd
from bellwether.farm.pedigree import service as pedigree
from bellwether.farm.schemas import Day, Short, Tag
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Schema
from bellwether.sheep.identifiers import Kind

ANY = Precondition("*")
DAY = "(%s(t.validity) at time zone (select time_zone from farm.farm where id = t.farm_id))::date"


class NewNumber(Schema):
    """A tag or number that an animal gets, in the words of the collection."""

    animal_id: UUID
    kind: Kind
    value: Tag
    scheme: Short | None = None
    on_date: Day | None = None
    replaces: UUID | None = None
    colour: Colour | None = None
    ear: Literal["left", "right"] | None = None


class NumberEnd(Schema):
    """When its use ended."""

    off_date: Day


class NewClaim(NewParent):
    """A claim about a parent of an animal."""

    child_id: UUID


async def make_flock(write: Write, body: NewFlock) -> None:
    """A flock."""
    await flocks.create(write.session, write.context, body)


async def register(write: Write, body: NewAnimal) -> None:
    """An animal; a number that another one has is disputed until somebody has looked (I14)."""
    session, context = write.session, write.context
    try:
        async with session.begin_nested():
            await animals.create(session, context, body, write.now, source="device")
        return
    except DuplicateIdentifier:
        if not body.identifiers:
            raise
    plain = body.model_copy(update={"identifiers": []})
    await animals.create(session, context, plain, write.now, source="device")
    for item in body.identifiers:
        use = NewUse(animal_id=write.id, **item.model_dump(), if_taken="dispute")
        await identifiers.put_on(session, context, use, write.now)


async def change_animal(write: Write, body: AnimalChange) -> None:
    """What the rules of the herd allow."""
    await animals.change(write.session, write.context, write.id, body, ANY, write.now)


async def remove_animal(write: Write) -> None:
    """One that was registered by mistake, with its tags and parents; nothing else may speak of it."""
    flock_id = await repository.forget_animal(write.session, write.farm_id, write.id)
    await animals_withdrawn(write.session, write.context, write.farm_id, flock_id, [write.id])


async def put_on(write: Write, body: NewNumber) -> None:
    """Both of two devices that gave one number to two animals are right until somebody has looked (I14)."""
    said = body.model_dump(exclude={"on_date"}) | {"id": write.id, "on": body.on_date, "if_taken": "dispute"}
    await identifiers.put_on(write.session, write.context, NewUse.model_validate(said), write.now)


async def take_off(write: Write, body: NumberEnd) -> None:
    """Its use is over."""
    await identifiers.end(write.session, write.context, write.id, UseEnd(on=body.off_date), write.now)


async def claim(write: Write, body: NewClaim) -> None:
    """A parent of an animal."""
    parent = NewParent(**body.model_dump(exclude={"child_id"}))
    await pedigree.set_parent(write.session, write.context, body.child_id, parent, claim_id=write.id, source="device")


COLLECTIONS = (
    Collection(
        "flocks",
        "flock",
        columns("name", "code", "breed_code", "recording_scheme", "created_at", "updated_at"),
        Master(reading(NewFlock, make_flock, "id", "farm_id")),
    ),
    Collection(
        "animals",
        "animal",
        columns(
            *("flock_id", "tag", "sex", "fertility", "birth_date", "birth_date_confidence", "birth_type", "rear_type"),
            *("drop_year", "birth_group", "breeds", "is_embryo_transfer", "reference_only", "fate", "fate_on"),
            *("merged_into", "created_at", "updated_at"),
        ),
        Master(
            reading(NewAnimal, register, "id", "farm_id"),
            reading(AnimalChange, change_animal),
            remove_animal,
        ),
        frozenset({"breeds"}),
    ),
    Collection(
        "identifiers",
        "identifier",
        columns(
            *("animal_id", "scheme", "value", "raw", "kind", "official", "colour", "ear", "state", "created_at"),
            on_date=f"case when t.since_told then {DAY % 'lower'} end",
            off_date=DAY % "upper",
        ),
        Master(reading(NewNumber, put_on), reading(NumberEnd, take_off)),
    ),
    Collection(
        "parent_claims",
        "parent_claim",
        columns(
            *("child_id", "parent_id", "parent_type", "method", "probability", "status", "syndicate_id", "created_at"),
        ),
        Master(reading(NewClaim, claim)),
    ),
)

"""Rankings, relatives and explanations of the genetics service: one call for each field of a query."""

from typing import Annotated, TypedDict, cast

import strawberry

from bellwether.edge.graph.answers import ItemPage
from bellwether.edge.graph.loaders import page_of
from bellwether.edge.graph.types import PAGE, After, Animal, First, Info
from bellwether.edge.upstream import Refused
from bellwether.platform.http.strict.fields import ID

Up = Annotated[int, strawberry.argument(description="Generations of ancestors, 0 to 20")]
Down = Annotated[int, strawberry.argument(description="Generations of descendants, 0 to 10")]


class PartItem(TypedDict):
    """A part of an index."""

    trait: str
    value: float
    reliability: float | None
    part: float


class RankedItem(TypedDict):
    """An animal of a ranking."""

    animal_id: str
    run_id: str
    value: float
    reliability: float | None
    percentile: float
    inbreeding: float
    parts: list[PartItem]


class NodeItem(TypedDict):
    """An animal of a drawing."""

    id: str
    generation: int
    inbreeding: float | None


class EdgeItem(TypedDict):
    """A parent and its offspring."""

    parent_id: str
    child_id: str
    role: str


class DrawingItem(TypedDict):
    """A drawing."""

    nodes: list[NodeItem]
    edges: list[EdgeItem]


class WhyItem(TypedDict):
    """The parts of a value."""

    value: float
    reliability: float | None
    parent_average: float
    mendelian_sampling: float
    n_records: int
    yield_deviation: float | None
    n_progeny: int
    progeny: float | None
    weights: list[float] | None


@strawberry.type(description="What a trait adds to the index of an animal")
class TraitPart:
    """What a trait adds."""

    trait: str
    value: float = strawberry.field(description="The breeding value")
    reliability: float | None
    part: float = strawberry.field(description="Weight times breeding value")


async def ranked_animal(root: strawberry.Parent["Ranked"], info: Info) -> Animal | None:
    """The animal; all of a page are one call."""
    item = await info.context.loaders.animal.load(root.animal_id)
    return Animal.of(item) if item else None


@strawberry.type(description="An animal by its index, within one run")
class Ranked:
    """An animal of a ranking."""

    animal_id: strawberry.Private[str]
    run_id: strawberry.ID
    value: float
    reliability: float | None
    percentile: float
    inbreeding: float
    parts: list[TraitPart]
    animal: Animal | None = strawberry.field(resolver=ranked_animal, description="The animal")


@strawberry.type(description="A page of a ranking")
class RankingPage:
    """A page of a ranking."""

    nodes: list[Ranked]
    end_cursor: str | None = strawberry.field(description="Send as `after` for the next page")


@strawberry.type(description="An animal of a pedigree")
class PedigreeNode:
    """An animal of a pedigree."""

    id: strawberry.ID
    generation: int = strawberry.field(description="0 the animal itself, -1 its parents, 1 its offspring")
    inbreeding: float | None


@strawberry.type(description="A parent and its offspring")
class PedigreeEdge:
    """A parent and its offspring."""

    parent_id: strawberry.ID
    child_id: strawberry.ID
    role: str


@strawberry.type(description="An animal with its ancestors and descendants, each once")
class Pedigree:
    """A pedigree, ready to be drawn."""

    nodes: list[PedigreeNode]
    edges: list[PedigreeEdge]


@strawberry.type(description="Where a breeding value comes from")
class Why:
    """The parts of a breeding value."""

    value: float
    reliability: float | None
    parent_average: float
    mendelian_sampling: float
    n_records: int
    yield_deviation: float | None
    n_progeny: int
    progeny: float | None
    weights: list[float] | None = strawberry.field(
        description="Of parent average, yield deviation and progeny; null where they are not known"
    )


async def ranking(
    info: Info, flock_id: strawberry.ID, index_id: strawberry.ID, first: First = PAGE, after: After = None
) -> RankingPage | None:
    """A page of a ranking."""
    params = {"flock_id": uuid_text(flock_id), "index_id": uuid_text(index_id), **page_of(first, after)}
    page = cast(
        ItemPage[RankedItem], await info.context.loaders.caller.ask("genetics", "GET", "/rankings", params=params)
    )
    nodes = [
        Ranked(
            animal_id=item["animal_id"],
            run_id=strawberry.ID(item["run_id"]),
            value=item["value"],
            reliability=item["reliability"],
            percentile=item["percentile"],
            inbreeding=item["inbreeding"],
            parts=[TraitPart(**part) for part in item["parts"]],
        )
        for item in page["items"]
    ]
    return RankingPage(nodes=nodes, end_cursor=page.get("next"))


async def pedigree(info: Info, animal_id: strawberry.ID, up: Up = 3, down: Down = 0) -> Pedigree | None:
    """Relatives of an animal."""
    path = f"/animals/{uuid_text(animal_id)}/pedigree"
    params: dict[str, str | int] = {"up": up, "down": down}
    found = cast(DrawingItem, await info.context.loaders.caller.ask("genetics", "GET", path, params=params))
    nodes = [
        PedigreeNode(id=strawberry.ID(n["id"]), generation=n["generation"], inbreeding=n["inbreeding"])
        for n in found["nodes"]
    ]
    edges = [
        PedigreeEdge(parent_id=strawberry.ID(e["parent_id"]), child_id=strawberry.ID(e["child_id"]), role=e["role"])
        for e in found["edges"]
    ]
    return Pedigree(nodes=nodes, edges=edges)


async def why(info: Info, run_id: strawberry.ID, animal_id: strawberry.ID, trait: str) -> Why | None:
    """Why a breeding value is what it is."""
    path = f"/evaluations/{uuid_text(run_id)}/animals/{uuid_text(animal_id)}/why"
    params: dict[str, str | int] = {"trait": trait}
    found = cast(WhyItem, await info.context.loaders.caller.ask("genetics", "GET", path, params=params))
    return Why(
        value=found["value"],
        reliability=found["reliability"],
        parent_average=found["parent_average"],
        mendelian_sampling=found["mendelian_sampling"],
        n_records=found["n_records"],
        yield_deviation=found["yield_deviation"],
        n_progeny=found["n_progeny"],
        progeny=found["progeny"],
        weights=found["weights"],
    )


def uuid_text(value: str) -> str:
    """An id of a query as a UUID, which is safe in an address.

    Raises:
        Refused: it is none.
    """
    if ID.fullmatch(value):
        return value.lower()
    raise Refused("edge", 422, "invalid_id", f"{value[:50]!r} is not a UUID: copy the id as it was given")

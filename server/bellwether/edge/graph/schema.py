"""The GraphQL schema."""

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter
from strawberry.types import ExecutionContext

from bellwether.edge.graph.asked import OneOperation
from bellwether.edge.graph.limits import MAX_TOKENS, Limits, Work
from bellwether.edge.graph.selection import Pedigree, RankingPage, Why, pedigree, ranking, uuid_text, why
from bellwether.edge.graph.shown import (
    SamplePage,
    ValuePage,
    breeding_values,
    genetic_trend,
    published_values,
    samples,
)
from bellwether.edge.graph.types import (
    PAGE,
    After,
    Animal,
    First,
    Flock,
    FlockPage,
    Info,
    PageInfo,
    PublishedValue,
    Trend,
)


async def flock(info: Info, id: strawberry.ID) -> Flock | None:  # noqa: A002 - the name in the query
    """One flock."""
    return Flock.of(await info.context.loaders.flock(uuid_text(id)))


async def flocks(info: Info, first: First = PAGE, after: After = None) -> FlockPage | None:
    """A page of flocks."""
    page = await info.context.loaders.flocks(first, after)
    return FlockPage(nodes=[Flock.of(item) for item in page["items"]], page_info=PageInfo.of(page))


async def animal(info: Info, id: strawberry.ID) -> Animal | None:  # noqa: A002 - the name in the query
    """One animal."""
    item = await info.context.loaders.animal.load(uuid_text(id))
    return Animal.of(item) if item else None


@strawberry.type
class Query:
    """Where a query starts."""

    flock: Flock | None = strawberry.field(resolver=flock, description="One flock of yours")
    flocks: FlockPage | None = strawberry.field(resolver=flocks, description="The flocks of your farms")
    animal: Animal | None = strawberry.field(
        resolver=animal, description="One animal that you may see; null when there is none"
    )
    ranking: RankingPage | None = strawberry.field(
        resolver=ranking, description="The animals of a flock by a version of an index, within the run it goes by"
    )
    pedigree: Pedigree | None = strawberry.field(
        resolver=pedigree, description="An animal with its ancestors and descendants"
    )
    why: Why | None = strawberry.field(resolver=why, description="Why a breeding value of a run is what it is")
    breeding_values: ValuePage | None = strawberry.field(
        resolver=breeding_values, description="The values of a trait in the run that a flock goes by, the highest first"
    )
    published_values: list[PublishedValue] | None = strawberry.field(
        resolver=published_values, description="All values of an animal and a trait that were published, oldest first"
    )
    genetic_trend: Trend | None = strawberry.field(
        resolver=genetic_trend, description="Mean breeding value of a flock by drop"
    )
    samples: SamplePage | None = strawberry.field(resolver=samples, description="Genotyped samples of a farm")


class Schema(strawberry.Schema):
    """Errors are logged where they are rendered, not once more here."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing."""


schema = Schema(
    query=Query, extensions=[Work, lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS), Limits, OneOperation]
)


def sdl() -> str:
    """The schema in the schema definition language."""
    return schema.as_str() + "\n"

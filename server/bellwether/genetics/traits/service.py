"""The trait dictionary and the variances that follow from it, with a farm's own values over it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from bellwether.genetics.access import may_read, may_write
from bellwether.genetics.traits import repository
from bellwether.genetics.traits.problems import NoSuchTrait, PairStandsElsewhere, WrongPairs
from bellwether.genetics.traits.repository import Own, Pair, StoredTrait
from bellwether.genetics.traits.schemas import Correlation, FarmValues, NewFarmValues, OwnCorrelation, Trait
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.problems import NotFound, Stale


async def dictionary(session: Session, farm_id: UUID | None = None) -> list[Trait]:
    """Every trait, from birth to adult, with its correlations; those of the farm where it has set its own."""
    rows = await repository.all_traits(session)
    pairs = await repository.correlations(session)
    if farm_id is None:
        return [merged(row, pairs, None, ()) for row in rows]
    own = await repository.own_values(session, farm_id)
    own_pairs = await repository.own_correlations(session, farm_id)
    return [merged(row, pairs, own.get(row.code), own_pairs) for row in rows]


async def of_farm(session: Session, farm_id: UUID) -> list[Trait]:
    """The dictionary as it counts for a farm.

    Raises:
        NotFound: the user does not belong to the farm.
    """
    await may_read(session, farm_id)
    return await dictionary(session, farm_id)


def merged(row: StoredTrait, pairs: Iterable[Pair], own: Own | None, own_pairs: Iterable[Pair]) -> Trait:
    """A trait with the values that count: the farm's, where it has set some."""
    h2, variance, source = row.heritability, row.phenotypic_variance, row.source
    if own is not None:
        h2 = row.heritability if own.heritability is None else own.heritability
        variance = row.phenotypic_variance if own.phenotypic_variance is None else own.phenotypic_variance
        source = own.source
    known = of_trait(row.code, pairs) | of_trait(row.code, own_pairs)
    return Trait(
        code=row.code,
        stage=row.stage,
        name=row.name,
        unit=row.unit,
        kind="ordinal" if row.kind == "ordinal" else "linear",
        reference_age_days=row.reference_age_days,
        reference_weight_kg=row.reference_weight_kg,
        heritability=h2,
        phenotypic_variance=variance,
        additive_variance=None if h2 is None or variance is None else h2 * variance,
        residual_variance=None if h2 is None or variance is None else (1 - h2) * variance,
        source=source,
        correlations=list(known.values()),
        farm=own and farm_values(own, own_pairs),
    )


def of_trait(code: str, pairs: Iterable[Pair]) -> dict[str, Correlation]:
    """The correlations of one trait with the others."""
    found = {(pair.b if pair.a == code else pair.a): pair for pair in pairs if code in (pair.a, pair.b)}
    return {
        other: Correlation(trait=other, genetic=pair.genetic, residual=pair.residual) for other, pair in found.items()
    }


def farm_values(own: Own, own_pairs: Iterable[Pair]) -> FarmValues:
    """What the farm has set for a trait."""
    pairs = [pair for pair in own_pairs if pair.a == own.code]
    return FarmValues(
        heritability=own.heritability,
        phenotypic_variance=own.phenotypic_variance,
        correlations=[OwnCorrelation(trait=p.b, genetic=p.genetic, residual=p.residual) for p in pairs],
        source=own.source,
        rev=own.rev,
        changed_at=own.changed_at,
    )


async def put(
    session: Session, context: Context, farm_id: UUID, code: str, body: NewFarmValues, if_match: Precondition
) -> Trait:
    """Set a farm's own values of a trait, in place of those that it had.

    Raises:
        NotFound, ReadOnlyMember, NoSuchTrait, WrongPairs, PairStandsElsewhere, MatchRequired, Stale
    """
    await may_write(session, farm_id)
    known = {row.code for row in await repository.all_traits(session)}
    check_pairs(code, body, known)
    rev = await repository.revision(session, farm_id, code)
    if_match.check(rev)
    values = {**body.model_dump(exclude={"correlations"}), "changed_by": context.user_id}
    if rev is not None:
        await repository.change(session, farm_id, code, values)
    elif not await repository.add(session, farm_id, code, values):
        raise Stale
    others = [pair.trait for pair in body.correlations]
    if taken := await repository.pairs_elsewhere(session, farm_id, code, others):
        raise PairStandsElsewhere(f"The correlation of {code} and {taken[0]} stands with {taken[0]}: change it there")
    pairs = [Pair(code, pair.trait, pair.genetic, pair.residual) for pair in body.correlations]
    await repository.replace_correlations(session, farm_id, code, pairs)
    return next(trait for trait in await dictionary(session, farm_id) if trait.code == code)


async def remove(session: Session, farm_id: UUID, code: str, if_match: Precondition) -> None:
    """Forget a farm's own values of a trait: the dictionary counts again.

    Raises:
        NotFound, ReadOnlyMember, MatchRequired, Stale
    """
    await may_write(session, farm_id)
    rev = await repository.revision(session, farm_id, code)
    if rev is None:
        raise NotFound
    if_match.check(rev)
    await repository.remove(session, farm_id, code)


def check_pairs(code: str, body: NewFarmValues, known: set[str]) -> None:
    """Each correlation names another trait of the dictionary, once.

    Raises:
        NoSuchTrait, WrongPairs
    """
    if code not in known:
        raise NoSuchTrait
    named = [pair.trait for pair in body.correlations]
    wrong: Mapping[int, str] = {
        row: f"{other} is this trait itself" if other == code else f"{other} is unknown, or named before"
        for row, other in enumerate(named)
        if other == code or other not in known or other in named[:row]
    }
    if wrong:
        raise WrongPairs(dict(wrong))

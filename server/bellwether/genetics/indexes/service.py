"""Use-cases of indexes."""

from uuid import UUID

from bellwether.genetics.access import may_write
from bellwether.genetics.indexes import repository
from bellwether.genetics.indexes.problems import NoSuchIndex, WrongWeights
from bellwether.genetics.indexes.schemas import Index, NewIndex, Weight
from bellwether.genetics.traits import service as traits
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id


async def create(session: Session, context: Context, farm_id: UUID, new: NewIndex) -> Index:
    """A new index, or the next version of it; what the last version says already is that version.

    Raises:
        NotFound, ReadOnlyMember, WrongWeights
    """
    await may_write(session, farm_id)
    check_weights(new, {trait.code for trait in await traits.dictionary(session)})
    weights = {each.trait: each.weight for each in new.weights}
    last = await repository.latest(session, farm_id, new.name)
    told = (new.name, new.currency, new.note, weights)
    if last is not None and (last.name, last.currency, last.note, last.weights) == told:
        return shown(last)
    values = {
        "id": new_id(),
        "farm_id": farm_id,
        "name": new.name,
        "version": 1 if last is None else last.version + 1,
        "currency": new.currency,
        "note": new.note,
        "created_by": context.user_id,
    }
    await repository.add(session, values, weights)
    return await get(session, values["id"])  # type: ignore[arg-type]


def check_weights(new: NewIndex, known: set[str]) -> None:
    """Each weight names a trait of the dictionary, once, and is not 0.

    Raises:
        WrongWeights
    """
    named = [each.trait for each in new.weights]
    wrong: dict[int, str] = {}
    for row, each in enumerate(new.weights):
        if each.trait not in known:
            wrong[row] = f"{each.trait} is not in the trait dictionary"
        elif each.trait in named[:row]:
            wrong[row] = f"{each.trait} is named before"
        elif each.weight == 0.0:
            wrong[row] = f"a weight of 0 leaves {each.trait} out: leave out the row"
    if wrong:
        raise WrongWeights(wrong)


async def get(session: Session, index_id: UUID) -> Index:
    """One version.

    Raises:
        NoSuchIndex
    """
    found = await repository.find(session, index_id)
    if found is None:
        raise NoSuchIndex
    return shown(found)


async def page(session: Session, farm_id: UUID, *, name: str | None, before: UUID | None, limit: int) -> list[Index]:
    """Versions of a farm's indexes, the newest first; another farm's are not seen."""
    rows = await repository.page(session, farm_id, name=name, before=before, limit=limit)
    return [shown(row) for row in rows]


def shown(found: repository.StoredIndex) -> Index:
    """A version as it is told."""
    return Index(
        id=found.id,
        farm_id=found.farm_id,
        name=found.name,
        version=found.version,
        currency=found.currency,
        note=found.note,
        created_by=found.created_by,
        created_at=found.created_at,
        weights=[Weight(trait=trait, weight=weight) for trait, weight in sorted(found.weights.items())],
    )

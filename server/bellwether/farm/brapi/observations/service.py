"""Measurements as observations."""

from collections.abc import Mapping

from bellwether.farm.brapi.observations import repository
from bellwether.farm.brapi.observations.asked import ObservationSearch
from bellwether.farm.brapi.observations.models import ObservationRow
from bellwether.farm.brapi.observations.schemas import Observation, Season
from bellwether.farm.brapi.variables.dictionary import key_of
from bellwether.farm.own_traits import repository as own_traits
from bellwether.platform.brapi.filters import id_of
from bellwether.platform.brapi.wire import Listed, as_texts, listed
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound
from bellwether.sheep.traits import TRAITS


async def page(session: Session, wanted: ObservationSearch) -> Listed[Observation]:
    """A page of what is wanted."""
    names = wanted.observation_variable_names
    own = await own_names(session)
    said = {**{trait.code: trait.name for trait in TRAITS.values()}, **own}
    traits = [key.partition(".")[0] for key, name in said.items() if name in names] if names else None
    rows, total = await repository.found(session, wanted, traits)
    return listed([observation(row, own) for row in rows], total, wanted)


async def own_names(session: Session) -> dict[str, str]:
    """Names of the traits that the user's farms have defined, by the keys of their variables."""
    return {key_of(trait.code, farm_id): trait.name for farm_id, trait in await own_traits.visible(session)}


async def get(session: Session, text: str) -> Observation:
    """One measurement.

    Raises:
        NotFound: none that the user can see, or another one counts in its place.
    """
    observation_id = id_of(text)
    row = None if observation_id is None else await repository.one(session, observation_id)
    if row is None:
        raise NotFound
    return observation(row, await own_names(session))


def observation(row: ObservationRow, own: Mapping[str, str]) -> Observation:
    """A measurement in the words of the standard."""
    drop, key = row.drop_year, key_of(row.trait, row.farm_id)
    return Observation(
        observation_db_id=str(row.id),
        observation_variable_db_id=key,
        observation_variable_name=TRAITS[row.trait].name if row.trait in TRAITS else own.get(key, row.trait),
        observation_unit_db_id=str(row.animal_id),
        observation_unit_name=row.name,
        germplasm_db_id=str(row.animal_id),
        germplasm_name=row.name,
        observation_time_stamp=row.moment,
        season=None if drop is None else Season(season_db_id=str(drop), season_name=f"{drop} drop", year=drop),
        value=repr(row.value).removesuffix(".0"),
        additional_info=as_texts(
            {
                "farmId": row.farm_id,
                "flockId": row.flock_id,
                "stage": row.stage,
                "unit": row.unit,
                "rawValue": row.raw_value,
                "rawUnit": row.raw_unit,
                "date": row.occurred_on,
                "time": row.occurred_time,
                "ageDays": row.age_days,
                "recordedGroup": row.recorded_group or None,
                "contemporaryGroup": row.contemporary_group,
                "source": row.source,
            }
        ),
    )

"""Measurements as observations."""

from bellwether.farm.brapi.filters import id_of
from bellwether.farm.brapi.observations import repository
from bellwether.farm.brapi.observations.asked import ObservationSearch
from bellwether.farm.brapi.observations.models import ObservationRow
from bellwether.farm.brapi.observations.schemas import Observation, Season
from bellwether.farm.brapi.wire import Listed, as_texts, listed
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound
from bellwether.sheep.traits import TRAITS


async def page(session: Session, wanted: ObservationSearch) -> Listed[Observation]:
    """A page of what is wanted."""
    names = wanted.observation_variable_names
    traits = [trait.code for trait in TRAITS.values() if trait.name in names] if names else None
    rows, total = await repository.found(session, wanted, traits)
    return listed([observation(row) for row in rows], total, wanted)


async def get(session: Session, text: str) -> Observation:
    """One measurement.

    Raises:
        NotFound: none that the user can see, or another one counts in its place.
    """
    observation_id = id_of(text)
    row = None if observation_id is None else await repository.one(session, observation_id)
    if row is None:
        raise NotFound
    return observation(row)


def observation(row: ObservationRow) -> Observation:
    """A measurement in the words of the standard."""
    drop = row.drop_year
    return Observation(
        observation_db_id=str(row.id),
        observation_variable_db_id=row.trait,
        observation_variable_name=TRAITS[row.trait].name if row.trait in TRAITS else row.trait,
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

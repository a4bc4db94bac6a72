"""The variables that a user can see: those of the dictionary, and what their farms have defined."""

from bellwether.farm.brapi.variables.dictionary import variable_of, variables
from bellwether.farm.brapi.variables.schemas import Variable
from bellwether.farm.own_traits import repository as own_traits
from bellwether.platform.database.transactions import Session


async def visible(session: Session) -> tuple[Variable, ...]:
    """All of them; an own trait is named with its farm, for two farms may have one code."""
    found = await own_traits.visible(session)
    return (*variables(), *(variable_of(trait, farm_id) for farm_id, trait in found))

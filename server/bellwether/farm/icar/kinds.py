"""The kinds of resources that this face has, in one table: an edition of the standard that adds one adds a line."""

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from bellwether.farm.icar.pages import Reader, of_animals, of_events, weights
from bellwether.farm.icar.writing import Writer


class Kind(NamedTuple):
    """A last part of an address, and how its pages are read."""

    read: Reader


KINDS: dict[str, Kind] = {
    "animals": Kind(of_animals(Writer.animal, born_here=False)),
    "births": Kind(of_animals(Writer.birth, born_here=True)),
    "weights": Kind(weights),
    "arrivals": Kind(of_events("animal.arrived", Writer.arrival)),
    "departures": Kind(of_events("animal.departed", Writer.departure)),
    "deaths": Kind(of_events("animal.died", Writer.death)),
    "diagnoses": Kind(of_events("diagnosis.recorded", Writer.diagnosis)),
}
if TYPE_CHECKING:
    KindName: TypeAlias = str
else:
    # whatever stands in the table, which a type checker cannot know
    KindName = Literal[tuple(KINDS)]

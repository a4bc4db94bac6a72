"""The kinds of resources that this face has, in one table: an edition of the standard that adds one adds a line."""

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from bellwether.farm.icar import reproduction
from bellwether.farm.icar.breeding_values.pages import breeding_values
from bellwether.farm.icar.herds import movements, sets
from bellwether.farm.icar.herds.joinings import services
from bellwether.farm.icar.herds.movements import of_heads
from bellwether.farm.icar.herds.rows import JOINS, LEAVES
from bellwether.farm.icar.herds.treatments import treatments as group_treatments
from bellwether.farm.icar.pages import Reader, of_animals, of_events, weights
from bellwether.farm.icar.treatments import treatments
from bellwether.farm.icar.weaning.pages import weanings
from bellwether.farm.icar.writing import Writer


class Kind(NamedTuple):
    """A last part of an address, and how its pages are read."""

    read: Reader


KINDS: dict[str, Kind] = {
    "animals": Kind(of_animals(Writer.animal, born_here=False)),
    "births": Kind(of_animals(Writer.birth, born_here=True)),
    "weights": Kind(weights),
    "arrivals": Kind(of_events(Writer.arrival, "animal.arrived")),
    "departures": Kind(of_events(Writer.departure, "animal.departed")),
    "deaths": Kind(of_events(Writer.death, "animal.died")),
    "diagnoses": Kind(of_events(Writer.diagnosis, "diagnosis.recorded")),
    "treatments": Kind(treatments),
    "inseminations": Kind(services),
    "pregnancy-checks": Kind(of_events(reproduction.pregnancy_check, "pregscan.recorded")),
    "parturitions": Kind(of_events(reproduction.parturition, "lambing.recorded")),
    "weaning-events": Kind(weanings),
    "conformation-scores": Kind(of_events(reproduction.condition_score, "condition.scored")),
    "breeding-values": Kind(breeding_values),
    "animal-sets": Kind(sets.sets),
    "animal-set-joins": Kind(sets.of_memberships(JOINS)),
    "animal-set-leaves": Kind(sets.of_memberships(LEAVES)),
    "group-births": Kind(of_heads("stock.born", movements.birth)),
    "group-arrivals": Kind(of_heads("stock.arrived", movements.arrival)),
    "group-departures": Kind(of_heads("stock.departed", movements.departure)),
    "group-treatments": Kind(group_treatments),
    "group-deaths": Kind(of_heads("stock.died", movements.death)),
}
if TYPE_CHECKING:
    KindName: TypeAlias = str
else:
    # whatever stands in the table, which a type checker cannot know
    KindName = Literal[tuple(KINDS)]

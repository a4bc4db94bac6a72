"""The kinds of resources that are taken, in one table."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from bellwether.farm.icar.models import EventRow
from bellwether.farm.icar.schemas import Resource
from bellwether.farm.icar.taking.translating import Translated, arrival, death, departure
from bellwether.farm.icar.writing import Writer


class Intake(NamedTuple):
    """A kind that is taken into the log: as which event, how a message is translated, and how it is shown again."""

    event: str
    payload: Translated
    write: Callable[[Writer, EventRow], Resource]


TAKEN: dict[str, Intake] = {
    "arrivals": Intake("animal.arrived", arrival, Writer.arrival),
    "departures": Intake("animal.departed", departure, Writer.departure),
    "deaths": Intake("animal.died", death, Writer.death),
}
if TYPE_CHECKING:
    TakenName: TypeAlias = str
else:
    # weights have a ledger of their own; the others stand in the table, which a type checker cannot know
    TakenName = Literal["weights", *TAKEN]

"""The kinds of resources that are taken, in one table."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from bellwether.farm.icar import reproduction, treatments
from bellwether.farm.icar.herds import movements
from bellwether.farm.icar.models import EventRow
from bellwether.farm.icar.schemas import Resource
from bellwether.farm.icar.taking import breeding, herds, remedies, translating, weanings
from bellwether.farm.icar.taking.entries import SETS
from bellwether.farm.icar.taking.translating import Translate
from bellwether.farm.icar.writing import Writer


class Intake(NamedTuple):
    """A kind that is taken into the log: how a message is translated, as which events, and how it is shown again."""

    translate: Translate
    write: Callable[[Writer, EventRow], Resource] | None
    """None: it needs more than its event, which `intake` asks for."""
    events: tuple[str, ...]


WEANINGS = "weaning-events"
TAKEN: dict[str, Intake] = {
    "arrivals": Intake(translating.arrival, Writer.arrival, ("animal.arrived",)),
    "departures": Intake(translating.departure, Writer.departure, ("animal.departed",)),
    "deaths": Intake(translating.death, Writer.death, ("animal.died",)),
    "diagnoses": Intake(translating.diagnosis, Writer.diagnosis, ("diagnosis.recorded",)),
    "treatments": Intake(remedies.treatment, treatments.of_event, ("treatment.given",)),
    "inseminations": Intake(breeding.insemination, reproduction.insemination, reproduction.SERVICES),
    "pregnancy-checks": Intake(breeding.pregnancy_check, reproduction.pregnancy_check, ("pregscan.recorded",)),
    "parturitions": Intake(breeding.parturition, reproduction.parturition, ("lambing.recorded",)),
    WEANINGS: Intake(weanings.translated, None, ("weaning.recorded",)),
    "conformation-scores": Intake(breeding.condition_score, reproduction.condition_score, ("condition.scored",)),
}


class GroupIntake(NamedTuple):
    """A kind about groups: how a message is translated, as which event, and how its head are shown again."""

    translate: Translate
    event: str
    write: movements.Write | None = None
    """None: it is about the group as it was, not about so many head."""


GROUPED: dict[str, GroupIntake] = {
    "group-births": GroupIntake(herds.birth, "stock.born", movements.birth),
    "group-arrivals": GroupIntake(herds.arrival, "stock.arrived", movements.arrival),
    "group-departures": GroupIntake(herds.departure, "stock.departed", movements.departure),
    "group-deaths": GroupIntake(herds.death, "stock.died", movements.death),
    "group-treatments": GroupIntake(remedies.group_treatment, "treatment.given"),
}


class MemberIntake(NamedTuple):
    """Animals into groups and out of them, which is told again as the group knows it."""

    translate: Translate
    event: str


MEMBERSHIPS: dict[str, MemberIntake] = {
    "animal-set-joins": MemberIntake(herds.join, "group.assigned"),
    "animal-set-leaves": MemberIntake(herds.leave, "group.left"),
}
if TYPE_CHECKING:
    TakenName: TypeAlias = str
else:
    # weights have a ledger of their own, births are lambs of lambings, sets are groups and no events; the others stand
    # in the tables, which a type checker cannot know
    TakenName = Literal["weights", "births", SETS, *TAKEN, *GROUPED, *MEMBERSHIPS]

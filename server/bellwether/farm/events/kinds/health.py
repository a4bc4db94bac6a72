"""Animals are treated and fed."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from bellwether.farm.events.envelope import HerdEvent, Payload
from bellwether.farm.events.kinds.life import Place
from bellwether.farm.health.models import Fed, Given, Said
from bellwether.farm.schemas import Day, Note
from bellwether.sheep.quantities import Unit
from bellwether.sheep.withdrawals import UNDECLARED_FEED_DAYS, Periods

Amount = Annotated[float, Field(gt=0, lt=1e6, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=0, le=3650)]


class OffLabel(Payload):
    """How long animals are withheld after another use than that of the label; never less than the label says."""

    meat_days: Days | None = None
    export_days: Days | None = None
    milk_days: Days | None = None
    prescriber: Place | None = None


class Treatment(Payload):
    """What is given."""

    product_id: UUID
    batch_id: UUID | None = None
    dose: Amount = Field(description="For each animal, each time")
    unit: Unit
    doses: int = Field(1, ge=1, le=100)
    last_on: Day | None = Field(None, description="The day of the last dose, when there are several; it counts")
    used: Amount | None = Field(None, description="All that was used, when it was measured; in the unit of the dose")
    route: Place | None = Field(None, description="As the product says it: oral, subcutaneous, pour_on ...")
    operator: Place | None = None
    reason: Note | None = None
    off_label: OffLabel | None = None
    repeat_on: Day | None = Field(None, description="When the course is to be repeated")
    note: Note | None = None


class Feed(Payload):
    """What is eaten that was not grown here."""

    feed: Place
    declaration: Place | None = Field(None, description="Number of the vendor's declaration; None: 60 days (I21)")
    days: Days | None = Field(None, description="For how long the declaration asks to withhold those who eat it")
    last_on: Day | None = Field(None, description="The last day on which it was fed")
    note: Note | None = None


class TreatmentGiven(HerdEvent):
    """An animal is treated, or a group as it was at that moment: who joins later was not, who leaves still was."""

    needs_presence = True
    kind: Literal["treatment.given"]
    payload: Treatment

    @property
    def health(self) -> Said:
        """The treatment."""
        given = self.payload
        own = given.off_label or OffLabel()
        figures = Periods(own.meat_days, own.export_days, own.milk_days)
        what = (given.product_id, given.batch_id, given.dose, given.unit, given.doses, given.used, given.route)
        return Given(given.last_on or self.occurred_on, *what, figures)


class FeedIntroduced(HerdEvent):
    """Feed from elsewhere is eaten by an animal, or by all who were in a group while it was fed."""

    needs_presence = True
    kind: Literal["feed.introduced"]
    payload: Feed

    @property
    def health(self) -> Said:
        """The feed: without a declaration nobody knows what is in it."""
        days = self.payload.days or 0
        if self.payload.declaration is None:
            days = max(days, UNDECLARED_FEED_DAYS)
        return Fed(self.payload.last_on or self.occurred_on, days)


EVENTS = (TreatmentGiven, FeedIntroduced)

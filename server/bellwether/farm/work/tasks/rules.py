"""Which tasks follow from which events, as long as a farm does not say otherwise."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

from bellwether.farm.work.tasks.models import RuleRow, SourceRow

#: of the ids of tasks that follow from events
NAMES = UUID("0f0b9a52-6a5c-5a0e-9d6e-6c1a3f6d2f10")


class Rule(NamedTuple):
    """So many days after an event of a kind something is to be done.

    `day` names what the days are counted from when that is not the day of the event; an event that does not say it asks
    for nothing, unless `otherwise` says how many days after the event it is to be done then. `done` names the day on
    which other events say that it was done.
    """

    name: str
    kind: str
    title: str
    days: int
    day: str | None = None
    otherwise: int | None = None
    done: str | None = None
    passes: bool = False
    is_on: bool = True

    def due(self, event: SourceRow) -> date | None:
        """The day on which it is to be done; None: never."""
        if self.day is None:
            return event.occurred_on + timedelta(days=self.days)
        said = event.days[self.day]
        if said is not None:
            return date.fromisoformat(said) + timedelta(days=self.days)
        return None if self.otherwise is None else event.occurred_on + timedelta(days=self.otherwise + self.days)

    def done_on(self, event: SourceRow, due: date, today: date) -> date | None:
        """The day on which it was done, as far as events say; what passes by itself is over after its day."""
        if self.passes and due < today:
            return due
        return self.told_on(event)

    def told_on(self, event: SourceRow) -> date | None:
        """The day on which other events say that it was done."""
        return None if self.done is None else event.done[self.done]


#: rams stay for two cycles. From the first day with them: scanning at 80 to 90 days, lambs after 147, marking seven
#: weeks and weaning a hundred days after the first lambs
USUAL: tuple[Rule, ...] = (
    Rule("rams_out", "joining.started", "Take the rams out", 0, "planned_end", otherwise=35, done="ended_on"),
    Rule("scan", "joining.started", "Scan the ewes", 85, done="scanned_on"),
    Rule("lambing", "joining.started", "First lambs are due", 147, done="lambed_on"),
    Rule("marking", "joining.started", "Mark the lambs", 196, done="marked_on"),
    Rule("weaning", "joining.started", "Wean the lambs", 247, done="weaned_on"),
    Rule("move", "group.move_planned", "Move the mob", 0, "planned_on", done="moved_on"),
    Rule("repeat_treatment", "treatment.given", "Repeat the treatment", 0, "repeat_on"),
    Rule("meat_clear", "treatment.given", "Withdrawal for meat is over", 0, "meat_until", passes=True),
    Rule("export_clear", "treatment.given", "Withdrawal for export is over", 0, "export_until", passes=True),
)
BY_NAME = {rule.name: rule for rule in USUAL}


def rules_of(said: Iterable[RuleRow]) -> list[Rule]:
    """The usual ones as the farm has set them, then its own."""
    found = dict(BY_NAME)
    for row in said:
        usual = BY_NAME.get(row.name, Rule(row.name, row.kind, row.title, row.days))
        found[row.name] = usual._replace(title=row.title, days=row.days, is_on=row.is_on)
    return list(found.values())


def task_id(farm_id: UUID, rule: str, place: int) -> UUID:
    """The same task keeps its id when the event is corrected."""
    return uuid5(NAMES, f"{farm_id}/{rule}/{place}")

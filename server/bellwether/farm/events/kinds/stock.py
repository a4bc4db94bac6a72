"""Head without tags: they are counted by class in a group, and never one by one."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from bellwether.farm.events.envelope import Payload
from bellwether.farm.events.kinds.life import ForSale, Override, Place
from bellwether.farm.events.kinds.moves import GroupEvent
from bellwether.farm.health.models import Said, Sale, Tagging
from bellwether.farm.schemas import Note
from bellwether.farm.stock.models import Heads


class ClassHead(Payload):
    """So many of one class."""

    stock_class: Place
    head: int = Field(ge=1, le=1_000_000)


class ClassCount(Payload):
    """So many of one class, or none."""

    stock_class: Place
    head: int = Field(ge=0, le=1_000_000)


ClassHeads = Annotated[list[ClassHead], Field(min_length=1, max_length=100)]


class StockBirth(Payload):
    """Lambs that get no tag, or none yet."""

    heads: ClassHeads
    note: Note | None = None


class StockArrival(Payload):
    """Where they came from."""

    heads: ClassHeads
    reason: Literal["purchase", "return", "agistment", "found", "transfer"]
    from_location: Place | None = Field(None, description="PIC, CPH, NAIT number or name")
    consignment: Place | None = Field(None, description="Number of the vendor declaration")
    note: Note | None = None


class StockDeparture(Payload):
    """Where they went."""

    heads: ClassHeads
    fate: Literal["sold", "culled", "own_use", "grazing_off", "in_transit", "lost", "tagged"] = Field(
        description="tagged: they are animals of their own from now on"
    )
    market: ForSale | None = Field(None, description="Where they are sold; None: they must be clear for each")
    override: Override | None = Field(None, description="They go although they are withheld")
    to_location: Place | None = Field(None, description="PIC, CPH, NAIT number or name")
    consignment: Place | None = Field(None, description="Number of the vendor declaration")
    note: Note | None = None


class StockDeath(Payload):
    """How they died."""

    heads: ClassHeads
    cause: Place | None = None
    note: Note | None = None


class StockCount(Payload):
    """How many there are of the classes that were counted; a class that is absent was not."""

    heads: Annotated[list[ClassCount], Field(min_length=1, max_length=100)]
    note: Note | None = None


class StockClassed(Payload):
    """They have grown, or were castrated, into another class."""

    heads: ClassHeads
    to_class: Place
    note: Note | None = None


class StockMarking(Payload):
    """Lambs that were marked and got no tag, by the class in which they are from then on."""

    heads: ClassHeads
    drop_year: int = Field(
        ge=1900, le=2200, description="The year in which they were born: the season that counts them"
    )
    from_class: Place | None = Field(
        None, description="The class in which they were counted since their birth; None: nobody has counted them before"
    )
    note: Note | None = None


class StockMove(Payload):
    """They go to another group."""

    heads: ClassHeads
    to_group_id: UUID
    note: Note | None = None


def counted(heads: list[ClassHead] | list[ClassCount]) -> tuple[tuple[str, int], ...]:
    """As the ledger has them."""
    return tuple((each.stock_class, each.head) for each in heads)


class StockBorn(GroupEvent):
    """Lambs are born in a group."""

    kind: Literal["stock.born"]
    payload: StockBirth

    @property
    def stock(self) -> Heads:
        """How many."""
        return Heads(counted(self.payload.heads), "born")


class StockArrived(GroupEvent):
    """Head without tags come into a group."""

    kind: Literal["stock.arrived"]
    payload: StockArrival

    @property
    def stock(self) -> Heads:
        """How many, and why."""
        return Heads(counted(self.payload.heads), self.payload.reason)


class StockDeparted(GroupEvent):
    """Head without tags leave the farm."""

    kind: Literal["stock.departed"]
    payload: StockDeparture

    @property
    def stock(self) -> Heads:
        """How many, and what became of them."""
        return Heads(counted(self.payload.heads), self.payload.fate)

    @property
    def health(self) -> Said:
        """A sale, the way to slaughter, what is eaten at home, or the end of the mob as such."""
        payload, is_overridden = self.payload, self.payload.override is not None
        match payload.fate:
            case "sold" | "culled":
                return Sale(payload.market, is_overridden)
            case "own_use":
                return Sale("meat", is_overridden)
            case "tagged":
                return Tagging()
        return None


class StockDied(GroupEvent):
    """Head without tags died."""

    kind: Literal["stock.died"]
    payload: StockDeath

    @property
    def stock(self) -> Heads:
        """How many."""
        return Heads(counted(self.payload.heads), "died")


class StockCounted(GroupEvent):
    """Somebody counted: what there is more was found, what there is less is missing."""

    kind: Literal["stock.counted"]
    payload: StockCount

    @property
    def stock(self) -> Heads:
        """How many there are."""
        return Heads(counted(self.payload.heads), "counted")


class StockReclassed(GroupEvent):
    """Head without tags are of another class from now on."""

    kind: Literal["stock.reclassed"]
    payload: StockClassed

    @property
    def stock(self) -> Heads:
        """How many, and of which."""
        return Heads(counted(self.payload.heads), "class", into_class=self.payload.to_class)


class StockMarked(GroupEvent):
    """The tally of a marking: lambs without tags."""

    kind: Literal["stock.marked"]
    payload: StockMarking

    @property
    def stock(self) -> Heads:
        """How many of which class, and of which they were."""
        return Heads(counted(self.payload.heads), "marked", from_class=self.payload.from_class)


class StockMoved(GroupEvent):
    """Head without tags go from one group to another."""

    kind: Literal["stock.moved"]
    payload: StockMove

    @property
    def stock(self) -> Heads:
        """How many, and where."""
        return Heads(counted(self.payload.heads), "moved", into_group=self.payload.to_group_id)


EVENTS = (StockBorn, StockArrived, StockDeparted, StockDied, StockCounted, StockReclassed, StockMarked, StockMoved)

"""What a format of exports says of itself. The job, the routes and the service know no more of a format than this."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bellwether.farm.archives.tables import Table
from bellwether.farm.exports.keys import Keys
from bellwether.farm.exports.models import AnimalRow, ClaimRow, FlockRow, KinRow, MeasuredRow, SyndicateRow
from bellwether.farm.exports.options import Options
from bellwether.farm.exports.report import Report
from bellwether.modelling.flocks.flock_data import FlockData
from bellwether.sheep.traits import Known

TABULAR = frozenset({"file", "delimiter", "decimal", "encoding"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {"csv": "text/csv; charset={}", "xlsx": XLSX, "zip": "application/zip"}


class Source(Protocol):
    """A flock as one moment shows it."""

    flock: FlockRow

    async def animals(self) -> Sequence[AnimalRow]:
        """Those that the farm records, in the order in which they came."""

    async def claims(self) -> Sequence[ClaimRow]:
        """Their accepted parents."""

    async def keys(self) -> Keys:
        """What names each animal of the farm."""

    def measurements(self, traits: Sequence[str]) -> AsyncIterator[Sequence[MeasuredRow]]:
        """Those that count, some at a time; of all traits when none is named."""

    async def kin(self) -> Sequence[KinRow]:
        """Every animal of the farm with its parents."""

    async def syndicates(self) -> Sequence[SyndicateRow]:
        """Lambs of the flock that some ram of a syndicate may have sired."""

    async def traits(self) -> Known:
        """What the farm can record."""

    async def evaluable(self, traits: Sequence[str]) -> FlockData:
        """The flock, its measurements and all ancestors, as an evaluation takes them."""

    async def farm(self) -> Mapping[str, object]:
        """What the farm of the flock says of itself."""

    async def table(self, table: Table) -> Sequence[Mapping[str, object]]:
        """All rows of a table of the whole farm."""

    def photos(self) -> AsyncIterator[tuple[str, str, bytes]]:
        """Hash, kind and bytes of each photo and paper of the farm, one after the other."""

    async def progress(self, fraction: float, stage: str) -> None:
        """How far the file is."""


@dataclass(frozen=True)
class Format:
    """One kind of file: `uses` are its options, `suffix` ends its name, `write` fills the file at a path."""

    name: str
    uses: frozenset[str]
    write: Callable[[Source, Options, Path], Awaitable[Report]]
    suffix: str | None = None

    def ending(self, options: Options) -> str:
        """csv, xlsx or zip."""
        return self.suffix or options.file

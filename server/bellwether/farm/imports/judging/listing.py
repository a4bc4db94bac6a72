"""What a whole file lists, as far as some cell of it cites it: a parent may stand in a later row than its offspring."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from bellwether.farm.imports.judging.animal_row import AnimalRow, Written
from bellwether.sheep import damage
from bellwether.sheep.identifiers import name_value, spellings


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the file that is about an animal which other rows cite."""

    row: int
    identifiers: tuple[Written, ...]
    sex: str
    birth_date: date | None
    drop_year: int | None


@dataclass
class Listing:
    """The cited rows by every value that names them; `are_rounded`: the numbers of the file have lost digits."""

    by_value: dict[str, list[Listed]] = field(default_factory=dict)
    by_name: dict[str, list[Listed]] = field(default_factory=dict)
    are_rounded: bool = False

    @classmethod
    def of(cls, cited: Iterable[str], listed: Iterable[Listed]) -> "Listing":
        """Of the cells that cite animals, and the rows of a file."""
        made, numbers = cls(), set()
        cells = set(cited)
        values = {value for raw in cells for value in spellings(raw)}
        names = {name_value(raw) for raw in cells}
        for row in listed:
            for item in row.identifiers:
                # an apostrophe before a number keeps it as text: no spreadsheet has rounded it
                is_number = item.kind == "registration" and not item.raw.startswith("'")
                numbers |= {item.value} if is_number else set()
                if item.kind == "name" and name_value(item.value) in names:
                    made.by_name.setdefault(name_value(item.value), []).append(row)
                elif item.kind != "name" and item.value in values:
                    made.by_value.setdefault(item.value, []).append(row)
        made.are_rounded = damage.are_rounded(numbers)
        return made

    def named(self, raw: str, after: int) -> list[Listed]:
        """The rows after this one that are about an animal of that identifier or name."""
        found = [row for value in spellings(raw) for row in self.by_value.get(value, ())]
        if self.by_name:
            found += self.by_name.get(name_value(raw), ())
        return list({row.row: row for row in found if row.row > after}.values()) if found else found


def survey(rows: Sequence[tuple[int, AnimalRow]]) -> Listing:
    """Of all rows of a file that could be read."""
    cited = (cell.raw for _, row in rows for cell in (row.sire, row.dam, row.recipient) if cell is not None)
    listed = (Listed(number, row.identifiers, row.sex, row.birth_date, row.drop_year) for number, row in rows)
    return Listing.of(cited, listed)

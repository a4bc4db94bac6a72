"""The page of a flock in the order of any of its columns, of the animals that somebody wants.

The rows of a flock or a farm are found by its index and the first of them kept as they are sorted: an index for each
order would cost every import more than it saves a page. What is sorted is no more than the id and what it is sorted by;
the rest is read of the animals of the page alone.
"""

from uuid import UUID

from bellwether.farm.animals.wanted import KINDS, TEXT, Key, Wanted
from bellwether.sheep import identifiers

PARENT = {"sire": "c.parent_type = 'sire'", "dam": "c.parent_type in ('dam', 'et_donor_dam')"}
TESTS = {
    "birth_from": "x.birth_date >= {0}::date",
    "birth_to": "x.birth_date <= {0}::date",
    "fate_from": "x.fate_on >= {0}::date",
    "fate_to": "x.fate_on <= {0}::date",
    "to_identify": (
        "{0}::bool = (x.reference_only and exists (select from farm.observation o"
        " where o.animal_id = x.id and o.state = 'active'))"
    ),
    "text": (
        "(x.tag {1} {0} or exists (select from farm.identifier i"
        " where i.farm_id = $1 and i.animal_id = x.id and i.state = 'active' and i.value {1} {0}))"
    ),
}
IS_CALLED = (
    "exists (select from farm.identifier i"
    " where i.farm_id = $1 and i.animal_id = x.id and i.state = 'active' and i.value = any({0}::text[]))"
)
IS_CHILD = (
    "x.id in (select c.child_id from farm.parent_claim c"
    " where c.farm_id = $1 and c.parent_id = {0}::uuid and c.status = 'accepted' and "
)


class Statement:
    """The inner select of a page, with its values in their places."""

    def __init__(self, farm_id: UUID, flock_id: UUID | None, wanted: Wanted) -> None:
        self.wanted = wanted
        self.values: list[object] = [farm_id]
        self.conditions = ["x.farm_id = $1", "x.merged_into is null"]
        if flock_id is not None:
            self.conditions.append(f"x.flock_id = {self.put(flock_id)}")
        for name, value in wanted.given.items():
            self.conditions.append(self.test(name, value))

    def put(self, value: object) -> str:
        """A value and its place."""
        self.values.append(value)
        return f"${len(self.values)}"

    def test(self, name: str, value: object) -> str:
        """One filter."""
        if name in ("sire_id", "dam_id"):
            return (IS_CHILD + PARENT[name.removesuffix("_id")] + ")").format(self.put(value))
        if name == "text":
            part = TESTS[name].format(self.put(f"%{as_written(str(value))}%"), like(str(value)))
            return f"({part} or {IS_CALLED.format(self.put(whole))})" if (whole := otherwise(str(value))) else part
        if name in TESTS:
            return TESTS[name].format(self.put(value))
        return f"x.{name} = {self.put(value)}::{KINDS.get(name, TEXT).sql}"

    @property
    def key(self) -> str:
        """What is sorted by; a parent by its tag."""
        return "p.tag" if self.wanted.column in PARENT else f"x.{self.wanted.column}"

    def begin_after(self, key: Key, animal_id: UUID) -> None:
        """Only what comes behind an animal; those without a value are the last, among equal ones the id decides."""
        last = f"x.id > {self.put(animal_id)}::uuid"
        if key is None:
            self.conditions.append(f"{self.key} is null and {last}")
            return
        mark = f"{self.put(key)}::{KINDS.get(self.wanted.column, TEXT).sql}"
        beyond = f"{self.key} {'<' if self.wanted.is_descending else '>'} {mark}"
        self.conditions.append(f"({beyond} or ({self.key} = {mark} and {last}) or {self.key} is null)")

    def page(self, limit: int) -> str:
        """The select; `sort_key` is what the page is sorted by."""
        parent = self.wanted.column if self.wanted.column in PARENT else None
        joined = ""
        if parent:
            joined = (
                " left join farm.accepted_parents c on c.farm_id = $1 and c.animal_id = x.id"
                f" left join farm.animal p on p.farm_id = $1 and p.id = c.{parent}_id"
            )
        keys = (
            f"select x.id, {self.key} as sort_key from farm.animal x{joined} where {' and '.join(self.conditions)}"
            f" order by {self.order('sort_key', 'x.id')} limit {self.put(limit)}"
        )
        # a barrier, so that the planner sorts the keys before it looks at animals
        whole = "select * from farm.animal where farm_id = $1 and id = k.id offset 0"
        return f"select whole.*, k.sort_key from ({keys}) k cross join lateral ({whole}) whole"

    def order(self, key: str, animal_id: str) -> str:
        """Of the page, and of what is made of it."""
        return f"{key} {'desc' if self.wanted.is_descending else 'asc'} nulls last, {animal_id}"


def like(text: str) -> str:
    """How the text is looked for in any case: to fold it in every language costs three times as much as to compare."""
    if text.lower() == text.upper():
        return "like"
    return 'collate "C" ilike' if text.isascii() else "ilike"


def otherwise(text: str) -> list[str]:
    """The whole numbers that the text is, as a reader or a print spells them, and of which it is no part."""
    return [value for value in identifiers.spellings(text) if text.strip().casefold() not in value.casefold()]


def as_written(text: str) -> str:
    """A text in which nothing stands for anything else."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

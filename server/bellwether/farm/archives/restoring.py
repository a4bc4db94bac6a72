"""An archive into an empty farm: through the rules of every part, and then compared: it is the same farm, or nothing.

Animals that lambings make come with them; what is corrected is recorded and corrected again. What the rules refuse, and
what would be another thing afterwards, is named by table and row, and nothing stays.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import groupby

from pydantic import ValidationError

from bellwether.farm.archives import belongings, parts, repository
from bellwether.farm.archives.parts import Into, Take
from bellwether.farm.archives.problems import ArchiveRejected, FarmOfOtherPlace
from bellwether.farm.archives.reading import Archive, Cells, payload_of, renamed
from bellwether.farm.archives.tables import TABLES, Table
from bellwether.farm.archives.writing import lines_of
from bellwether.farm.place import place_of
from bellwether.platform.problems import Problem, RowError

CHUNK = 500
MOST_TOLD = 50
HEADING = 2
"""The first line of a file below its heading, as an editor counts."""
Placed = tuple[int, Cells]
"""A row, and the line of its file on which it stands."""


async def restore(into: Into, archive: Archive) -> dict[str, int]:
    """All of it; how many rows of each table.

    Raises:
        FarmOfOtherPlace, ArchiveRejected
    """
    place = await place_of(into.session, into.farm_id)
    for field, here in (("time_zone", place.time_zone), ("weight_unit", place.weight_unit)):
        if archive.farm[field] != here:
            raise FarmOfOtherPlace(field, here, archive.farm[field])
    rows = renamed(archive, into.farm_id)
    for table, take, found, size in order_of(rows):
        for start in range(0, len(found), size):
            chunk = found[start : start + size]
            async with told(table, chunk):
                await take(into, [row for _, row in chunk])
    async with told("attachment", []):
        await belongings.photos(into, archive.photos)
    await compare(into, rows)
    return {name: len(found) for name, found in rows.items()} | {"attachment": len(archive.photos)}


def order_of(rows: dict[str, list[Cells]]) -> Iterator[tuple[str, Take, list[Placed], int]]:
    """What is recorded after what, and how much of it at once."""
    placed = {name: list(enumerate(found, HEADING)) for name, found in rows.items()}
    is_lamb = {row["id"]: row["is_lamb"] == "true" for row in rows["animal"]}
    cut = {str(row["animal_id"]) for row in rows["event"] if is_castration(row)}
    yield "flock", parts.flock, placed["flock"], 1
    yield "stock_class", parts.classes, placed["stock_class"], max(len(placed["stock_class"]), 1)
    yield "own_trait", parts.own_trait, placed["own_trait"], 1
    yield "task_rule", belongings.task_rules, placed["task_rule"], max(len(placed["task_rule"]), 1)
    older = [(line, whole(row, cut)) for line, row in placed["animal"] if not is_lamb[row["id"]]]
    yield "animal", parts.animal, older, 1
    worn = placed["identifier"]
    early = [(n, row) for n, row in worn if not is_lamb.get(row["animal_id"]) and row["is_of_event"] != "true"]
    yield "identifier", parts.identifier, early, 1
    yield "animal_group", parts.group, placed["animal_group"], 1
    yield "dse_rating", belongings.dse_ratings, placed["dse_rating"], max(len(placed["dse_rating"]), 1)
    yield "session_template", belongings.template, placed["session_template"], 1
    yield "yard_session", belongings.yard_day, placed["yard_session"], 1
    yield "paddock_drawing", parts.drawing, named(placed["paddock_drawing"], rows["paddock"]), 1
    yield "product", parts.product, placed["product"], 1
    yield "product_batch", parts.batch, placed["product_batch"], 1
    yield "consignment", parts.consignment, placed["consignment"], 1
    yield "event", parts.event, placed["event"], CHUNK
    yield "animal", parts.lambs, [(n, row) for n, row in placed["animal"] if is_lamb[row["id"]]], CHUNK
    yield "identifier", parts.identifier, [one for one in worn if one not in early], 1
    yield "parent", parts.parent, placed["parent"], 1
    for _, of_day in groupby(sorted(placed["measurement"], key=day_of), key=day_of):
        yield "measurement", parts.measurement, list(of_day), CHUNK
    yield from belongings_of(placed, rows)


def belongings_of(
    placed: dict[str, list[Placed]], rows: dict[str, list[Cells]]
) -> Iterator[tuple[str, Take, list[Placed], int]]:
    """What names animals, events, consignments and batches that are there by now."""
    yield "syndicate", belongings.syndicate, belongings.with_rams(placed["syndicate"], rows["syndicate_sire"]), 1
    for _, group in groupby(placed["syndicate_claim"], key=lambda one: one[1]["syndicate_id"]):
        claims = list(group)
        yield "syndicate_claim", belongings.syndicate_claim, claims, len(claims)
    yield "imported_value", belongings.imported_value, placed["imported_value"], CHUNK
    yield "task", belongings.task, placed["task"], CHUNK
    yield "stock_value", belongings.stock_values, placed["stock_value"], max(len(placed["stock_value"]), 1)
    yield "consignment_money", belongings.consignment_money, placed["consignment_money"], 1
    yield "batch_cost", belongings.batch_cost, placed["batch_cost"], 1
    yield "attachment_link", belongings.attachment_link, placed["attachment_link"], 1


def day_of(one: Placed) -> str:
    """The day in the yards on which a value was taken."""
    return one[1]["session_id"]


def is_castration(row: Cells) -> bool:
    """Whether a marking makes a wether of a lamb."""
    return row["kind"] == "marking.recorded" and payload_of(row).get("castrated") is True


def whole(row: Cells, cut: set[str]) -> Cells:
    """An animal as it was before a marking that is still to be recorded."""
    return row | {"fertility": "unknown"} if row["id"] in cut and row["fertility"] == "neutered" else row


def named(drawings: Iterable[Placed], paddocks: Iterable[Cells]) -> list[Placed]:
    """The first drawing of each paddock with its name: with it the paddock is made."""
    names = {row["id"]: row["name"] for row in paddocks}
    return [(line, row | {"name": names.pop(row["paddock_id"], "")}) for line, row in drawings]


@asynccontextmanager
async def told(table: str, chunk: Sequence[Placed]) -> AsyncIterator[None]:
    """What a rule says of a row, by the line of its file.

    Raises:
        ArchiveRejected
    """
    try:
        yield
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:MOST_TOLD]
        errors = [
            RowError(field=".".join(map(str, one["loc"])), code="wrong_form", message=one["msg"]) for one in found
        ]
        raise ArchiveRejected(at_lines(table, chunk, errors)) from error
    except Problem as error:
        errors = list(error.errors) or [RowError(code=error.code, message=error.detail)]
        raise ArchiveRejected(at_lines(table, chunk, errors)) from error


def at_lines(table: str, chunk: Sequence[Placed], errors: Iterable[RowError]) -> list[RowError]:
    """By table and line."""
    found = []
    for error in list(errors)[:MOST_TOLD]:
        row = error.row if error.row is not None and error.row < len(chunk) else 0
        field = f"{table}.csv {error.field or ''}".strip()
        fix = error.fix or "correct it in the farm from which the archive is, and export it again"
        line = chunk[row][0] if chunk else None
        found.append(error.model_copy(update={"row": line, "field": field, "fix": fix}))
    return found


async def compare(into: Into, rows: dict[str, list[Cells]]) -> None:
    """The farm holds what the archive does, no more and no less.

    Raises:
        ArchiveRejected
    """
    errors: list[RowError] = []
    for table in TABLES:
        if table.name == "merge":
            continue
        lines = lines_of(table, await repository.rows(into.session, into.farm_id, table))
        made = [dict(zip(table.columns, line, strict=True)) for line in lines]
        errors += differences(table, rows[table.name], made)
    if errors:
        raise ArchiveRejected(errors[:MOST_TOLD])


def differences(table: Table, wanted: Sequence[Cells], made: Sequence[Cells]) -> Iterator[RowError]:
    """Rows of which the farm would hold something else."""
    kept = [name for name in table.columns if name not in table.told_only]
    have = Counter(tuple(row[name] for name in kept) for row in made)
    for line, row in enumerate(wanted, HEADING):
        key = tuple(row[name] for name in kept)
        if have[key]:
            have[key] -= 1
            continue
        near = next((one for one in made if "id" in one and one["id"] == row.get("id")), None)
        other = next((name for name in kept if near is not None and near[name] != row[name]), None)
        text = "the farm would have no such row"
        if near is not None and other is not None:
            text = f"{other} would be {near[other][:60] or 'empty'} in place of {row[other][:60] or 'nothing'}"
        fix = "correct it in the farm from which the archive is, and export it again"
        field = f"{table.name}.csv {other or ''}".strip()
        yield RowError(row=line, field=field, code="not_the_same", message=text, fix=fix)
    for key, count in have.items():
        if count > 0:
            text = f"the farm would have {count} more: {', '.join(key)[:120]}"
            yield RowError(field=f"{table.name}.csv", code="not_the_same", message=text, fix="tell us: it is our fault")

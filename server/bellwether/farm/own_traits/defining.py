"""What a definition must be: at one with itself, and not to be taken for a trait of the dictionary."""

from collections.abc import Sequence
from typing import NamedTuple

from bellwether.farm.own_traits.models import OwnTraitRow
from bellwether.platform.problems import RowError
from bellwether.sheep.missing import is_missing
from bellwether.sheep.reading.headers import WORDS, normal
from bellwether.sheep.traits import STAGES, TRAITS, Trait

Range = tuple[float, float]
UNITS = {"score": "score", "category": "category", "yes_no": "yes/no"}
YES_NO = ("no", "yes")
KINDS = {"number": "linear", "score": "ordinal", "category": "category", "yes_no": "yes_no"}
TAKEN = frozenset(
    {normal(name) for trait in TRAITS.values() for name in (trait.code, trait.name, *trait.aliases)}
    | {normal(word) for words in WORDS.values() for word in words}
)


class Said(NamedTuple):
    """The parts of a definition that have to agree."""

    name: str
    kind: str
    unit: str | None
    hard: Range | None
    soft: Range | None
    window: tuple[int, int] | None
    words: Sequence[str]
    valid: tuple[object, object]


def faults(said: Said) -> list[RowError]:
    """Everything that is wrong with it."""
    found = []
    if normal(said.name) in TAKEN or not normal(said.name):
        found.append(fault("name", "name_taken", f"{said.name[:40]} is a word of the dictionary", "send another name"))
    if said.kind == "number" and said.unit is None:
        found.append(fault("unit", "unit_missing", "a number has a unit", "send its unit: s, mm, kg, ..."))
    if said.kind != "number" and said.unit not in (None, UNITS[said.kind]):
        found.append(fault("unit", "unit_unused", f"a {said.kind} has no unit", "leave unit out"))
    has_words = said.kind == "category"
    if has_words and not said.words:
        found.append(fault("words", "words_missing", "a category has words for its values", "send words"))
    if not has_words and said.kind != "yes_no" and said.words:
        found.append(fault("words", "words_unused", f"a {said.kind} has no words", "leave words out"))
    if len({word.casefold() for word in said.words}) < len(said.words):
        found.append(fault("words", "word_twice", "a word stands for two values", "send each word once"))
    if any(word[0].isdigit() or is_missing(word) for word in said.words):
        found.append(
            fault("words", "word_unfit", "a word begins with a digit or stands for unknown", "send other words")
        )
    if not (has_words or said.kind == "yes_no") and said.hard is None:
        found.append(fault("hard", "range_missing", "nobody says what is possible", "send hard with low and high"))
    return found + disorders(said)


def disorders(said: Said) -> list[RowError]:
    """Ends that stand before their beginnings, and what is usual without being possible."""
    found = []
    for field, pair in (("hard", said.hard), ("window", said.window)):
        if pair is not None and not pair[0] < pair[1]:
            found.append(fault(field, "range_empty", f"{field} ends where it begins", "send the lower end first"))
    if said.hard and said.soft and not said.hard[0] <= said.soft[0] <= said.soft[1] <= said.hard[1]:
        found.append(fault("soft", "range_outside", "soft is not within hard", "send soft within hard"))
    first, last = said.valid
    if first is not None and last is not None and str(last) < str(first):
        found.append(fault("valid_to", "range_empty", "it ends before it begins", "send a later valid_to"))
    return found


def fault(field: str, code: str, message: str, fix: str) -> RowError:
    """One of them."""
    return RowError(field=field, code=code, message=message, fix=fix)


def limits(kind: str, hard: Range | None, words: Sequence[str]) -> Range:
    """What is possible: as it is said, or as many values as there are words."""
    if kind == "yes_no":
        return 0, 1
    return (1, len(words)) if hard is None else hard


def as_trait(row: OwnTraitRow, *, is_open: bool) -> Trait:
    """As one of the dictionary."""
    at = STAGES.get(row.stage)
    window = None if row.window_first is None or row.window_last is None else (row.window_first, row.window_last)
    return Trait(
        code=row.code,
        stage=row.stage,
        name=row.name,
        unit=row.unit,
        hard=(row.hard_low, row.hard_high),
        soft=(row.soft_low, row.soft_high),
        kind=KINDS[row.kind],  # type: ignore[arg-type]  # a kind, as the table holds it
        decimals=row.decimals,
        window_days=window or (at.window_days if at else None),
        reference_age_days=row.reference_age_days or (at.reference_age_days if at else None),
        heritability=row.heritability,
        phenotypic_variance=row.phenotypic_variance,
        source="as the farm says",
        words=tuple(row.words),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        is_open=is_open,
    )

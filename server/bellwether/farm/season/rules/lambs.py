"""What is said of a lamb: its identifiers, its weight, its sex."""

from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID

from bellwether.farm.animals.numbers import read_identifier
from bellwether.farm.animals.schemas import NewIdentifier
from bellwether.farm.season import problems
from bellwether.farm.season.models import (
    INSEMINATED,
    KINDS,
    LAMBED,
    MARKED,
    MATED,
    SCANNED,
    SHORN,
    TRANSFERRED,
    Fact,
    History,
    told_of,
)
from bellwether.farm.season.rules.case import Case
from bellwether.sheep import traits
from bellwether.sheep.findings import Broken, Faults, Finding
from bellwether.sheep.identifiers import Identifier
from bellwether.sheep.traits import kilograms

OF_EWES = (MATED, INSEMINATED, TRANSFERRED, SCANNED, LAMBED)
SEX_OF = {"ewe": "female", "donor": "female", "rearing_dam": "female", "sire": "male", "sire_out": "male"}
"""What the animals that events of the season name have to be."""


def check_tags(case: Case, fact: Fact) -> None:
    """I13: what is put on can be read, and is the only official one of its scheme."""
    faults = Faults()
    told = [(fact.who(lamb["id"]), lamb, f"payload.lambs.{n}.") for n, lamb in enumerate(fact.items("lambs"))]
    told += [(fact.animal_id, fact.said, "payload.")] if fact.kind == MARKED else []
    for key, said, field_name in told:
        sent = said.get("identifiers")
        own: dict[str, str] = {}
        for place, new in enumerate(sent if isinstance(sent, list) else ()):
            assert key is not None
            head = case.animals[key].head
            born = head.birth_date
            read = partial(
                read_identifier,
                NewIdentifier.model_validate(new),
                head.flock_id,
                key,
                None if born is None else born.year,
            )
            item = taken(faults, read, f"{field_name}identifiers.{place}.value")
            if item is None or item.kind not in ("eid", "registration"):
                continue
            if case.replaced is not None and (key, item.scheme, item.value) in case.season.ended:
                continue
            where = f"{field_name}identifiers.{place}"
            if (first := own.setdefault(item.scheme, item.value)) != item.value:
                faults.take(partial(problems.refuse_second, head.name, first, where))
            gone = None if case.replaced is None else case.replaced.id
            for worn in case.season.worn.get(key, ()):
                is_replaced = gone is not None and worn.event_id == gone
                if worn.scheme == item.scheme and worn.value != item.value and not is_replaced:
                    faults.take(partial(problems.refuse_second, head.name, worn.value, where))
    faults.stop()


def check_weight(case: Case, fact: Fact) -> list[Finding]:
    """I22: in the hard range, else refused; in the soft range and the window of its stage, else a warning."""
    faults, told = Faults(), list[Finding]()
    weights = [("BWT", lamb.get("weight"), f"payload.lambs.{n}.weight") for n, lamb in enumerate(fact.items("lambs"))]
    told_of_own = told_of(fact)
    weights += [] if told_of_own is None else [(told_of_own.trait, told_of_own.value, told_of_own.field)]
    for code, weight, field_name in weights:
        if weight is None:
            continue
        trait = traits.TRAITS[code]
        unit = str(fact.said.get("weight_unit") or case.season.weight_unit)
        value = kilograms(float(str(weight)), unit) if trait.unit == "kg" else float(str(weight))
        faults.take(partial(traits.check_hard, trait, value, field=field_name))
        head = case.animals[fact.animal_id].head if code != "BWT" and fact.animal_id else None
        age = (fact.on - head.birth_date).days if head is not None and head.birth_date is not None else None
        unusual = traits.warning(trait, value, age, field=field_name)
        told += [] if unusual is None else [unusual]
    faults.stop()
    return told


def measured(case: Case, _history: History, fact: Fact) -> list[Finding]:
    """A score or a fleece; a fleece of which nobody says the stage is no measurement, and its sender is told."""
    if fact.kind == SHORN and fact.said.get("fleece_weight") is not None and fact.said.get("stage") is None:
        return [problems.no_stage(case.name(fact.animal_id) if fact.animal_id else "the animal")]
    return check_weight(case, fact)


def taken(faults: Faults, read: Callable[[], Identifier], field_name: str) -> Identifier | None:
    """An identifier, or None with its faults told at its own field."""
    try:
        return read()
    except Broken as error:
        for one in error.findings:
            faults.add(Finding(one.verdict, one.code, one.message, one.fix, field_name))
        return None


def castrated_on(history: History, key: UUID) -> date | None:
    """The day, where the log knows one."""
    cut = (fact.on for fact in history.of_subject(key, MARKED) if fact.said.get("castrated") is True)
    return next(cut, None)


def sexes(history: History, key: UUID) -> set[str]:
    """What an animal has to be for the events of the season that name it."""
    named = [(fact, one.role) for fact in history.of(key, *KINDS) for one in fact.named if one.id == key]
    found = {SEX_OF[role] for _, role in named if role in SEX_OF}
    cut = any(fact.said.get("castrated") is True for fact in history.of_subject(key, MARKED))
    return found | ({"female"} if history.of_subject(key, *OF_EWES) else set()) | ({"male"} if cut else set())

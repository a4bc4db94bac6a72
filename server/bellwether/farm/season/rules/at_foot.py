"""Lambs at foot: who has them, and until when."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from uuid import UUID

from bellwether.farm.season import problems
from bellwether.farm.season.exposure import has_lambed, lambs_at, reared_by
from bellwether.farm.season.models import (
    FOSTERED,
    MARKED,
    MATED,
    OF_A_FAMILY,
    REPLACED,
    STARTED,
    WEANED,
    Fact,
    History,
    Litter,
)
from bellwether.farm.season.repository import LAMB
from bellwether.farm.season.rules.case import Case
from bellwether.farm.season.rules.lambs import check_tags, check_weight
from bellwether.sheep import traits
from bellwether.sheep.findings import Finding
from bellwether.sheep.pedigree import MIN_DAM_AGE_DAYS


def check_lived(case: Case, history: History, lamb: UUID) -> None:
    """Of a lamb that was born dead nothing follows, on the day of its birth neither."""
    born = history.litter_of(lamb)
    if born is not None and born_dead(born, lamb):
        raise problems.born_dead(case.name(lamb), born.fact.on)


def fostered(case: Case, history: History, fact: Fact) -> list[Finding]:
    """A lamb at foot goes to another ewe than the one who has it."""
    lamb = fact.animal_id
    assert lamb is not None
    check_lived(case, history, lamb)
    if (weaned := history.of_subject(lamb, WEANED)) and weaned[0].on < fact.on:
        raise problems.weaned_already(case.name(lamb), weaned[0].on, weaned[0].id)
    to = fact.who(fact.said.get("to_id"))
    if (age := age_on(case, lamb, fact.on)) is not None and age > LAMB:
        raise problems.no_lamb_any_more(case.name(lamb), age, "fostered")
    if to is not None and (age := age_on(case, to, fact.on)) is not None and age < MIN_DAM_AGE_DAYS:
        raise problems.too_young_to_rear(case.name(to), age)
    history.without(fact.id)
    has = reared_by(history, lamb, fact.on)
    history.add([fact])
    if history.litter_of(lamb) is not None and has == to:
        raise problems.reared_already(case.name(lamb), None if to is None else case.name(to))
    return []


def age_on(case: Case, animal_id: UUID, day: date) -> int | None:
    """In days; None where nobody knows it."""
    born = case.animals[animal_id].head.birth_date
    return None if born is None else (day - born).days


def marked(case: Case, history: History, fact: Fact) -> list[Finding]:
    """I5: who is castrated is a male and no wether yet, and serves no ewe after."""
    lamb = fact.animal_id
    assert lamb is not None
    check_lived(case, history, lamb)
    if fact.said.get("castrated") is True:
        head = case.animals[lamb].head
        others = [one for one in history.of_subject(lamb, MARKED) if one.id != fact.id]
        is_cut = any(one.said.get("castrated") is True for one in others)
        was_cut = case.replaced is not None and case.replaced.said.get("castrated") is True
        if head.sex == "female":
            raise problems.no_male(head.name)
        if is_cut or (head.fertility == "neutered" and not was_cut):
            raise problems.is_wether(head.name)
        served = [one for one in history.of(lamb, STARTED, REPLACED, MATED) if lamb in one.all_of("sire")]
        if served and served[-1].on > fact.on:
            raise problems.served_since(head.name, served[-1].kind, served[-1].on)
    check_tags(case, fact)
    return []


def weaned(case: Case, history: History, fact: Fact) -> list[Finding]:
    """Once, and not before it was fostered."""
    lamb = fact.animal_id
    assert lamb is not None
    check_lived(case, history, lamb)
    others = [one for one in history.of_subject(lamb, WEANED) if one.id != fact.id]
    if others:
        raise problems.weaned_already(case.name(lamb), others[0].on, others[0].id)
    if (given := history.of_subject(lamb, FOSTERED)) and given[-1].on > fact.on:
        raise problems.fostered_later(case.name(lamb), given[-1].on)
    if (age := age_on(case, lamb, fact.on)) is not None and age > LAMB:
        raise problems.no_lamb_any_more(case.name(lamb), age, "weaned")
    return check_weight(case, fact) if fact.said.get("weight") is not None else check_age(case, fact)


def check_age(case: Case, fact: Fact) -> list[Finding]:
    """A lamb that is weaned without a weight is of the age for it, or its sender is warned."""
    assert fact.animal_id is not None
    born, window = case.animals[fact.animal_id].head.birth_date, traits.STAGES["W"].window_days
    age = None if born is None else (fact.on - born).days
    if age is None or window is None or window[0] <= age <= window[1]:
        return []
    return [problems.odd_age(case.name(fact.animal_id), age, window)]


def check_rearing(case: Case, history: History, died: set[UUID]) -> None:
    """I11: nobody was reared among more lambs than were alive."""
    touched: set[UUID | None] = {*died}
    for fact in (case.fact, case.replaced):
        if fact is not None and fact.kind in OF_A_FAMILY:
            touched |= {fact.animal_id, *(one.id for one in fact.named)}
    dams: set[UUID | None] = set()
    for key in touched - {None}:
        assert key is not None
        born = history.litter_of(key)
        dams |= {None if born is None else born.dam, key, reared_by(history, key)}
        dams |= {one for fact in history.of_subject(key, FOSTERED) for one in fact.all_of("rearing_dam")}
    for dam in dams - {None}:
        assert dam is not None
        check_reared(case, history, dam)


def check_reared(case: Case, history: History, dam: UUID) -> None:
    """Of one ewe."""
    lambs = lambs_at(history, dam)
    for lamb in lambs:
        for fact in history.of_subject(lamb, WEANED):
            said = fact.said.get("rear_type")
            if said is None or reared_by(history, lamb, fact.on) != dam or not has_lambed(history, dam, fact.on):
                continue
            alive = alive_with(history, dam, fact.on, lambs, case.died_on)
            if int(str(said)) > len(alive):
                raise problems.reared_more(case.name(lamb), int(str(said)), case.name(dam), len(alive))


def alive_with(
    history: History, dam: UUID, on: date, lambs: Iterable[UUID], died_on: Callable[[UUID], date | None]
) -> list[UUID]:
    """The lambs of her season that a ewe reared on a day."""
    found = []
    for key in lambs:
        born: Litter | None = history.litter_of(key)
        if born is not None and not timedelta() <= on - born.fact.on <= timedelta(days=300):
            continue
        died = died_on(key)
        if reared_by(history, key, on) == dam and (died is None or died >= on) and not born_dead(born, key):
            found.append(key)
    return found


def born_dead(born: Litter | None, key: UUID) -> bool:
    """Whether a lamb never lived."""
    return born is not None and any(lamb.id == key and not lamb.is_alive for lamb in born.lambs)

"""Litters: each fits its dam, her services and scans, and its lambs each other."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from bellwether.farm.season import problems
from bellwether.farm.season.exposure import exposures
from bellwether.farm.season.models import (
    FOSTERED,
    INSEMINATED,
    LAMBED,
    MARKED,
    MATED,
    SCANNED,
    STARTED,
    TRANSFERRED,
    WEANED,
    Born,
    Fact,
    History,
    litter,
)
from bellwether.farm.season.rules.case import Case
from bellwether.farm.season.rules.lambs import check_tags, check_weight, sexes
from bellwether.sheep import breeding, pedigree
from bellwether.sheep.findings import Broken, Faults, Finding
from bellwether.sheep.pedigree import Kin

SEEN_FROM = timedelta(days=25)
"""Own choice: no scanner sees a foetus before."""
BETWEEN_LAMBINGS = timedelta(days=breeding.POSSIBLE[0])


def scanned(case: Case, history: History, fact: Fact) -> list[Finding]:
    """One scan of a day, of a ewe who was joined long enough before for something to be seen."""
    assert fact.animal_id is not None
    key, name = fact.animal_id, case.name(fact.animal_id)
    same = [one for one in history.of_subject(key, SCANNED) if one.on == fact.on and one.id != fact.id]
    if same:
        raise problems.scanned_already(name, fact.on, same[0].id)
    exposed = breeding.of_season(exposures(history, key, case.members(key)), fact.on)
    able = [one for one in exposed if one.until is None or (fact.on - one.until).days <= breeding.POSSIBLE[1]]
    if not able:
        return [problems.not_joined(name, fact.on)]
    since = min(one.since for one in able)
    return [] if fact.on - since >= SEEN_FROM else [problems.scanned_early(name, since, fact.on, SEEN_FROM.days)]


def lambed(case: Case, history: History, fact: Fact) -> list[Finding]:
    """I1, I2, I3, I8, I12: the litter fits its dam and her services, and its lambs each other."""
    born = litter(fact)
    dam, name = born.dam, case.name(born.dam)
    for other in history.litters(dam):
        if other.fact.id != fact.id and abs(other.fact.on - fact.on) < BETWEEN_LAMBINGS:
            raise problems.lambed_already(name, other.fact.on, other.fact.id)
    for place, lamb in enumerate(born.lambs):
        litters = [one for one in history.of(lamb.id, LAMBED) if one.id != fact.id and one.animal_id != lamb.id]
        if litters or known_before(case, lamb.id):
            raise problems.lamb_exists(lamb.id, place)
    days = [lamb.on for lamb in born.lambs]
    exposed = exposures(history, dam, case.members(dam))
    faults, told = Faults(), []
    first = min(days)
    told.append(
        faults.take(partial(breeding.check_gestation, name, exposed, first, field="occurred_on")),
    )
    said = fact.said.get("embryo_transfer")
    origin = faults.take(
        partial(
            breeding.conception,
            name,
            exposed,
            first,
            said if isinstance(said, bool) else None,
            field="payload.embryo_transfer",
        )
    )
    role: pedigree.ParentType = "dam" if origin is None or origin.donor is None else "et_recipient_dam"
    for lamb in born.lambs:
        child = Kin("the lamb", lamb.sex, "unknown", lamb.on)
        faults.take(partial(pedigree.check_births, child, case.kin(dam), role, field="animal_id"))
    for place, lamb in enumerate(born.lambs):
        check_grown(case, history, lamb, f"payload.lambs.{place}", faults)
    faults.stop()
    begun, ended = min(*days, fact.on), max(*days, fact.on)
    if ended - begun > breeding.LITTER:
        told.append(problems.litter_apart(name, begun, ended))
    scans = [one for one in history.of_subject(dam, SCANNED) if timedelta() <= first - one.on <= timedelta(130)]
    if scans and scans[-1].said.get("result") == "empty":
        told.append(problems.scanned_empty(name, scans[-1].on))
    check_tags(case, fact)
    return [one for one in told if one is not None] + check_weight(case, fact)


def check_grown(case: Case, history: History, lamb: Born, where: str, faults: Faults) -> None:
    """I1, I2, I5: a lamb whose lambing is corrected still fits its offspring, and what it was and lived through."""
    own = Kin(case.name(lamb.id), lamb.sex, "unknown", lamb.on)
    for role, below in case.season.offspring.get(lamb.id, ()):
        faults.take(partial(pedigree.check_role, own, role, field=f"{where}.sex"))
        faults.take(partial(pedigree.check_births, below, own, role, field=f"{where}.born_on"))
    if lamb.sex != "unknown" and sexes(history, lamb.id) - {lamb.sex}:
        faults.take(partial(problems.refuse_sex, own.name, lamb.sex, field=f"{where}.sex"))
    if not lamb.is_alive and (known := history.of_subject(lamb.id, FOSTERED, MARKED, WEANED)):
        kind, on = known[0].kind, known[0].on
        faults.take(partial(problems.refuse_death, own.name, kind, on, field=f"{where}.born"))


def known_before(case: Case, lamb: UUID) -> bool:
    """Whether the id is that of an animal that no lambing has made."""
    is_of_old = case.replaced is not None and any(one.id == lamb for one in case.replaced.named)
    return lamb in case.season.existing and not is_of_old


def check_litters(case: Case, history: History) -> None:
    """I8: what is recorded of services since leaves no doubt whose the lambs of a ewe are."""
    ewes: set[UUID] = set()
    for fact in (case.fact, case.replaced):
        if fact is not None and fact.kind in (MATED, INSEMINATED, TRANSFERRED) and fact.animal_id is not None:
            ewes.add(fact.animal_id)
        elif fact is not None and fact.kind == STARTED:
            ewes |= {*fact.all_of("ewe")}
    for key in ewes:
        for born in history.litters(key):
            said = born.fact.said.get("embryo_transfer")
            exposed = exposures(history, key, case.members(key))
            if said is not True and not any(one.is_transfer for one in exposed):
                continue
            first = min(lamb.on for lamb in born.lambs)
            try:
                breeding.conception(case.name(key), exposed, first, said if isinstance(said, bool) else None, field="")
            except Broken as error:
                raise problems.litter_unclear(error.finding.message, born.fact.on) from error


def check_gone(case: Case, replaced: Fact) -> None:
    """Lambs that are in no lambing any more go, and nothing else may be known of them."""
    if replaced.kind != LAMBED:
        return
    kept = set() if case.fact is None else {one.told for one in case.fact.named}
    for one in replaced.named:
        if one.role.startswith("lamb") and one.told not in kept and (what := case.season.bound.get(one.told)):
            raise problems.lamb_stays(case.name(one.id), what)

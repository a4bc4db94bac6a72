"""Verdicts on events of the season, each against the families and joinings that it touches."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.animals.schemas import NewIdentifier
from bellwether.farm.animals.service import read_identifier
from bellwether.farm.lives.models import Timeline
from bellwether.farm.season import problems
from bellwether.farm.season.exposure import exposures, has_lambed, lambs_at, reared_by
from bellwether.farm.season.models import (
    ENDED,
    FOSTERED,
    INSEMINATED,
    JOININGS,
    KINDS,
    LAMBED,
    MARKED,
    MATED,
    OF_A_FAMILY,
    REPLACED,
    SCANNED,
    STARTED,
    TRANSFERRED,
    WEANED,
    Born,
    Fact,
    History,
    Litter,
    Member,
    Offspring,
    Use,
    litter,
)
from bellwether.farm.whereabouts.models import Known
from bellwether.sheep import breeding, pedigree, traits
from bellwether.sheep.findings import Broken, Faults, Finding
from bellwether.sheep.identifiers import Identifier
from bellwether.sheep.pedigree import Kin
from bellwether.sheep.traits import kilograms

DIED = "animal.died"
SERVICES = (STARTED, MATED, INSEMINATED, TRANSFERRED)
OF_EWES = (MATED, INSEMINATED, TRANSFERRED, SCANNED, LAMBED)
SEX_OF = {"ewe": "female", "donor": "female", "rearing_dam": "female", "sire": "male", "sire_out": "male"}
"""What the animals that events of the season name have to be."""
BETWEEN_LAMBINGS = timedelta(days=breeding.POSSIBLE[0])


class Worn(NamedTuple):
    """An official identifier in use, and the event that put it on."""

    scheme: str
    value: str
    event_id: UUID | None


@dataclass
class Season:
    """What the farm knows of the season that one batch touches; `added` and `removed` go back to it."""

    history: History = field(default_factory=History)
    existing: set[UUID] = field(default_factory=set)
    """Lambs of the lambings that are sent that are animals already."""
    bound: dict[UUID, str] = field(default_factory=dict)
    """Lambs of which more is known than their lambing: what that is."""
    first: dict[UUID, date] = field(default_factory=dict)
    """The first day of which something is known of such a lamb."""
    offspring: dict[UUID, list[Offspring]] = field(default_factory=dict)
    """Animals of which such a lamb became a parent."""
    worn: dict[UUID, list[Worn]] = field(default_factory=dict)
    """Official identifiers of the animals."""
    ended: dict[Use, datetime] = field(default_factory=dict)
    """Uses of identifiers that corrected events began and that have ended since."""
    weight_unit: str = "kg"
    added: dict[UUID, Fact] = field(default_factory=dict)
    removed: dict[UUID, Fact] = field(default_factory=dict)

    @property
    def families(self) -> set[UUID]:
        """Ewes and lambs of whom the history speaks."""
        facts = [fact for fact in self.history.facts.values() if fact.kind in OF_A_FAMILY]
        return {key for fact in facts for key in (fact.animal_id, *(one.id for one in fact.named)) if key is not None}

    def bind(self, key: UUID, kind: str, on: date) -> None:
        """More is known of an animal than its birth."""
        self.bound.setdefault(key, f"{kind} of {on}")
        self.first[key] = min(on, self.first.get(key, on))

    def take(self, fact: Fact | None, replaced: Fact | None) -> None:
        """It is so from now on."""
        if replaced is not None:
            self.history.without(replaced.id)
            if self.added.pop(replaced.id, None) is None:
                self.removed[replaced.id] = replaced
            for key, worn in self.worn.items():
                self.worn[key] = [one for one in worn if one.event_id != replaced.id]
        if fact is not None:
            self.history.add([fact])
            self.added[fact.id] = fact


@dataclass(frozen=True)
class Judge:
    """One event that would be taken: `fact` is new, `replaced` counts no longer; `animals` are as they would be."""

    season: Season
    fact: Fact | None
    replaced: Fact | None
    animals: Mapping[UUID, Timeline]
    known: Known

    def judged(self, died: set[UUID]) -> list[Finding]:
        """Warnings; `died`: animals whose death is recorded or taken back.

        Raises:
            Broken
        """
        if self.fact is None and self.replaced is None and not died:
            return []
        history = self.season.history
        if self.replaced is not None:
            history.facts.pop(self.replaced.id, None)
        if self.fact is not None:
            history.add([self.fact])
        try:
            return self.found(history, died)
        finally:
            if self.fact is not None:
                history.without(self.fact.id)
            if self.replaced is not None:
                history.add([self.replaced])

    def found(self, history: History, died: set[UUID]) -> list[Finding]:
        """All rules, once the history is as it would be."""
        told: list[Finding] = []
        if self.fact is not None:
            rules = {
                STARTED: self.started,
                ENDED: self.part_of_joining,
                REPLACED: self.part_of_joining,
                SCANNED: self.scanned,
                LAMBED: self.lambed,
                FOSTERED: self.fostered,
                MARKED: self.marked,
                WEANED: self.weaned,
            }
            rule = rules.get(self.fact.kind)
            told += [] if rule is None else rule(history, self.fact)
            if self.fact.kind in (*SERVICES, ENDED, REPLACED):
                told += self.lambed_since(history, self.fact)
        if self.replaced is not None:
            self.check_parts(history, self.replaced)
            self.check_gone(self.replaced)
        self.check_rearing(history, died)
        self.check_litters(history)
        return told

    def name(self, key: UUID) -> str:
        """For a message."""
        found = self.animals.get(key)
        return str(key) if found is None else found.head.name

    def kin(self, key: UUID) -> Kin:
        """For the rules of the pedigree."""
        head = self.animals[key].head
        return Kin(head.name, head.sex, head.fertility, head.birth_date)

    def died_on(self, key: UUID) -> date | None:
        """The day of its death, if it died."""
        found = self.animals.get(key)
        life = None if found is None else found.life
        return life.since if life is not None and life.fate == "dead" else None

    def members(self, ewe: UUID) -> list[Member]:
        """The groups in which she was."""
        spans = self.known.memberships(self.known.steps.get(ewe, {})).spans
        return [
            Member(span.target, span.since[0].date(), None if span.until is None else span.until[0].date())
            for span in spans
        ]

    def started(self, history: History, fact: Fact) -> list[Finding]:
        """A correction keeps what belongs to the joining within it."""
        parts = history.of_joining(fact.place, ENDED, REPLACED)
        if parts and parts[0].on < fact.on:
            raise problems.ends_before_start(fact.on, parts[0].on)
        return []

    def lambed_since(self, history: History, fact: Fact) -> list[Finding]:
        """I3: the litters that the ewes have had still fit their services."""
        faults, told = Faults(), list[Finding]()
        for ewe in self.served(history, fact):
            for born in history.litters(ewe):
                first, exposed = min(lamb.on for lamb in born.lambs), exposures(history, ewe, self.members(ewe))
                check = partial(breeding.check_gestation, self.name(ewe), exposed, first, field="occurred_on")
                found = faults.take(check) if fact.on <= first else None
                told += [] if found is None else [found]
        faults.stop()
        return told

    def served(self, history: History, fact: Fact) -> list[UUID]:
        """The ewes of a service, or of the joining to which an event belongs; of a group those who lambed."""
        if fact.kind not in JOININGS:
            return [] if fact.animal_id is None else [fact.animal_id]
        place = fact.place if fact.kind == STARTED else fact.of_place
        joining = next(iter(history.of_joining(-1 if place is None else place, STARTED)), None)
        if joining is None:
            return []
        dams = {one.animal_id for one in history.facts.values() if one.kind == LAMBED and one.animal_id is not None}
        return joining.all_of("ewe") + sorted(ewe for ewe in dams if self.was_in(ewe, joining))

    def was_in(self, ewe: UUID, joining: Fact) -> bool:
        """Whether she was in the group of a joining since it began."""
        return any(
            one.group == joining.group_id and (one.until is None or one.until >= joining.on)
            for one in self.members(ewe)
        )

    def part_of_joining(self, history: History, fact: Fact) -> list[Finding]:
        """The joining is there, began before, and has not ended."""
        joining = next(iter(history.of_joining(fact.of_place or -1, STARTED)), None)
        if joining is None:
            raise problems.no_joining(fact.said["joining_id"])
        if fact.on < joining.on:
            raise problems.ends_before_start(joining.on, fact.on)
        ends = [one for one in history.of_joining(joining.place, ENDED) if one.id != fact.id]
        if ends and (fact.kind == ENDED or fact.on > ends[0].on):
            raise problems.ended_already(ends[0].on)
        out = fact.all_of("sire_out")
        rams = joining.all_of("sire") + [
            key
            for one in history.of_joining(joining.place, REPLACED)
            if one.id != fact.id
            for key in one.all_of("sire")
        ]
        if out and out[0] not in rams:
            raise problems.not_in_joining(self.name(out[0]))
        return []

    def check_parts(self, history: History, replaced: Fact) -> None:
        """A joining is not taken back while its end stands."""
        if replaced.kind != STARTED or history.of_joining(replaced.place, STARTED):
            return
        if parts := history.of_joining(replaced.place, ENDED, REPLACED):
            raise problems.has_parts(parts[0].kind, parts[0].on)

    def scanned(self, history: History, fact: Fact) -> list[Finding]:
        """One scan of a day."""
        assert fact.animal_id is not None
        same = [one for one in history.of_subject(fact.animal_id, SCANNED) if one.on == fact.on and one.id != fact.id]
        if same:
            raise problems.scanned_already(self.name(fact.animal_id), fact.on, same[0].id)
        return []

    def lambed(self, history: History, fact: Fact) -> list[Finding]:
        """I1, I2, I3, I8, I12: the litter fits its dam and her services, and its lambs each other."""
        born = litter(fact)
        dam, name = born.dam, self.name(born.dam)
        for other in history.litters(dam):
            if other.fact.id != fact.id and abs(other.fact.on - fact.on) < BETWEEN_LAMBINGS:
                raise problems.lambed_already(name, other.fact.on, other.fact.id)
        for place, lamb in enumerate(born.lambs):
            litters = [one for one in history.of(lamb.id, LAMBED) if one.id != fact.id and one.animal_id != lamb.id]
            if litters or self.known_before(lamb.id):
                raise problems.lamb_exists(lamb.id, place)
        days = [lamb.on for lamb in born.lambs]
        exposed = exposures(history, dam, self.members(dam))
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
            faults.take(partial(pedigree.check_births, child, self.kin(dam), role, field="animal_id"))
        for place, lamb in enumerate(born.lambs):
            self.check_grown(history, lamb, f"payload.lambs.{place}", faults)
        faults.stop()
        begun, ended = min(*days, fact.on), max(*days, fact.on)
        if ended - begun > breeding.LITTER:
            told.append(problems.litter_apart(name, begun, ended))
        scans = [one for one in history.of_subject(dam, SCANNED) if timedelta() <= first - one.on <= timedelta(130)]
        if scans and scans[-1].said.get("result") == "empty":
            told.append(problems.scanned_empty(name, scans[-1].on))
        self.check_tags(fact)
        return [one for one in told if one is not None] + self.check_weight(fact)

    def check_grown(self, history: History, lamb: Born, where: str, faults: Faults) -> None:
        """I1, I2, I5: a lamb whose lambing is corrected still fits its offspring, and the ewe or ram that it was."""
        own = Kin(self.name(lamb.id), lamb.sex, "unknown", lamb.on)
        for role, below in self.season.offspring.get(lamb.id, ()):
            faults.take(partial(pedigree.check_role, own, role, field=f"{where}.sex"))
            faults.take(partial(pedigree.check_births, below, own, role, field=f"{where}.born_on"))
        if lamb.sex != "unknown" and sexes(history, lamb.id) - {lamb.sex}:
            faults.take(partial(problems.refuse_sex, own.name, lamb.sex, field=f"{where}.sex"))

    def known_before(self, lamb: UUID) -> bool:
        """Whether the id is that of an animal that no lambing has made."""
        is_of_old = self.replaced is not None and any(one.id == lamb for one in self.replaced.named)
        return lamb in self.season.existing and not is_of_old

    def fostered(self, history: History, fact: Fact) -> list[Finding]:
        """A lamb at foot goes to another ewe than the one who has it."""
        lamb = fact.animal_id
        assert lamb is not None
        if (weaned := history.of_subject(lamb, WEANED)) and weaned[0].on < fact.on:
            raise problems.weaned_already(self.name(lamb), weaned[0].on, weaned[0].id)
        to = fact.who(fact.said.get("to_id"))
        history.without(fact.id)
        has = reared_by(history, lamb, fact.on)
        history.add([fact])
        if history.litter_of(lamb) is not None and has == to:
            raise problems.reared_already(self.name(lamb), None if to is None else self.name(to))
        return []

    def marked(self, history: History, fact: Fact) -> list[Finding]:
        """I5: who is castrated is a male and no wether yet, and serves no ewe after."""
        lamb = fact.animal_id
        assert lamb is not None
        if fact.said.get("castrated") is True:
            head = self.animals[lamb].head
            others = [one for one in history.of_subject(lamb, MARKED) if one.id != fact.id]
            is_cut = any(one.said.get("castrated") is True for one in others)
            was_cut = self.replaced is not None and self.replaced.said.get("castrated") is True
            if head.sex == "female":
                raise problems.no_male(head.name)
            if is_cut or (head.fertility == "neutered" and not was_cut):
                raise problems.is_wether(head.name)
            served = [one for one in history.of(lamb, STARTED, REPLACED, MATED) if lamb in one.all_of("sire")]
            if served and served[-1].on > fact.on:
                raise problems.served_since(head.name, served[-1].kind, served[-1].on)
        self.check_tags(fact)
        return []

    def check_tags(self, fact: Fact) -> None:
        """I13: what is put on can be read, and is the only official one of its scheme."""
        faults = Faults()
        told = [(fact.who(lamb["id"]), lamb, f"payload.lambs.{n}.") for n, lamb in enumerate(fact.items("lambs"))]
        told += [(fact.animal_id, fact.said, "payload.")] if fact.kind == MARKED else []
        for key, said, field_name in told:
            sent = said.get("identifiers")
            for place, new in enumerate(sent if isinstance(sent, list) else ()):
                assert key is not None
                head = self.animals[key].head
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
                if self.replaced is not None and (key, item.scheme, item.value) in self.season.ended:
                    continue
                gone = None if self.replaced is None else self.replaced.id
                for worn in self.season.worn.get(key, ()):
                    if worn.scheme == item.scheme and worn.value != item.value and worn.event_id != gone:
                        faults.take(
                            partial(problems.refuse_second, head.name, worn.value, f"{field_name}identifiers.{place}")
                        )
        faults.stop()

    def check_weight(self, fact: Fact) -> list[Finding]:
        """I22: in the hard range, else refused; in the soft range and the window of its stage, else a warning."""
        faults, told = Faults(), list[Finding]()
        weights = [
            ("BWT", lamb.get("weight"), f"payload.lambs.{n}.weight") for n, lamb in enumerate(fact.items("lambs"))
        ]
        weights += [("WWT", fact.said.get("weight"), "payload.weight")] if fact.kind == WEANED else []
        for code, weight, field_name in weights:
            if weight is None:
                continue
            unit = str(fact.said.get("weight_unit") or self.season.weight_unit)
            kg = kilograms(float(str(weight)), unit)
            faults.take(partial(traits.check_hard, traits.TRAITS[code], kg, field=field_name))
            head = self.animals[fact.animal_id].head if code == "WWT" and fact.animal_id else None
            age = (fact.on - head.birth_date).days if head is not None and head.birth_date is not None else None
            unusual = traits.warning(traits.TRAITS[code], kg, age, field=field_name)
            told += [] if unusual is None else [unusual]
        faults.stop()
        return told

    def weaned(self, history: History, fact: Fact) -> list[Finding]:
        """Once, and not before it was fostered."""
        lamb = fact.animal_id
        assert lamb is not None
        others = [one for one in history.of_subject(lamb, WEANED) if one.id != fact.id]
        if others:
            raise problems.weaned_already(self.name(lamb), others[0].on, others[0].id)
        if (given := history.of_subject(lamb, FOSTERED)) and given[-1].on > fact.on:
            raise problems.fostered_later(self.name(lamb), given[-1].on)
        return self.check_weight(fact) if fact.said.get("weight") is not None else self.check_age(fact)

    def check_age(self, fact: Fact) -> list[Finding]:
        """A lamb that is weaned without a weight is of the age for it, or its sender is warned."""
        assert fact.animal_id is not None
        born, window = self.animals[fact.animal_id].head.birth_date, traits.STAGES["W"].window_days
        age = None if born is None else (fact.on - born).days
        if age is None or window is None or window[0] <= age <= window[1]:
            return []
        return [problems.odd_age(self.name(fact.animal_id), age, window)]

    def check_litters(self, history: History) -> None:
        """I8: what is recorded of services since leaves no doubt whose the lambs of a ewe are."""
        ewes: set[UUID] = set()
        for fact in (self.fact, self.replaced):
            if fact is not None and fact.kind in (MATED, INSEMINATED, TRANSFERRED) and fact.animal_id is not None:
                ewes.add(fact.animal_id)
            elif fact is not None and fact.kind == STARTED:
                ewes |= {*fact.all_of("ewe")}
        for key in ewes:
            for born in history.litters(key):
                said = born.fact.said.get("embryo_transfer")
                exposed = exposures(history, key, self.members(key))
                if said is not True and not any(one.is_transfer for one in exposed):
                    continue
                first = min(lamb.on for lamb in born.lambs)
                try:
                    breeding.conception(
                        self.name(key), exposed, first, said if isinstance(said, bool) else None, field=""
                    )
                except Broken as error:
                    raise problems.litter_unclear(error.finding.message, born.fact.on) from error

    def check_gone(self, replaced: Fact) -> None:
        """Lambs that are in no lambing any more go, and nothing else may be known of them."""
        if replaced.kind != LAMBED:
            return
        kept = set() if self.fact is None else {one.told for one in self.fact.named}
        for one in replaced.named:
            if one.role.startswith("lamb") and one.told not in kept and (what := self.season.bound.get(one.told)):
                raise problems.lamb_stays(self.name(one.id), what)

    def check_rearing(self, history: History, died: set[UUID]) -> None:
        """I11: nobody was reared among more lambs than were alive."""
        touched: set[UUID | None] = {*died}
        for fact in (self.fact, self.replaced):
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
            self.check_reared(history, dam)

    def check_reared(self, history: History, dam: UUID) -> None:
        """Of one ewe."""
        lambs = lambs_at(history, dam)
        for lamb in lambs:
            for fact in history.of_subject(lamb, WEANED):
                said = fact.said.get("rear_type")
                if said is None or reared_by(history, lamb, fact.on) != dam or not has_lambed(history, dam, fact.on):
                    continue
                alive = alive_with(history, dam, fact.on, lambs, self.died_on)
                if int(str(said)) > len(alive):
                    raise problems.reared_more(self.name(lamb), int(str(said)), self.name(dam), len(alive))


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


def taken(faults: Faults, read: Callable[[], Identifier], field_name: str) -> Identifier | None:
    """An identifier, or None with its faults told at its own field."""
    try:
        return read()
    except Broken as error:
        for one in error.findings:
            faults.add(Finding(one.verdict, one.code, one.message, one.fix, field_name))
        return None


def born_dead(born: Litter | None, key: UUID) -> bool:
    """Whether a lamb never lived."""
    return born is not None and any(lamb.id == key and not lamb.is_alive for lamb in born.lambs)

"""What may be wrong with an event of the breeding season, and stands in the verdict on its row."""

from datetime import date
from uuid import UUID

from bellwether.platform.problems import Conflict
from bellwether.sheep.findings import Broken, Finding, broken, warning


class LambPublished(Conflict):
    """Another service keeps a lamb for ever."""

    code, title = "lamb_published", "A lamb that would go stands in results that are kept: correct its lambing instead"


def no_joining(joining_id: object) -> Broken:
    """Nothing to which it could belong."""
    text = f"there is no joining {joining_id}"
    return broken("not_found", text, "send the id of a joining.started", field="payload.joining_id", verdict="conflict")


def ends_before_start(started: date, part: date) -> Broken:
    """The order of a joining."""
    text = f"the joining would start on {started}, after what is recorded of it on {part}"
    return broken("ends_before_start", text, "correct one of the days", field="occurred_on", verdict="conflict")


def ended_already(on: date) -> Broken:
    """Rams are taken out once."""
    text, fix = f"the joining ended on {on}", "correct that end, or start another joining"
    return broken("joining_ended", text, fix, field="payload.joining_id", verdict="conflict")


def not_in_joining(name: str) -> Broken:
    """A ram that is not there cannot leave."""
    text, fix = f"{name} is none of the rams of the joining", "name one of its rams"
    return broken("not_in_joining", text, fix, field="payload.out_id", verdict="conflict")


def left_later(name: str, on: date) -> Broken:
    """Who never came cannot have left."""
    text, fix = f"{name} left the joining on {on}, and would never have come", "take that back first, or correct it"
    return broken("not_in_joining", text, fix, field="supersedes", verdict="conflict")


def has_parts(kind: str, on: date) -> Broken:
    """What belongs to a joining goes first."""
    text, fix = f"{kind} of {on} belongs to the joining", "take that back first"
    return broken("has_parts", text, fix, field="supersedes", verdict="conflict")


def scanned_already(name: str, on: date, event_id: UUID) -> Broken:
    """Two results of one day."""
    text = f"{name} was scanned on {on} already"
    return broken("scanned_already", text, f"correct {event_id}", field="animal_id", verdict="conflict")


def not_joined(name: str, on: date) -> Finding:
    """A scan belongs to a joining."""
    text = f"{name} was not joined, as far as is recorded, when she was scanned on {on}"
    return warning("not_joined", text, "record the joining, or check the ewe and the day", field="animal_id")


def scanned_early(name: str, since: date, on: date, days: int) -> Finding:
    """Nothing could be seen."""
    text = f"{name} was scanned on {on}, {(on - since).days} days after she was joined on {since}"
    fix = f"check both days: before {days} days nothing is seen, and empty says nothing"
    return warning("scanned_early", text, fix, field="occurred_on")


def joined_twice(names: list[str], on: date, field: str = "payload.ewe_ids") -> Finding:
    """Two joinings of one day are one, told twice, or one of them names the wrong ewes."""
    some = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    fix = "take back the one that was told twice, or correct whose ewes they are"
    return warning("joined_twice", f"{some} stand in another joining of {on}", fix, field=field)


def group_joined_twice(on: date) -> Finding:
    """The same of a whole group."""
    fix = "take back the one that was told twice, or correct whose ewes they are"
    return warning("joined_twice", f"the group stands in another joining of {on}", fix, field="group_id")


def lambed_already(name: str, on: date, event_id: UUID) -> Broken:
    """One litter, told twice, or one too early."""
    text = f"{name} lambed on {on}"
    fix = f"correct {event_id}, with all lambs of the litter"
    return broken("lambed_already", text, fix, field="animal_id", verdict="conflict")


def born_dead(name: str, on: date) -> Broken:
    """Nobody rears, marks or weans a lamb that never lived."""
    text = f"{name} was born dead on {on}"
    return broken("born_dead", text, "correct its lambing, if it lived", field="animal_id", verdict="conflict")


def refuse_death(name: str, kind: str, on: date, *, field: str) -> None:
    """A lamb that was fostered, marked or weaned has lived.

    Raises:
        Broken
    """
    text = f"{name} would be born dead, and there is {kind} of {on} of it"
    fix = "take that back first, or record animal.died"
    raise broken("lamb_has_records", text, fix, field=field, verdict="conflict")


def lamb_exists(lamb_id: UUID, place: int) -> Broken:
    """The id is that of an animal."""
    text = f"there is an animal {lamb_id} already"
    fix = "send a new id; if the lamb was registered before, merge the two afterwards"
    return broken("lamb_exists", text, fix, field=f"payload.lambs.{place}.id", verdict="conflict")


def lamb_stays(name: str, what: str) -> Broken:
    """A lamb that was never born has no records."""
    text = f"{name} would be no animal any more, and there is {what} of it"
    fix = "take that back first; what stands in the log for ever: keep the lamb in the lambing and correct the rest"
    return broken("lamb_has_records", text, fix, field="supersedes", verdict="conflict")


def litter_apart(name: str, first: date, last: date) -> Finding:
    """I12."""
    text = f"lambs of {name} were born on {first} and on {last}"
    return warning("litter_apart", text, "correct born_on, or record two ewes", field="payload.lambs")


def scanned_empty(name: str, on: date) -> Finding:
    """The scanner saw nothing."""
    text = f"{name} was scanned empty on {on}"
    return warning("scanned_empty", text, "check the ewe, or correct the scan", field="animal_id")


def litter_unclear(message: str, on: date) -> Broken:
    """I8: a litter that is recorded already could be of either."""
    text = f"{message}, and she lambed on {on}"
    fix = "correct that lambing first: say embryo_transfer, or take it back"
    return broken("litter_unclear", text, fix, field="kind", verdict="conflict")


def lambed_twice(name: str, first: date, second: date) -> Finding:
    """Two ewes who are one bore two litters at once."""
    text, fix = (
        f"{name} would have lambed on {first} and on {second}",
        "take back the lambing that was told twice first",
    )
    return Finding("conflict", "lambed_already", text, fix, "animal_id")


def born_twice(name: str, first: date, second: date) -> Finding:
    """Two lambs who are one stand in litters, both."""
    text = f"{name} would be born twice, in the lambings of {first} and of {second}"
    return Finding("conflict", "litter_mates", text, "correct the lambing: it names one lamb twice", "animal_id")


def weaned_already(name: str, on: date, event_id: UUID) -> Broken:
    """Once in a life."""
    text = f"{name} was weaned on {on}"
    return broken("weaned_already", text, f"correct {event_id}, or the day", field="animal_id", verdict="conflict")


def no_lamb_any_more(name: str, days: int, done: str) -> Broken:
    """Who is given to a ewe to be reared, or taken from her, is a lamb."""
    text = f"{name} was {days} days old, and only a lamb is {done}"
    others = " and the ewe as to_id" if done == "fostered" else ""
    fix = f"name the lamb as animal_id{others}, or correct its birth date"
    return broken("no_lamb", text, fix, field="animal_id", verdict="conflict")


def too_young_to_rear(name: str, days: int) -> Broken:
    """A ewe who rears a lamb is old enough to have had one (I2)."""
    text = f"{name} was {days} days old, too young to rear a lamb"
    return broken(
        "dam_too_young",
        text,
        "name the ewe who took it, or correct her birth date",
        field="payload.to_id",
        verdict="conflict",
    )


def fostered_later(name: str, on: date) -> Broken:
    """A weaned lamb is nobody's."""
    text = f"{name} was fostered on {on}, after that"
    return broken("fostered_later", text, "correct one of the days", field="occurred_on", verdict="conflict")


def reared_already(name: str, dam: str | None) -> Broken:
    """Nothing would change."""
    text = f"{name} is reared by {'hand' if dam is None else dam} at that time"
    return broken("changes_nothing", text, "correct the ewe or the day", field="payload.to_id", verdict="conflict")


def no_male(name: str) -> Broken:
    """I5."""
    text = f"{name} is a female"
    return broken("sex_clash", text, "correct its sex first", field="payload.castrated", verdict="conflict")


def refuse_sex(name: str, sex: str, *, field: str) -> None:
    """I5: events of the season name it as of the other sex.

    Raises:
        Broken
    """
    text = f"{name} would be {sex}, and is recorded as the other sex since"
    raise broken("sex_clash", text, "correct the sex, or those events first", field=field, verdict="conflict")


def is_wether(name: str) -> Broken:
    """Once in a life."""
    text = f"{name} is a wether already"
    return broken("is_wether", text, "leave castrated out", field="payload.castrated", verdict="conflict")


def served_since(name: str, kind: str, on: date) -> Broken:
    """I5."""
    text = f"{name} would be a wether, and is the sire of {kind} of {on}"
    fix = "correct one of the days, or that event first"
    return broken("sex_clash", text, fix, field="payload.castrated", verdict="conflict")


def refuse_second(name: str, value: str, field: str) -> None:
    """I13.

    Raises:
        Broken
    """
    fix = "end that use first, or replace it: POST /identifiers with replaces"
    raise broken("official_exists", f"{name} wears {value}", fix, field=field, verdict="conflict")


def worn_by_another(name: str, value: str, field: str) -> Finding:
    """I14."""
    text = f"{value} is in use on {name}: both stand, and this one is disputed"
    return warning("duplicate_identifier", text, "read both tags, and settle whose it is", field=field)


def reared_more(name: str, said: int, dam: str, alive: int) -> Broken:
    """I11."""
    text = f"{name} would be reared as one of {said} by {dam}, who had {alive} alive at its weaning"
    fix = "correct rear_type, or record the fosterings first"
    return broken("rear_type_too_high", text, fix, field="payload.rear_type", verdict="conflict")


def no_stage(name: str) -> Finding:
    """The stage is declared, and never guessed from the age."""
    text = f"the fleece of {name} is kept with its shearing, and is no measurement: nobody said of which stage it is"
    return warning("stage_missing", text, "correct the event with stage Y, H or A", field="payload.stage")


def odd_age(name: str, days: int, window: tuple[int, int]) -> Finding:
    """Too young or too old to be weaned."""
    text = f"{name} is {days} days old: weaning is from {window[0]} to {window[1]}"
    return warning("age_outside_window", text, "check the day and the birth date", field="occurred_on")

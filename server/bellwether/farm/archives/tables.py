"""The tables of an archive: what stands in each, and how it is read. Their order is that in which they are restored."""

from typing import NamedTuple

FORMAT, VERSION = "bellwether.farm", 3


class Table(NamedTuple):
    """One file: `columns` say what stands under each heading, `sql` gives rows of a farm in an order that stays."""

    name: str
    says: str
    columns: dict[str, str]
    sql: str
    told_only: frozenset[str] = frozenset()
    """Columns that tell something and are not kept in the farm to which an archive goes."""


def own(name: str, says: str, columns: dict[str, str], order: str = "id") -> Table:
    """A table as it is kept."""
    return Table(
        name, says, columns, f"select {', '.join(columns)} from farm.{name} where farm_id = $1 order by {order}"
    )


ID = "a UUID, by which other tables name it"
CURRENT = "not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)"
BORN = f"""
exists (select from farm.event_other o join farm.event e on e.farm_id = $1 and e.id = o.event_id
  where o.farm_id = $1 and o.animal_id = a.id and o.role like 'lamb%' and e.kind = 'lambing.recorded' and {CURRENT})
"""
ANIMAL = {
    "id": ID, "flock_id": "its flock", "sex": "male, female or unknown", "fertility": "as the platform says it",
    "birth_date": "a day", "birth_date_confidence": "year, month, day: A, E or U", "birth_type": "lambs of its litter",
    "rear_type": "lambs reared together", "drop_year": "the season", "birth_group": "how the dam was run",
    "is_embryo_transfer": "true or false", "reference_only": "an ancestor that the farm never kept", "breeds": "JSON",
}  # fmt: skip
IDENTIFIERS = """
select coalesce(a.merged_into, a.id) as animal_id, i.kind, i.scheme, i.value,
  case when i.since_told then (lower(i.validity) at time zone f.time_zone)::date end as since,
  case when not upper_inf(i.validity) then (upper(i.validity) at time zone f.time_zone)::date end as until,
  i.colour, i.ear, i.state = 'disputed' as is_disputed, i.event_id is not null as is_of_event
from farm.identifier i join farm.animal a on a.farm_id = $1 and a.id = i.animal_id join farm.farm f on f.id = $1
where i.farm_id = $1 order by 1, lower(i.validity), i.scheme, i.value
"""
PARENTS = """
select coalesce(c.merged_into, c.id) as child_id, coalesce(p.merged_into, p.id) as parent_id, k.parent_type, k.method,
  k.probability
from farm.parent_claim k join farm.animal c on c.farm_id = $1 and c.id = k.child_id
join farm.animal p on p.farm_id = $1 and p.id = k.parent_id
where k.farm_id = $1 and k.status = 'accepted' and k.event_id is null and k.syndicate_id is null
order by k.created_at, k.id
"""
# rams that turned out to be one are one ram
RAMS = """
select m.syndicate_id, coalesce(a.merged_into, a.id) as sire_id, least(sum(m.share), 1) as share
from farm.syndicate_sire m join farm.animal a on a.farm_id = $1 and a.id = m.sire_id
where m.farm_id = $1 group by 1, 2 order by 1, 2
"""
CLAIMED = """
select k.syndicate_id, coalesce(c.merged_into, c.id) as child_id, coalesce(p.merged_into, p.id) as parent_id,
  max(k.probability) as probability, min(k.status) as status
from farm.parent_claim k join farm.animal c on c.farm_id = $1 and c.id = k.child_id
join farm.animal p on p.farm_id = $1 and p.id = k.parent_id
where k.farm_id = $1 and k.syndicate_id is not null and k.status in ('accepted', 'proposed')
group by 1, 2, 3 order by 1, 2, 3
"""
# of an animal that was merged and of the one into which it was, a run says one thing: the other's own
VALUES = """
select distinct on (v.run_name, coalesce(a.merged_into, a.id), v.trait) coalesce(a.merged_into, a.id) as animal_id,
  v.run_name, v.run_date, v.trait, v.value, v.accuracy
from farm.imported_value v join farm.animal a on a.farm_id = $1 and a.id = v.animal_id where v.farm_id = $1
order by v.run_name, coalesce(a.merged_into, a.id), v.trait, (a.merged_into is not null), v.id
"""
# a task that follows goes by its rule and by the first event of the corrections from which it follows
TASKS = """
select case when t.rule is null then t.id end as id, t.rule, e.id as event_id, t.title, t.due_on, t.note,
  t.snoozed_until, t.done_on
from farm.task t left join farm.event e on e.farm_id = $1 and e.seq = t.place
where t.farm_id = $1 and (t.rule is null or (t.rev > 0 and e.id is not null)) order by e.seq, t.rule, t.id
"""
LINKS = """
select distinct on (l.sha256, coalesce(a.merged_into, a.id), l.event_id) l.id, l.sha256,
  coalesce(a.merged_into, a.id) as animal_id, l.event_id
from farm.attachment_link l left join farm.animal a on a.farm_id = $1 and a.id = l.animal_id where l.farm_id = $1
order by l.sha256, coalesce(a.merged_into, a.id), l.event_id, l.id
"""
DRAWINGS = """
select paddock_id, valid_from, public.st_asgeojson(geometry, 15) as geometry from farm.paddock_version
where farm_id = $1 order by paddock_id, valid_from
"""
# whoever does not own the farm sees no costs (the policies), and not that one was taken back either
EVENTS = """
select id, kind, animal_id, group_id, occurred_on, occurred_time, tz, session_id, supersedes, payload from farm.event e
where farm_id = $1 and (supersedes is null
  or exists (select from farm.event t where t.farm_id = $1 and t.id = e.supersedes))
order by seq
"""
MEASUREMENTS = """
select o.id, o.flock_id, coalesce(a.merged_into, a.id) as animal_id, o.trait, o.value, o.unit, o.raw_value, o.raw_unit,
  o.occurred_on, o.occurred_time, o.recorded_group, o.session_id
from farm.observation o join farm.animal a on a.farm_id = $1 and a.id = o.animal_id
where o.farm_id = $1 and o.state = 'active' and o.event_id is null order by o.occurred_on, o.id
"""
TRAIT = ("code", "name", "kind", "unit", "stage", "description", "words", "hard_low", "hard_high", "soft_low",
         "soft_high", "decimals", "window_first", "window_last", "reference_age_days", "heritability",
         "phenotypic_variance", "may_record", "valid_from", "valid_to")  # fmt: skip
WHP = ("meat_whp", "meat_whp_unit", "esi", "esi_unit", "milk_whp", "milk_whp_unit")

TABLES = (
    own("flock", "Flocks", {"id": ID, "name": "what it is called", "code": "its code", "breed_code": "its breed",
                            "recording_scheme": "SG, NSIP, SIL or none"}),
    own("stock_class", "Classes of stock, where the farm has set its own", {
        "code": "by which events name it", "name": "what it is called", "sex": "male, female or any",
        "neutered": "or any", "from_days": "age from which", "to_days": "age until which"}, "position"),
    own("own_trait", "Traits that the farm has defined", dict.fromkeys(TRAIT, "as the platform defines it"), "code"),
    Table("animal", "Animals, ancestors too", ANIMAL | {"is_lamb": "true: a lambing among the events tells of it"},
          f"select {', '.join(f'a.{name}' for name in ANIMAL)}, {BORN} as is_lamb from farm.animal a "
          "where a.farm_id = $1 and a.merged_into is null order by a.id"),
    Table("merge", "Animals that turned out to be others", {"id": "who is no more", "merged_into": "the other"},
          "select id, merged_into from farm.animal where farm_id = $1 and merged_into is not null order by id"),
    Table("identifier", "What animals wear and wore", {
        "animal_id": "who", "kind": "eid, visual, registration or name", "scheme": "whose number it is",
        "value": "the number", "since": "the day, where somebody has said", "until": "the day on which it ended",
        "colour": "of a tag", "ear": "left or right", "is_disputed": "another animal wears it too",
        "is_of_event": "an event tells of it"},
        IDENTIFIERS),
    own("animal_group", "Mobs and other groups", {
        "id": ID, "name": "what it is called", "type": "physical, logical, planned", "purpose": "for what",
        "drop_year": "the season"}),
    own("dse_rating", "How much an animal of each class grazes, where the farm has set it", {
        "class": "lamb, ewe ...", "rating": "dry sheep equivalents"}, "class"),
    own("session_template", "What a kind of day in the yards records", {
        "id": ID, "name": "what it is called", "kind": "weigh, yard or draft", "traits": "JSON", "fields": "JSON"}),
    own("yard_session", "Days in the yards", {
        "id": ID, "template_id": "which it followed", "kind": "weigh, yard or draft", "name": "what it is called",
        "held_on": "day", "operator": "who", "devices": "JSON", "group_id": "the mob that was meant to come",
        "traits": "JSON", "fields": "JSON", "closed_at": "when it was over"}),
    own("paddock", "Paddocks", {"id": ID, "name": "what it is called"}),
    Table("paddock_drawing", "Where each paddock was since a day", {
        "paddock_id": "which", "valid_from": "since when", "geometry": "GeoJSON, longitude and latitude"}, DRAWINGS),
    own("product", "Remedies", {"id": ID, "name": "what it is called", "actives": "JSON", "route": "oral ...",
                                "unit": "in which it is counted", "label_dose": "words of the label",
                                **dict.fromkeys(WHP, "as the label says it")}),
    own("product_batch", "Their batches", {
        "id": ID, "product_id": "of which remedy", "lot": "number", "expires_on": "day", "bought_on": "day",
        "quantity": "in the unit of the remedy"}),
    own("consignment", "Consignments", {
        "id": ID, "number": "of the declaration", "kind": "arrival ...", "moved_on": "day", "from_location": "from",
        "to_location": "to", "carrier": "who", "note": "words"}),
    Table("event", "All that happened, in the order in which it was recorded, corrections too", {
        "id": ID, "kind": "which", "animal_id": "whose", "group_id": "whose", "occurred_on": "day of the farm",
        "occurred_time": "by its clock", "tz": "its zone", "session_id": "the day in the yards",
        "supersedes": "the event that it corrects or takes back",
        "payload": "JSON, by the kind"}, EVENTS),
    Table("parent", "Parents that are accepted and that no event tells", {
        "child_id": "whose", "parent_id": "who", "parent_type": "sire, dam ...", "method": "by which it is known",
        "probability": "0 to 1, where somebody has said"}, PARENTS),
    Table("measurement", "Values that count and that no event tells", {
        "id": ID, "flock_id": "the flock of then", "animal_id": "whose", "trait": "code", "value": "in the unit",
        "unit": "of the trait", "raw_value": "as it was first written", "raw_unit": "its unit", "occurred_on": "day",
        "occurred_time": "by the farm's clock", "recorded_group": "subgroup", "session_id": "the day in the yards"},
        MEASUREMENTS,
        frozenset({"flock_id", "raw_value", "raw_unit"})),
    own("syndicate", "Rams that ran together", {"id": ID, "code": "its code", "year": "of the joining"}),
    Table("syndicate_sire", "The rams of each", {
        "syndicate_id": "which", "sire_id": "who", "share": "how likely it is the sire, 0 to 1"}, RAMS),
    Table("syndicate_claim", "Of whom one of the rams is the sire", {
        "syndicate_id": "of which rams", "child_id": "whose sire", "parent_id": "which ram",
        "probability": "his share", "status": "proposed, or accepted: he stands"}, CLAIMED),
    Table("imported_value", "Breeding values that others have estimated", {
        "animal_id": "whose", "run_name": "of which evaluation", "run_date": "its day", "trait": "as it is called",
        "value": "in the unit of the evaluation", "accuracy": "0 to 1"}, VALUES),
    own("task_rule", "Which tasks follow from which events, where the farm has set it", {
        "name": "of the rule", "kind": "of event", "title": "what is to be done", "days": "after the event",
        "is_on": "true or false"}, "name"),
    Table("task", "Tasks that somebody wrote down, and what was said of those that follow from events", {
        "id": "of one that was written down", "rule": "by which it follows", "event_id": "from which it follows",
        "title": "of one that was written down", "due_on": "its day", "note": "words",
        "snoozed_until": "put off to this day", "done_on": "day"}, TASKS),
    own("stock_value", "What a head is worth; of an owner's archive alone", {
        "stock_class": "of which class", "since": "day", "amount": "in the money of the farm"}, "stock_class, since"),
    own("consignment_money", "What consignments brought or cost; of an owner's archive alone", {
        "consignment_id": "which", "price": "in the money of the farm", "per": "head or kg",
        "weight_kg": "of the whole consignment", "costs": "of the whole consignment"}, "consignment_id"),
    own("batch_cost", "What batches of remedies cost; of an owner's archive alone", {
        "batch_id": "which", "amount": "in the money of the farm"}, "batch_id"),
    Table("attachment_link", "Which photos and papers belong to what", {
        "id": ID, "sha256": "of the bytes", "animal_id": "whose", "event_id": "or of which event"}, LINKS),
)  # fmt: skip
#: what archives of an earlier version have not: tables, and columns of others
SINCE: dict[int, dict[str, frozenset[str]]] = {
    3: {
        "dse_rating": frozenset(), "session_template": frozenset(), "yard_session": frozenset(),
        "event": frozenset({"session_id"}), "measurement": frozenset({"session_id"}),
    }
}  # fmt: skip
BY_NAME = {table.name: table for table in TABLES}
#: what an archive does not hold, told in its manifest
LEFT_OUT = (
    "users, recorders, invitations and their rights", "who has a task and who has done it",
    "imports, their files and the farm's own words for headings", "exports and their files",
    "values and claims that were replaced", "proposals of parents by DNA", "who recorded what, and on which device",
    "consents", "conflicts", "devices", "organisations of the farm", "calendar feeds", "kept searches",
    "numbers by which authorities know the farm", "layouts of files for authorities",
)  # fmt: skip

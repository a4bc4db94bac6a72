"""Treatments of other systems: a remedy of the farm by its name, a batch by its lot, and the longest withholding."""

from collections.abc import Sequence
from typing import get_args
from uuid import UUID

from bellwether.farm.icar import repository
from bellwether.farm.icar.models import RemedyRow
from bellwether.farm.icar.taking.entries import Entry, as_error
from bellwether.farm.icar.taking.sent import SentDose, SentTreatment, SentWithdrawal, unit
from bellwether.farm.icar.taking.translating import Translation, word
from bellwether.farm.icar.taking.when import when
from bellwether.farm.icar.treatments import ESI, UNITS
from bellwether.farm.identifiers.wearers import Asked, wearers
from bellwether.platform.database.transactions import Session
from bellwether.platform.json import JsonObject
from bellwether.sheep.findings import Broken, Finding, broken, warning
from bellwether.sheep.withdrawals import Market

OURS = {theirs: ours for ours, theirs in UNITS.items()}
MARKETS: tuple[Market, ...] = get_args(Market)


async def find_remedies(session: Session, farm_id: UUID, entries: Sequence[Entry]) -> None:
    """The remedy and the batch of each sound message, by their names on this farm."""
    asked = [entry for entry in entries if entry.is_sound and not entry.deletes]
    names = {name.lower() for entry in asked if (name := entry.sent.treatment.name)}
    remedies = await repository.remedies(session, farm_id, sorted(names))
    lots = [entry.sent.treatment.lot or "" for entry in asked]
    batches = await repository.lots(session, farm_id, [lot.lower() for lot in lots if lot])
    for entry in asked:
        try:
            entry.remedy = found = remedy(entry.sent.treatment, remedies)
        except Broken as error:
            entry.fail(*error.findings)
            continue
        lot = entry.sent.treatment.lot
        entry.batch_id = batches.get((found.id, lot.lower())) if lot else None
        if lot and entry.batch_id is None:
            text = f"{found.name} has no batch {lot[:40]} here; the number is kept in the note"
            told = warning(
                "batch_unknown", text, "add the batch to the remedy, and send the message again", field="batches"
            )
            entry.told.append(as_error(entry.row, told))


async def check_reached(session: Session, farm_id: UUID, entries: Sequence[Entry]) -> None:
    """That a treatment of a mob reached here whom the message names: who else got it is withheld, too."""
    told = [(entry, entry.sent.embedded_animal_set) for entry in entries if entry.is_sound and not entry.deletes]
    asked = [
        (entry, Asked(one.id or "", one.scheme, entry.moment.day))
        for entry, members in told
        for one in (members.member if members and members.member else ())
        if entry.moment
    ]
    found = await wearers(session, farm_id, [one for _, one in asked])
    reached = await repository.reached(session, farm_id, [entry.stored_id for entry, _ in told if entry.stored_id])
    missing: dict[int, list[str]] = {}
    for (entry, one), meant in zip(asked, found, strict=True):
        if isinstance(meant, Finding) or meant not in reached.get(entry.stored_id or UUID(int=0), ()):
            missing.setdefault(entry.row, []).append(one.value)
    for entry, _ in told:
        if names := missing.get(entry.row):
            text = f"{len(names)} animals that the message names were not in the group here: {', '.join(names[:5])}"
            fix = "send animal-set-joins first and the message again, or their treatments one by one"
            told_now = warning("members_differ", text, fix, field="embeddedAnimalSet.member")
            entry.told.append(as_error(entry.row, told_now))


def remedy(sent: SentTreatment, remedies: dict[str, RemedyRow]) -> RemedyRow:
    """Of the farm, for only its label says how long animals are withheld.

    Raises:
        Broken: the message names none, or one that the farm does not have.
    """
    if not sent.name:
        text = "the message names no medicine; what was done without one is a note"
        fix = "send medicine.name, or the procedure to /events as note.added"
        raise broken("medicine_missing", text, fix, field="medicine")
    found = remedies.get(sent.name.lower())
    if found is None:
        text = f"the farm has no remedy {sent.name[:60]}, and nobody knows how long its label withholds an animal"
        fix = "add the remedy with its label under /products, in the same spelling, and send the message again"
        raise broken("product_unknown", text, fix, field="medicine.name")
    return found


def treatment(entry: Entry, field: str = "dose") -> Translation:
    """One dose. The figures of the sender count where they are longer than the label's (I18)."""
    sent, found = entry.sent.treatment, entry.remedy
    assert found is not None
    amount, of = dose(sent.dose, found, field)
    note = entry.sent.remark
    if sent.lot and entry.batch_id is None:
        note = "; ".join(part for part in (note, f"batch {sent.lot}") if part)
    said: JsonObject = {
        "product_id": str(found.id),
        "batch_id": str(entry.batch_id) if entry.batch_id else None,
        "dose": amount,
        "unit": of,
        "route": entry.sent.procedure,
        "off_label": off_label(entry, found),
        "note": note,
    }
    return Translation("treatment.given", said)


def group_treatment(entry: Entry) -> Translation:
    """The same of a mob, as it was at that moment."""
    return treatment(entry, "dosePerAnimal")._replace(about="group")


def dose(sent: SentDose | None, found: RemedyRow, field: str) -> tuple[float, str]:
    """Amount and unit; a remedy that is counted in doses needs none.

    Raises:
        Broken
    """
    if sent is None or sent.dose_quantity is None:
        fix = f"send {field}.doseQuantity and {field}.doseUnits"
        raise broken("dose_missing", "the message does not say how much the animal got", fix, field=field)
    if sent.dose_units is None and found.unit == "dose":
        return sent.dose_quantity, "dose"
    return sent.dose_quantity, word(OURS, f"{field}.doseUnits", unit(sent.dose_units))


def off_label(entry: Entry, found: RemedyRow) -> JsonObject | None:
    """Days for each market for which the sender withholds the animal longer than the label.

    Raises:
        Broken: an end is no date, or before the treatment.
    """
    assert entry.moment is not None
    days: JsonObject = {}
    for one in entry.sent.withdrawals or ():
        market = market_of(one)
        if market is None:
            text = f"a withdrawal of {(one.product_type or 'nothing')[:40]} is not kept here"
            entry.told.append(
                as_error(entry.row, warning("withdrawal_not_kept", text, "nothing is to be done", field="withdrawals"))
            )
        if market is None or not one.end_date:
            continue
        count = (when(one.end_date, entry.zone, "withdrawals.endDate").day - entry.moment.day).days
        if count < 0:
            fix = "correct endDate"
            raise broken("withdrawal_before", "a withdrawal ends before the treatment", fix, field="withdrawals")
        label = found.days[MARKETS.index(market)]
        if label is not None and count < label:
            text = f"the label of {found.name} says {label} days for {market}, the message {count}: the label counts"
            fix = "correct the remedy if it is wrong"
            entry.told.append(as_error(entry.row, warning("label_counts", text, fix, field="withdrawals")))
        elif label is None or count > label:
            days[f"{market}_days"] = count
    return days or None


def market_of(sent: SentWithdrawal) -> Market | None:
    """An export slaughter interval is one of meat for a market of its own."""
    if sent.product_type == "Meat":
        return "export" if (sent.market or "").lower() in (ESI, "esi", "export") else "meat"
    return "milk" if sent.product_type == "Milk" else None

"""Our words and those of the standard."""

from typing import Literal

from bellwether.sheep.identifiers import SHEEP_GENETICS

SOURCE = "org.bellwether"
TRAIT = "org.bellwether.trait"
EID = "std.iso.11785"
#: identifiers that name an animal to strangers, the one that is shown first before the others
NAMING = (EID, SHEEP_GENETICS, "org.bellwether.local")

GENDERS = {
    ("male", "neutered"): "MaleNeuter",
    ("male", "cryptorchid"): "MaleCryptorchid",
    ("male", ""): "Male",
    ("female", "neutered"): "FemaleNeuter",
    ("female", ""): "Female",
}
STATUS = {
    "alive": "Alive", "dead": "Dead", "culled": "Dead", "sold": "OffFarm", "grazing_off": "OffFarm",
    "in_transit": "OffFarm", "lost": "Unknown",
}  # fmt: skip
#: relation and gender of each parent that is sent; who is certainly not the sire is not
PARENTS = {
    "sire": ("Genetic", "Male"),
    "dam": ("Genetic", "Female"),
    "et_donor_dam": ("Genetic", "Female"),
    "et_recipient_dam": ("Recipient", "Female"),
    "rearing_dam": ("Adoptive", "Female"),
}
ARRIVALS = {"purchase": "Purchase", "agistment": "Agistment", "transfer": "InternalTransfer"}
DEPARTURES = {"sold": "Sale", "culled": "Slaughter", "grazing_off": "Agistment"}
DEATHS = (
    "Missing", "Parturition", "Disease", "Accident", "Consumption", "Culled", "Other", "Unknown", "Age", "Mastitis",
    "Production", "LegOrClaw", "MilkingAbility", "Nutrition", "Fertility",
)  # fmt: skip
DISPOSALS = ("ApprovedService", "Consumption", "OnPremise", "Other")
SEXES: dict[str, Literal["Male", "Female", "Unknown"]] = {"male": "Male", "female": "Female"}
EASES = {
    "unassisted": "EasyUnassisted", "easy_assisted": "EasyAssisted", "difficult_assisted": "DifficultExtraAssistance",
    "veterinary": "DifficultVeterinaryCare", "caesarean": "CaesareanOrSurgery",
}  # fmt: skip
SCANS = {"empty": "Empty", "single": "Pregnant", "multiple": "Multiple"}
WEANINGS = {word: word.capitalize() for word in ("age", "feed", "weight", "condition", "sale", "health")}
WEANED_BY = {word: word.capitalize() for word in ("yards", "paddock", "creep", "natural", "other")}
SEVERITIES = {"mild": "Light", "moderate": "Moderate", "severe": "Severe"}


def gender(sex: str, fertility: str) -> str:
    """A wether is a MaleNeuter."""
    return GENDERS.get((sex, fertility)) or GENDERS.get((sex, ""), "Unknown")


def death(cause: str | None) -> tuple[str, str | None]:
    """Reason and explanation: what is no word of the standard is explained."""
    reason, _, more = (cause or "").partition(": ")
    if reason in DEATHS:
        return reason, more or None
    return ("Other", cause) if cause else ("Unknown", None)


def disposal(text: str | None) -> str | None:
    """A way of disposal; None when nobody has said."""
    return None if text is None else text if text in DISPOSALS else "Other"

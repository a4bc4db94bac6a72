"""Headers as programs and people write them, in several languages, and the fields that they name."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bellwether.sheep.reading.masks import with_order
from bellwether.sheep.reading.refusal import FileFault

IGNORE = "ignore"
LONGEST = 200
UNITS = {
    "KG": "kg", "KGS": "kg", "KILO": "kg", "KILOS": "kg", "KILOGRAM": "kg", "KILOGRAMS": "kg", "KILOGRAMM": "kg",
    "LB": "lb", "LBS": "lb", "POUND": "lb", "POUNDS": "lb", "G": "g", "GRAM": "g", "GRAMS": "g", "OZ": "oz", "ST": "st",
    "MM": "mm", "CM": "cm", "MICRON": "micron", "MICRONS": "micron", "UM": "micron", "EPG": "epg", "SCORE": "score",
}  # fmt: skip
UNIT = re.compile(r"(.+?)(?:\s*[(\[{]\s*([A-Za-zµ]+)\.?\s*[)\]}]|[\s_,/.-]+([A-Za-z]+))\s*")
OF_UNIT = re.compile(r"\s+(?:in|en)$", re.IGNORECASE)
GLUED = re.compile(r"(.+?)(KGS?|LBS?)")

ENGLISH = (
    "ID", "EID", "RFID", "VID", "Tag", "Tag No", "Tag Number", "Ear Tag", "No", "Number", "Reg No",
    "Registration", "Registration No", "Registration Number",
)  # fmt: skip
GERMAN = ("Nr", "Nummer", "Ohrmarke", "Ohrmarkennummer", "Herdbuchnummer", "HB-Nr")


def parent_by(parent: str, identifiers: Iterable[str]) -> tuple[str, ...]:
    """Headers of a parent that say by what it is called: a parent is looked for among every identifier."""
    known = ("Sire ID", "Sire Tag", "Dam ID", "Dam Tag")
    return tuple(f"{parent} {item}" for item in identifiers if f"{parent} {item}" not in known)


WORDS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "ID", "Animal ID", "Animal", "Animal No", "Animal Number", "LPN ID", "LPN", "NSIP ID", "Registration",
        "Registration No", "Registration Number", "Reg No", "Pedigree No", "Herdbuchnummer", "Herdbuchnr", "HB-Nr",
        "Zuchtbuchnummer", "Numéro", "Numéro animal", "No animal", "Identifiant", "ID animal", "Identificación",
        "Número de registro", "Rhif",
    ),
    "eid": (
        "EID", "RFID", "IDE", "Electronic ID", "EID Number", "EID Tag", "Electronic Tag", "Electronic Identifier",
        "Transponder", "Transpondernummer", "Transpondernr", "Boucle électronique", "Numéro électronique",
        "Crotal electrónico", "Microchip", "Animal EID", "NLIS RFID", "RFID Tag", "EID No", "EID Code", "Full EID",
        "Electronic ID EID", "EID RFID", "RFID No", "RFID Number", "Animal RFID", "Tag EID", "Electronic Tag No",
        "Electronic Tag Number", "Electronic ID No", "Electronic ID Number", "Electronic Ear Tag", "Transponder No",
        "Transponder Number", "N° électronique", "Núm. electrónico", "Elektronische ID", "Elektronische Kennung",
        "Electronic Number", "Elektronische Ohrmarke", "Chip", "Chipnummer", "IDE animal", "Número electrónico",
    ),
    "vid": (
        "VID", "Tag", "Tag No", "Tag Number", "Local ID", "Ear Tag", "Ear Tag No", "Ear Tag Number", "Visual ID",
        "Visual Tag", "Management Tag", "Ohrmarke", "Ohrmarkennummer", "Ohrmarken-Nr", "Ohrmarkennr", "OM-Nr", "Boucle",
        "Numéro de boucle", "Numéro boucle", "Crotal", "Arete", "Animal Tag", "Lamb Tag", "VID No", "Visual",
        "Visual Number", "Visual Tag No", "Visual Tag Number", "Tag ID", "Ear Number",
    ),
    "name": ("Name", "Animal Name", "Nom", "Nombre", "Enw"),
    "sire": (
        "Sire", "Sire ID", "Father", "Sire Tag", "Vater", "Vater ID", "Père", "Padre", "Tad", "Hwrdd",
        *parent_by("Sire", ENGLISH), *parent_by("Father", ENGLISH), *parent_by("Vater", GERMAN),
        *("Numéro père", "Numéro du père", "N° père", "Boucle père", "ID padre", "Número del padre"),
    ),
    "dam": (
        "Dam", "Dam ID", "Mother", "Dam Tag", "Mutter", "Mutter ID", "Mère", "Madre", "Mam",
        *parent_by("Dam", ENGLISH), *parent_by("Mother", ENGLISH), *parent_by("Mutter", GERMAN),
        *("Numéro mère", "Numéro de la mère", "N° mère", "Boucle mère", "ID madre", "Número de la madre"),
    ),
    "sex": ("Sex", "Gender", "Geschlecht", "Sexe", "Sexo", "Rhyw"),
    "birth_date": (
        "DOB", "Birth Date", "Date of Birth", "Birthdate", "Born", "Birthday", "Geburtsdatum", "Geb-Datum", "Geboren",
        "Geboren am", "Date de naissance", "Né le", "Naissance", "Fecha de nacimiento", "Nacimiento", "Dyddiad geni",
    ),
    "drop_year": (
        "Drop Year", "Birth Year", "Year of Birth", "Year Born", "Geburtsjahr", "Jahrgang", "Année de naissance",
        "Año de nacimiento", "Blwyddyn geni",
    ),
    "birth_type": (
        "BType", "Birth Type", "BT", "Birth Rank", "Born As", "Litter Size", "Geburtstyp", "Wurfgröße", "Geburtsart",
        "Mode de naissance", "Type de naissance", "Taille de portée", "Tipo de parto", "Tipo de nacimiento",
    ),
    "rear_type": (
        "RType", "Rear Type", "RT", "Rearing Type", "Rearing Rank", "Reared As", "Aufzuchttyp", "Mode d'élevage",
        "Type d'allaitement", "Tipo de crianza",
    ),
    "et": ("ET", "Embryo Transfer", "Embryotransfer", "Transfert embryonnaire", "Transferencia de embriones"),
    "recipient": (
        "Recipient", "Recipient Dam", "Recipient ID", "Empfängertier", "Receveuse", "Receptora", "Recipient EID",
        "Recipient VID", "Recipient Tag",
    ),
    "birth_group": ("BGroup", "Birth Group", "BGrp", "Birth Mob"),
    "date": (
        "Date", "Weigh Date", "Weight Date", "Weighing Date", "Date Weighed", "Datum", "Wiegedatum", "Wägedatum",
        "Date de pesée", "Date pesée", "Fecha", "Fecha de pesaje", "Fecha peso", "Dyddiad", "Date Time",
        "Date and Time", "Time Stamp", "Weighed", "Weighed on", "Date of Weighing", "Session Date",
        "Recorded on", "Gewogen am", "Weigh Day", "Weigh Dt", "Date Taken", "Measured on", "Measurement Date",
        "Recording Date", "Datum der Wägung", "Date de la pesée", "Fecha del pesaje", "Dyddiad pwyso",
    ),
    "time": ("Time", "Weigh Time", "Time of Day", "Zeit", "Uhrzeit", "Heure", "Hora", "Amser"),
    "weight": (
        "Weight", "Live Weight", "Liveweight", "Body Weight", "Bodyweight", "Wt", "LWT", "Gewicht", "Lebendgewicht",
        "Poids", "Poids vif", "Peso", "Peso vivo", "Pwysau", "Live Wt", "Body Wt", "Wgt", "Live Wgt", "Animal Weight",
        "Weight Value",
    ),
    "unit": ("Unit", "Units", "Weight Unit", "Einheit", "Unité", "Unidad", "Uned"),
    "group": (
        "Group", "Mob", "Management Group", "Mgmt Group", "Grp", "Gruppe", "Groupe", "Lot", "Grupo",
        "Lote", "Grwp",
    ),
    "value": ("Value", "Result", "Measurement", "Reading", "Wert", "Messwert", "Valeur", "Mesure", "Valor", "Gwerth"),
    "trait": ("Trait", "Stage", "Merkmal", "Caractère", "Rasgo", "Carácter"),
}  # fmt: skip


@lru_cache(maxsize=20_000)
def normal(header: str) -> str:
    """Letters and digits only, in capitals, without accents: `Père (kg)` is PEREKG."""
    plain = unicodedata.normalize("NFKD", header.replace("ß", "ss").replace("ø", "o"))
    return "".join(mark for mark in plain.upper() if mark.isalnum())


def aliases(fields: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The known headers of these fields."""
    return {name: WORDS[name] for name in fields}


def with_unit(header: str) -> tuple[str, str]:
    """The normal name without a unit at its end, and the unit: `Weight (lb)` is WEIGHT and lb."""
    header = with_order(header)[0]
    match = UNIT.fullmatch(header.strip()) if len(header) <= LONGEST else None
    unit = UNITS.get(normal(match[2] or match[3]).upper()) if match else None
    if match and unit:
        return normal(OF_UNIT.sub("", match[1])), unit
    name = normal(header)
    glued = GLUED.fullmatch(name)
    return (glued[1], UNITS[glued[2]]) if glued else (name, "")


def place(column: int, header: str) -> str:
    """A column as a person finds it: `column C (Weight)`."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return f"column {letters} ({header[:40]})" if header else f"column {letters}"


@dataclass
class Found:
    """Which column is which field, and the units that headers name."""

    columns: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)


class Names:
    """The headers that a kind of file may have, with those that its sender names himself."""

    def __init__(self, table: Mapping[str, Iterable[str]], own: Mapping[str, str] | None = None) -> None:
        self.fields = {normal(alias): name for name, known in table.items() for alias in (name, *known)}
        self.own = {normal(header): name for header, name in (own or {}).items()}

    def field(self, header: str) -> tuple[str | None, str]:
        """The field that a header names, or None, and its unit."""
        name = normal(header)
        if not name:
            return None, ""
        base, unit = with_unit(header)
        if name in self.own or base in self.own:
            found = self.own.get(name) or self.own[base]
            return (None if found == IGNORE else found), unit
        if name in self.fields:
            return self.fields[name], "" if unit == "" or name == base else unit
        return self.fields.get(base), unit if base in self.fields else ""

    def score(self, cells: Iterable[str]) -> int:
        """How many different fields a line would name as the header."""
        return len({found for cell in cells if (found := self.field(cell)[0])})

    def find(self, cells: list[str], row: int) -> Found:
        """The fields of a header line; a field that two columns name is a fault with both places."""
        found = Found()
        for column, header in enumerate(cells):
            name, unit = self.field(header)
            if name is None:
                if header:
                    found.ignored.append(header[:100])
                continue
            if name in found.columns:
                found.faults.append(twice(name, found.columns[name], column, cells, row))
                continue
            found.columns[name] = column
            if unit:
                found.units[name] = unit
        return found


def twice(name: str, first: int, second: int, cells: list[str], row: int) -> FileFault:
    """Two columns of one meaning: which counts is asked."""
    message = f"{place(first, cells[first])} and {place(second, cells[second])} both name {name}"
    fix = f"remove one, or send columns with the header of one as {IGNORE}"
    return FileFault("column_twice", message, fix, row, name)

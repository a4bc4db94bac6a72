"""How a stranger's program writes a table: marks, order of dates, language, unit, what stands around the table."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

HEADERS = {
    "eid": ("EID", "eid", "RFID", "Electronic ID", "E.I.D."),
    "vid": ("VID", "Tag", "tag", "Visual Tag"),
    "date": ("Date", "DATE", "Weigh Date", "date"),
    "weight": ("Weight", "weight", "Live weight", "WT"),
    "sire": ("Sire", "SIRE", "sire id"),
    "dam": ("Dam", "DAM", "dam id"),
    "sex": ("Sex", "SEX", "Gender"),
    "born": ("DOB", "Date of birth", "birth date"),
}
LANGUAGES = {
    "de": {"vid": "Ohrmarke", "date": "Datum", "weight": "Gewicht", "sex": "Geschlecht", "born": "Geburtsdatum"},
    "fr": {"vid": "Boucle", "date": "Date", "weight": "Poids", "sex": "Sexe", "born": "Date de naissance"},
    "es": {"vid": "Crotal", "date": "Fecha", "weight": "Peso", "sex": "Sexo", "born": "Fecha de nacimiento"},
}
SEXES = {
    "en": (("M", "F"), ("1", "2"), ("ram", "ewe"), ("Male", "Female")),
    "de": (("m", "w"), ("männlich", "weiblich")),
    "fr": (("mâle", "femelle"), ("M", "F")),
    "es": (("macho", "hembra"),),
}
LB = 0.45359237


@dataclass(frozen=True)
class Dialect:
    """The habits of one program; one file keeps to them."""

    delimiter: str
    decimal: str
    order: str
    mark: str
    is_short_year: bool
    language: str
    unit: str
    unit_place: str
    encoding: str
    line_end: str
    preamble: tuple[str, ...]
    footer: tuple[str, ...]
    has_sep_line: bool
    quotes_all: bool
    missing: str

    def day(self, day: date) -> str:
        """A date."""
        parts = {"y": f"{day.year % 100:02d}" if self.is_short_year else f"{day.year}", "m": f"{day.month:02d}"}
        parts["d"] = f"{day.day:02d}"
        return self.mark.join(parts[letter] for letter in self.order)

    def number(self, value: float, digits: int = 1) -> str:
        """A number."""
        return f"{value:.{digits}f}".replace(".", self.decimal)

    def kilograms(self, written: str) -> float:
        """What a weight that `number` wrote means."""
        value = float(written.replace(self.decimal, "."))
        return value * LB if self.unit == "lb" else value

    def header(self, field: str, chance: random.Random) -> str:
        """One of the names of a column."""
        name = LANGUAGES.get(self.language, {}).get(field) or chance.choice(HEADERS[field])
        is_weight_with_unit = field == "weight" and self.unit_place == "header"
        return f"{name} ({self.unit})" if is_weight_with_unit else name

    def cell(self, text: str) -> str:
        """Quoted where it has to be."""
        needs = self.delimiter in text or '"' in text or self.quotes_all
        return '"' + text.replace('"', '""') + '"' if needs else text

    def write(self, header: list[str], rows: list[list[str]]) -> bytes:
        """The file."""
        lines = [f"sep={self.delimiter}"] if self.has_sep_line else []
        lines += self.preamble
        lines += [self.delimiter.join(self.cell(cell) for cell in row) for row in (header, *rows)]
        lines += self.footer
        return (self.line_end.join(lines) + self.line_end).encode(self.encoding, errors="replace")


def any_dialect(chance: random.Random) -> Dialect:
    """One program."""
    delimiter = chance.choice([",", ",", ";", ";", "\t", "|"])
    language = chance.choice(["en", "en", "en", "de", "fr", "es"])
    order, mark = chance.choice([("ymd", "-"), ("dmy", "/"), ("dmy", "."), ("mdy", "/"), ("dmy", "-"), ("ymd", "/")])
    unit = chance.choice(["kg", "kg", "lb"])
    return Dialect(
        delimiter=delimiter,
        decimal=chance.choice([".", ","]) if delimiter != "," or chance.random() < 0.3 else ".",
        order=order,
        mark=mark,
        is_short_year=order != "ymd" and chance.random() < 0.15,
        language=language,
        unit=unit,
        unit_place=chance.choice(["header", "column", "farm"]),
        encoding=chance.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"]),
        line_end=chance.choice(["\n", "\r\n", "\r\n", "\r"]),
        preamble=tuple(chance.choice([(), (), (), ("Flock book 2024",), ("Session 12", "")])),
        footer=tuple(chance.choice([(), (), (), ("Total",), ("End of file",), ("",)])),
        has_sep_line=chance.random() < 0.1,
        quotes_all=chance.random() < 0.2,
        missing=chance.choice(["", "", "NA", "-", ".", "n/a"]),
    )

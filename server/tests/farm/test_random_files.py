"""Random files of strangers: whatever dialect, order, unit and language, what is accepted is what was meant."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import openpyxl
from bellwether.sheep.reading.refusal import FileRefused

from .reading import TODAY, Rows, read_all

MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "December"),
    "de": ("Jan", "Feb", "März", "April", "Mai", "Juni", "Juli", "Aug", "Sep", "Okt", "Nov", "Dez"),
    "fr": ("janv", "févr", "mars", "avril", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc"),
    "es": ("ene", "feb", "marzo", "abr", "mayo", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
}
HEADERS = {
    "en": ("VID", "Date", "Time", "Weight", "Note"),
    "de": ("Ohrmarke", "Datum", "Uhrzeit", "Gewicht", "Bemerkung"),
    "fr": ("Boucle", "Date de pesée", "Heure", "Poids", "Remarque"),
    "es": ("Crotal", "Fecha", "Hora", "Peso", "Nota"),
}
DAYS: dict[str, Callable[[date, str], str]] = {
    "iso": lambda day, _: day.isoformat(),
    "compact": lambda day, _: f"{day:%Y%m%d}",
    "dmy": lambda day, _: f"{day:%d/%m/%Y}",
    "dots": lambda day, _: f"{day.day}.{day.month}.{day.year}",
    "mdy": lambda day, _: f"{day.month}/{day.day}/{day.year}",
    "dmy2": lambda day, _: f"{day:%d/%m/%y}",
    "mdy2": lambda day, _: f"{day:%m/%d/%y}",
    "hyphens": lambda day, _: f"{day:%d-%m-%y}",
    "ymd2": lambda day, _: f"{day:%y-%m-%d}",
    "name": lambda day, tongue: f"{day.day} {MONTHS[tongue][day.month - 1]} {day.year}",
    "name2": lambda day, tongue: f"{day.day:02}-{MONTHS[tongue][day.month - 1]}-{day:%y}",
}
CLOCKS: dict[str, Callable[[time], str]] = {
    "24": lambda clock: f"{clock:%H:%M:%S}",
    "12": lambda clock: f"{clock:%I:%M:%S %p}",
    "none": lambda clock: "",
}
NOTES = ("", "lame", "lame, 3", 'a "big" one', "müde", "=1+1", "twin; left", "31,5")


@dataclass
class Meant:
    """What somebody weighed."""

    tag: str
    day: date
    clock: time | None
    kg: float
    note: str


@dataclass
class Style:
    """How he writes it down."""

    tongue: str
    day: str
    clock: str
    decimal: str
    delimiter: str
    encoding: str
    unit: str
    places: int
    end: str
    preamble: int
    footer: str
    quoted: bool


def meant(chance: random.Random) -> list[Meant]:
    """A session, or a few of them."""
    start = TODAY - timedelta(days=chance.randrange(30, 3000))
    days = [start + timedelta(days=chance.randrange(0, chance.choice((1, 3, 25)))) for _ in range(3)]
    return [
        Meant(
            f"{chance.randrange(10**5):0{chance.choice((1, 6))}}" + str(n),
            chance.choice(days),
            time(chance.randrange(24), chance.randrange(60), chance.randrange(60)),
            round(chance.uniform(12, 60), 3),
            chance.choice(NOTES),
        )
        for n in range(chance.randrange(1, 12))
    ]


def style(chance: random.Random) -> Style:
    """Any way of writing."""
    return Style(
        tongue=chance.choice(list(HEADERS)),
        day=chance.choice(list(DAYS)),
        clock=chance.choice(list(CLOCKS)),
        decimal=chance.choice(".,"),
        delimiter=chance.choice(",;\t|"),
        encoding=chance.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le")),
        unit=chance.choice(("farm kg", "farm lb", "header kg", "header lb", "glued kg", "glued lb", "spaced lb")),
        places=chance.choice((0, 1, 1, 2, 3)),
        end=chance.choice(("\n", "\r\n", "\r")),
        preamble=chance.choice((0, 0, 0, 1, 3)),
        footer=chance.choice(("", "", "Total {n}", "Average{d}{d}{d}31", "End of file", "Gesamt: {n}")),
        quoted=chance.random() < 0.8,
    )


def number(kg: float, how: Style) -> tuple[str, float]:
    """A weight as written, and the kilograms that this says."""
    in_pounds = how.unit.endswith("lb")
    text = f"{kg / 0.45359237 if in_pounds else kg:.{how.places}f}"
    said = float(text) * (0.45359237 if in_pounds else 1)
    text = text.replace(".", how.decimal)
    kind, unit = how.unit.split()
    return text + {"glued": unit, "spaced": f" {unit}"}.get(kind, ""), said


def cell(text: str, how: Style) -> str:
    """A cell, quoted where it must be, by those who know how to."""
    if how.quoted and (how.delimiter in text or '"' in text):
        return '"' + text.replace('"', '""') + '"'
    return text


def written(rows: list[Meant], how: Style) -> tuple[bytes, dict[str, Meant]]:
    """The file, and what each tag was meant to have."""
    head = list(HEADERS[how.tongue])
    if how.unit.startswith("header"):
        head[3] += f" ({how.unit[-2:]})"
    lines = [how.delimiter.join(head)]
    truth: dict[str, Meant] = {}
    for row in rows:
        text, kg = number(row.kg, how)
        clock = CLOCKS[how.clock](row.clock or time())
        cells = (row.tag, DAYS[how.day](row.day, how.tongue), clock, text, row.note)
        lines.append(how.delimiter.join(cell(text, how) for text in cells))
        truth[row.tag] = Meant(row.tag, row.day, row.clock if clock else None, kg, row.note)
    before = [f"Session {n}" for n in range(how.preamble)]
    after = [how.footer.format(n=len(rows), d=how.delimiter)] if how.footer else []
    text = how.end.join([*before, *lines, *after, ""])
    return text.encode(how.encoding, errors="replace"), truth


def check(rows: Rows, truth: dict[str, Meant]) -> int:
    """Every accepted line says what was meant; how many are accepted."""
    n = 0
    for row in rows.values():
        if row.data is None:
            assert row.findings
            continue
        known = truth[row.data.tags.vid]
        assert row.data.measured.date == known.day, (row.raw, row.data)
        assert row.data.measured.time == known.clock, (row.raw, row.data)
        assert abs(row.data.measured.value - known.kg) < 1e-4, (row.raw, row.data)
        n += 1
    return n


def test_a_random_session_is_right_or_refused(chance: random.Random, rounds: Callable[[int, int], int]) -> None:
    n_rows = n_accepted = n_files = total = 0
    for _ in range(rounds(300, 10_000)):
        how, rows = style(chance), meant(chance)
        content, truth = written(rows, how)
        total += 1
        try:
            _, found = read_all(content, "weights", trait="WWT", farm_unit=how.unit[-2:])
        except FileRefused:
            continue
        n_files += 1
        n_rows += len(truth)
        n_accepted += check(found, truth)
    assert n_files > total * 0.4, "too many files are refused"
    assert n_accepted > n_rows * 0.6, "too many lines are refused"


def test_a_random_workbook_is_right_or_refused(chance: random.Random, rounds: Callable[[int, int], int]) -> None:
    for _ in range(rounds(20, 500)):
        rows = meant(chance)
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        tongue = chance.choice(list(HEADERS))
        for _ in range(chance.choice((0, 2))):
            page.append(["Session"])
        page.append(list(HEADERS[tongue]))
        truth = {}
        as_text = chance.random() < 0.5
        for row in rows:
            day: Any = DAYS[chance.choice(("iso", "name"))](row.day, tongue) if as_text else row.day
            tag: Any = row.tag if as_text else int(row.tag)
            page.append([tag, day, row.clock, row.kg, row.note.lstrip("=")])
            page.cell(page.max_row, 1).number_format = "0" * len(row.tag)
            truth[row.tag] = row
        stream = io.BytesIO()
        book.save(stream)
        _, found = read_all(stream.getvalue(), "weights", trait="WWT", decimal=".")
        assert check(found, truth) == len(truth)


SEXES = {"en": ("Ram", "Ewe"), "de": ("männlich", "weiblich"), "fr": ("mâle", "femelle"), "es": ("macho", "hembra")}
UNKNOWN = ("", "NA", "unknown", "-", "?", ".", "0", "n/a", "NULL", "unbekannt", "inconnu")


def test_a_random_flock_is_right_or_refused(chance: random.Random, rounds: Callable[[int, int], int]) -> None:
    heads = {
        "en": ("Animal ID", "Sex", "Date of Birth", "Sire", "Dam", "Birth Type"),
        "de": ("Herdbuchnummer", "Geschlecht", "Geburtsdatum", "Vater", "Mutter", "Geburtstyp"),
        "fr": ("Identifiant", "Sexe", "Né le", "Père", "Mère", "Mode de naissance"),
        "es": ("Identificación", "Sexo", "Fecha de nacimiento", "Padre", "Madre", "Tipo de parto"),
    }
    n_read = 0
    for _ in range(rounds(300, 10_000)):
        how, tongue = style(chance), chance.choice(list(heads))
        truth, lines = {}, [how.delimiter.join(heads[tongue])]
        for n in range(chance.randrange(1, 10)):
            day = date(2024, 1, 1) + timedelta(days=chance.randrange(600))
            sex, count = chance.choice((0, 1)), chance.randrange(1, 5)
            sire = chance.choice(("R1", "R2"))
            unknown = chance.choice(UNKNOWN)
            truth[f"A{n}"] = (day, ("male", "female")[sex], count, sire)
            lines.append(
                how.delimiter.join((f"A{n}", SEXES[tongue][sex], DAYS[how.day](day, tongue), sire, unknown, str(count)))
            )
        content = how.end.join([*lines, ""]).encode("utf-8")
        try:
            _, found = read_all(content, "flock")
        except FileRefused:
            continue
        n_read += 1
        for row in found.values():
            if row.data is not None:
                data = row.data
                name = data.identifiers[0].value
                assert (data.birth_date, data.sex, data.birth_type, data.sire.value) == truth[name], row.raw
                assert data.dam is None
    assert n_read > rounds(300, 10_000) * 0.4

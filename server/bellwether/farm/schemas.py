"""Field types that all slices of the farm share."""

import re
from datetime import date
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticKnownError

from bellwether.sheep.traits import TRAITS

ZONES = available_timezones()
OWN_CODE = re.compile(r"X[A-Z0-9]{1,19}")


def known_zone(name: str) -> str:
    """A zone of the tz database."""
    if name not in ZONES:
        raise ValueError("must be a name of the tz database, for example Pacific/Auckland")
    return name


def without_nul(text: str) -> str:
    """PostgreSQL stores every character but this one."""
    if "\x00" in text:
        raise ValueError("must not contain the character U+0000")
    return text


def storable(text: str) -> str:
    """Without what PostgreSQL does not store: U+0000, and halves of surrogate pairs become question marks."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def known_code(code: str) -> str:
    """A trait of the dictionary, or what may be one of the farm's own."""
    if code not in TRAITS and not OWN_CODE.fullmatch(code):
        quoted = [f"'{each}'" for each in TRAITS]
        raise PydanticKnownError("literal_error", {"expected": f"{', '.join(quoted)} or one of the farm's own, X..."})
    return code


def of_this_age(day: date) -> date:
    """No flock book is older."""
    if not 1900 <= day.year <= 2200:
        raise ValueError("must lie between 1900 and 2200")
    return day


Note = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(without_nul)
]
Device = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(without_nul)
]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(without_nul)
]
Short = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(without_nul)
]
Group = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(without_nul)]
Tag = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(without_nul)
]
Day = Annotated[date, AfterValidator(of_this_age)]
Moment = Annotated[AwareDatetime, AfterValidator(of_this_age)]
TraitCode = Annotated[
    str,
    AfterValidator(known_code),
    WithJsonSchema({"type": "string", "anyOf": [{"enum": list(TRAITS)}, {"pattern": f"^{OWN_CODE.pattern}$"}]}),
]
"""Of the dictionary, or of the farm's own, which begin with X."""
Kilograms = Annotated[float, Field(gt=0, lt=2000, allow_inf_nan=False)]
Source = Literal["api", "import", "device"]
"""How a row came."""
Zone = Annotated[str, Field(max_length=64), AfterValidator(known_zone)]

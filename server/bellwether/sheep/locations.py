"""What authorities call a farm: schemes of property numbers, and the form of each."""

import re
from typing import NamedTuple

from bellwether.sheep.findings import broken

FARM = "org.bellwether.farm"
"""Our own scheme: the farm's id. Every farm has it without being told."""
SCHEME = re.compile(r"^[a-z][a-z0-9]*(\.[a-z0-9][A-Za-z0-9-]*)+$")
BETWEEN = re.compile(r"[\s/\-]")


class Form(NamedTuple):
    """How a number is read, its marks and blanks taken away, and how it is written then."""

    shape: re.Pattern[str]
    written: str
    example: str


FORMS = {
    "au.nlis.pic": Form(re.compile(r"^([A-Z0-9]{8})$"), r"\1", "QABC1234"),
    "uk.cph": Form(re.compile(r"^(\d{2})(\d{3})(\d{4})$"), r"\1/\2/\3", "34/123/1234"),
    "nz.nait": Form(re.compile(r"^(\d{1,9})$"), r"\1", "123456"),
}


def location_value(scheme: str, raw: str) -> str:
    """A number of a scheme in its normal form; of a scheme that is not known here as it was written.

    Raises:
        Broken: it is not a number of this scheme, or the scheme is no name in reverse-domain form.
    """
    if not SCHEME.match(scheme):
        fix = f"name it as its owner would in reverse-domain form, for example {', '.join(FORMS)}"
        raise broken("location_scheme", f"{scheme[:40]} is no name of a scheme", fix, field="scheme")
    form = FORMS.get(scheme)
    if form is None:
        return raw.strip()
    bare = BETWEEN.sub("", raw).upper()
    if not form.shape.match(bare):
        text, fix = f"{raw[:40]} is no number of {scheme}", f"write it like {form.example}"
        raise broken("location_value", text, fix, field="value")
    return form.shape.sub(form.written, bare)

"""One file for each format. A new one is a new file here and a line in `FORMATS`."""

from bellwether.farm.exports.format import Format
from bellwether.farm.exports.formats import (
    animals,
    asreml,
    blupf90,
    evaluate,
    measurements,
    nsip,
    sheep_genetics,
    whole_farm,
    wombat,
)

FORMATS: dict[str, Format] = {
    found.name: found
    for found in (
        animals.FORMAT,
        measurements.FORMAT,
        evaluate.FORMAT,
        blupf90.FORMAT,
        asreml.FORMAT,
        wombat.FORMAT,
        sheep_genetics.FORMAT,
        nsip.FORMAT,
        whole_farm.FORMAT,
    )
}

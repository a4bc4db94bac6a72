"""One file for each format. A new one is a new file here and a line in `FORMATS`."""

from bellwether.farm.exports.format import Format
from bellwether.farm.exports.formats import animals, measurements

FORMATS: dict[str, Format] = {found.name: found for found in (animals.FORMAT, measurements.FORMAT)}

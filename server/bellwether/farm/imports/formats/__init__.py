"""One file for each format: the columns that it has, the typed row that a line becomes, how it is judged.

A new format is a new file here and a line in `FORMATS`; docs/how-to/add-an-import-format.md shows one.
"""

from bellwether.farm.imports.formats import flock_list, lambplan, measurements, sg_submission, weigh_session
from bellwether.farm.imports.reading.format import AnyFormat

FORMATS: dict[str, AnyFormat] = {
    found.kind: found
    for found in (flock_list.FORMAT, weigh_session.FORMAT, measurements.FORMAT, sg_submission.FORMAT, lambplan.FORMAT)
}

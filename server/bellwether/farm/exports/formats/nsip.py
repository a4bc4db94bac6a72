"""A submission to the National Sheep Improvement Program, which has its runs made by LAMBPLAN: the same file, judged by
the windows of NSIP. No list of columns of its own is published; weights are kilograms, as LAMBPLAN takes them.
"""

from functools import partial

from bellwether.farm.exports.format import Format
from bellwether.farm.exports.formats import sheep_genetics

#: in days of age, by stage; the other stages are those of LAMBPLAN
WINDOWS = {"W": (40, 120), "P": (160, 340), "Y": (290, 430), "H": (410, 550)}
FORMAT = Format(
    name="nsip",
    uses=sheep_genetics.FORMAT.uses,
    write=partial(sheep_genetics.write, windows=WINDOWS),
    suffix="zip",
)

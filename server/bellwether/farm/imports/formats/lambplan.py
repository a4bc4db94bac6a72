"""Results of LAMBPLAN: one animal a line, a value and an accuracy for each trait. The names are not confirmed."""

from bellwether.farm.imports.formats.weigh_session import read_tags
from bellwether.farm.imports.judging.results import Estimate, ResultRow
from bellwether.farm.imports.reading import columns
from bellwether.farm.imports.reading.entry import Entry
from bellwether.farm.imports.reading.format import Format
from bellwether.sheep.findings import broken, warning
from bellwether.sheep.reading import kinds
from bellwether.sheep.reading.headers import aliases

TRAITS = (
    "BWT", "WWT", "PWWT", "YWT", "HWT", "AWT", "MBWT", "MWWT", "WFAT", "PFAT", "YFAT", "HFAT", "WEMD", "PEMD", "YEMD",
    "HEMD", "WWEC", "PWEC", "YWEC", "HWEC", "NLB", "NLW", "YGFW", "HGFW", "AGFW", "YCFW", "HCFW", "ACFW", "YFD", "HFD",
    "AFD", "YFDCV", "YCURV", "YSL", "YSS", "PSC", "YSC", "HSC", "LE_DIR", "LE_DAU", "GL_DIR", "GL_DAU", "LDAG", "DAG",
    "EBWR", "LBWR", "INDEX_14", "USERINDEX",
)  # fmt: skip
IRREGULAR = {
    "WFAT": "ACC_WCF", "PFAT": "ACC_PWCF", "YFAT": "ACC_YCF", "HFAT": "ACC_HCF", "MWWT": "ACC_MLWT",
    "INDEX_14": "A_INDEX_14",
}  # fmt: skip
WITHOUT_ACCURACY = ("USERINDEX",)
OTHER_NAMES = {"PWWT": ("PWT",)}
VALUES = {code.lower(): (code, *OTHER_NAMES.get(code, ())) for code in TRAITS}
ACCURACIES = {
    f"acc_{code.lower()}": (IRREGULAR.get(code, f"ACC_{code}"),) for code in TRAITS if code not in WITHOUT_ACCURACY
}
PERCENT = 100


def read(entry: Entry) -> ResultRow:
    """An animal with what was estimated of it."""
    tags = entry.take(read_tags, entry)
    run = entry.take(read_run, entry)
    day = entry.take(entry.day, "date")
    found = [entry.take(read_pair, entry, code) for code in TRAITS]
    entry.stop()
    assert tags
    assert run
    return ResultRow(tags, run, day, tuple(filter(None, found)))


def read_run(entry: Entry) -> str:
    """The evaluation that the values are of."""
    run = " ".join(entry.text("run_name").split())[:100]
    if not run:
        raise broken("run_missing", "the line does not say of which run it is", "add RUN_NAME", field="run_name")
    return run


def read_pair(entry: Entry, code: str) -> Estimate | None:
    """A value with its accuracy in percent; an empty one was not estimated, and is not 0."""
    field = code.lower()
    text, sure = entry.text(field), entry.text(f"acc_{field}")
    if not text:
        if sure and entry.rules.numbers.read(sure, field=field):
            message = f"{code} has an accuracy and no value: it counts as not estimated"
            entry.warnings.append(warning("accuracy_alone", message, "check the columns", field=field))
        return None
    value = entry.rules.numbers.read(text, field=field)
    return Estimate(code, value, accuracy_of(entry, sure, code) if sure else None)


def accuracy_of(entry: Entry, text: str, code: str) -> float:
    """0 to 1.

    Raises:
        Broken: it is no percentage.
    """
    found = entry.rules.numbers.read(text, field=code.lower())
    if 0 < found < 1:
        message = f"{text[:20]} as accuracy of {code} may be a share, and percentages are read here"
        raise broken("accuracy_is_share", message, "write accuracies in percent", field=code.lower())
    if not 0 <= found <= PERCENT:
        message = f"{text[:20]} is no percentage"
        raise broken("out_of_range", message, "correct it", field=code.lower(), verdict="out_of_range")
    return found / PERCENT


FORMAT = Format(
    kind="lambplan",
    row=ResultRow,
    columns={
        **columns.TAGS,
        **aliases(("sex", "date")),
        "run_name": ("RUN_NAME", "Run", "Run Name", "Analysis"),
        **VALUES,
        **ACCURACIES,
    },
    needed={"id, eid or vid": frozenset({"id", "eid", "vid"}), "run_name": frozenset({"run_name"})},
    dates=frozenset({"date"}),
    numbers=frozenset({*VALUES, *ACCURACIES}),
    read=read,
    holds=kinds.BREEDING_VALUES,
)

"""Files of one export in one archive, with the key of the labels and the report."""

import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from bellwether.farm.exports.evaluating.dataset import Dataset
from bellwether.farm.exports.report import Report

WHEN = (1980, 1, 1, 0, 0, 0)


def packed(path: Path, files: Mapping[str, str], found: Dataset, report: Report) -> None:
    """The same flock gives the same archive."""
    keys = "".join(f"{label},{animal_id},{quoted(tag)}\n" for label, animal_id, tag in found.keys)
    beside = {"keys.csv": "label,id,tag\n" + keys, "report.json": json.dumps(report.as_json(), indent=2) + "\n"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name, content in {**files, **beside}.items():
            out.writestr(zipfile.ZipInfo(name, WHEN), content, zipfile.ZIP_DEFLATED)


def quoted(text: str) -> str:
    """A cell."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text


def lines(rows: Iterable[Iterable[str]]) -> str:
    """Cells with blanks between them."""
    return "".join(" ".join(row) + "\n" for row in rows)

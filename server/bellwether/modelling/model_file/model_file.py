"""A model with its source: a model file (TOML, or JSON by its ending), or a model that a program tells."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bellwether_engine import Model, ModelError
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bellwether.modelling.findings import BadInput, Finding, refuse
from bellwether.modelling.missing_codes import NOTHING_DECLARED, MissingCodes
from bellwether.modelling.model_file.building import build_model, check
from bellwether.modelling.model_file.genomic_table import GenomicTable
from bellwether.modelling.model_file.residual_table import ResidualTable
from bellwether.modelling.model_file.schema import Matrix, ModelTable
from bellwether.value_words import words_of


@dataclass(frozen=True)
class ModelFile:
    """A model that the engine can fit, the table that says it, and the text it came from."""

    path: Path
    text: str
    table: ModelTable
    model: Model
    missing: MissingCodes = NOTHING_DECLARED

    @property
    def sha256(self) -> str:
        """Digest of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def weights(self) -> str | None:
        """The record column of weights."""
        return self.table.options.weights

    @property
    def seed(self) -> int | None:
        """The seed, where the model gives one."""
        return self.table.options.seed

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups of unknown parents, or of the metafounders."""
        given = self.table.groups_of_parents
        return () if given is None else tuple(given.names)

    @property
    def gamma(self) -> Matrix | None:
        """Relationships of the metafounders."""
        return None if self.table.metafounders is None else self.table.metafounders.gamma

    @property
    def genomic(self) -> GenomicTable | None:
        """How genotypes enter."""
        return self.table.genomic

    @property
    def scheduler(self) -> str | None:
        """Address of a Dask scheduler."""
        return self.table.options.scheduler

    @property
    def residual(self) -> ResidualTable | None:
        """Residual variances that differ between records."""
        return self.table.residual

    def line(self, place: str) -> int | None:
        """Line of a place such as `variances.additive` or `effects.sex`, as well as it can be told."""
        return line_of(self.text, place)


def read_model(path: Path) -> ModelFile:
    """Read and check a model file.

    Raises
    ------
    BadInput
        Neither TOML nor JSON, a key or value that does not exist, something that this version does not carry out.
    """
    language, word = (json.loads, "not JSON") if path.suffix == ".json" else (tomllib.loads, "not TOML")
    try:
        text = path.read_text("utf-8-sig")
        document = language(text)
    except OSError as error:
        raise refuse(path, None, "unreadable_file", f"cannot be read: {error.strerror}", "Check the path") from error
    except ValueError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else None
        raise refuse(path, line, word.replace(" ", "_").lower(), f"{word}: {error}", "Correct the syntax") from error
    try:
        table = ModelTable.model_validate(document)
    except ValidationError as error:
        raise BadInput([_finding(path, text, document, item) for item in error.errors()]) from error
    return _built(path, text, table)


def told_model(table: ModelTable) -> ModelFile:
    """The model that a program tells; its text is JSON, which `read_model` reads.

    Raises
    ------
    BadInput
        Parts that exclude each other, a matrix that is none.
    """
    return _built(Path("model.json"), json.dumps(table.model_dump(exclude_defaults=True), indent=2) + "\n", table)


def _built(path: Path, text: str, table: ModelTable) -> ModelFile:
    try:
        check(table)
        declared = table.missing
        missing = NOTHING_DECLARED if declared is None else MissingCodes(tuple(declared.codes), tuple(declared.values))
        return ModelFile(path, text, table, build_model(table), missing)
    except ModelError as error:
        raise refuse(path, line_of(text, error.place), error.code, error.message, error.fix, error.place) from error


def _finding(path: Path, text: str, document: Mapping[str, object], item: ErrorDetails) -> Finding:
    place = [str(part) for part in item["loc"] if not str(part).startswith(("list[", "float"))]
    if place[:1] == ["effects"] and len(place) > 1 and place[1].isdigit():
        effects = document["effects"]
        effect = effects[int(place[1])] if isinstance(effects, Sequence) else None
        place[1] = str(effect.get("name", place[1])) if isinstance(effect, dict) else place[1]
    where = ".".join(place)
    codes = {"extra_forbidden": ("unknown_key", "Remove the key, or check its spelling")}
    codes |= {"missing": ("missing_key", f"Add {where}")}
    code, fix = codes.get(item["type"], ("bad_value", ""))
    words = words_of({"type": item["type"], "loc": item["loc"], "ctx": dict(item.get("ctx", {}))}, "it")
    message = words.message.removeprefix("it ")
    if item["type"] not in codes:
        fix = f"{words.fix}; see the reference of the model file"
    return Finding(str(path), line_of(text, where), code, f"{where}: {message}", fix, where)


def line_of(text: str, place: str) -> int | None:
    """Line of a place in the model file: the key, the `name` of an effect, or the section."""
    parts = place.split(".")
    keys = [parts[-1], *(parts[-2:-1] if len(parts) > 2 and parts[0] != "effects" else [])]  # of a table in a line
    patterns = [rf"^\s*\[+\s*{re.escape(place)}\s*\]+"]
    patterns += [rf"^\s*(random\.)?\"?{re.escape(key)}\"?\s*=" for key in keys]
    if parts[0] == "effects" and len(parts) > 1:
        patterns.insert(0, rf"name\s*=\s*[\"']{re.escape(parts[1])}[\"']")
    patterns.append(rf"^\s*{re.escape(parts[0])}\s*=")
    patterns.append(rf"^\s*\[+\s*{re.escape(parts[0])}\s*\]+")
    start = _section_of(text, parts[0]) if len(parts) > 1 and parts[0] != "effects" else 0
    for pattern in patterns:
        compiled = re.compile(pattern, re.MULTILINE)
        found = compiled.search(text, start) or compiled.search(text)
        if found:
            return text[: found.end()].count("\n") + 1
    return None


def _section_of(text: str, name: str) -> int:
    """Where the keys of a section begin, 0 without one: another section may have the same keys."""
    found = re.search(rf"^\s*\[+\s*{re.escape(name)}\s*\]+", text, re.MULTILINE)
    return found.end() if found else 0

"""The model file (TOML): what it may say, and what of it this version carries out."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from bellwether_engine import Effect, Legendre, Model, ModelError, Options, Variances
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bellwether.modelling.findings import BadInput, Finding, refuse
from bellwether.modelling.model_file.genomic_table import GenomicTable
from bellwether.modelling.model_file.residual_table import ResidualTable

Matrix = float | list[list[float]]
LABELLED = ("additive", "permanent")  # kinds whose name need not be a column


class Strict(BaseModel):
    """Base of the tables: a key that nobody reads is an error, and so is a value of another type."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)


class BasisTable(Strict):
    """A basis of random regression."""

    type: Literal["legendre"]
    order: int
    on: str
    range: Annotated[list[float], Field(min_length=2, max_length=2)]


class EffectTable(Strict):
    """One of `[[effects]]`."""

    name: str = Field(min_length=1)
    kind: Literal["fixed", "covariate", "random", "additive", "maternal", "permanent", "permanent_dam"]
    traits: list[str] | None = None
    basis: BasisTable | None = None


class TraitTable(Strict):
    """One of `[[trait]]`."""

    name: str
    type: Literal["linear", "continuous", "ordinal"] = "linear"


class VariancesTable(Strict):
    """`[variances]`: a number or a matrix each."""

    residual: Matrix | None = None
    additive: Matrix | None = None
    additive_maternal: Matrix | None = None
    permanent: Matrix | None = None
    permanent_dam: Matrix | None = None
    random: dict[str, Matrix] = {}


class OptionsTable(Strict):
    """`[options]`."""

    inbreeding: bool = True
    estimate: Literal["none", "ai-reml", "mc-reml"] = "none"
    reliability: Literal["none", "exact", "approximate", "auto"] = "auto"
    weights: str | None = None
    tolerance: float = 1e-6
    seed: int | None = None
    samples: int = 100
    solver: Literal["auto", "direct", "pcg"] = "auto"
    maximum_iterations: int = 5000
    threads: int = 0
    scheduler: str | None = None
    memory_limit_gib: float | None = None


class GroupsTable(Strict):
    """`[groups]`: parent ids of the pedigree that are groups."""

    names: list[str] = Field(min_length=1)


class MetafoundersTable(GroupsTable):
    """`[metafounders]`."""

    gamma: Matrix


class ModelTable(Strict):
    """The whole file."""

    traits: list[str] = []
    trait: list[TraitTable] = []
    effects: list[EffectTable] = []
    variances: VariancesTable
    options: OptionsTable = OptionsTable()
    groups: GroupsTable | None = None
    metafounders: MetafoundersTable | None = None
    genomic: GenomicTable | None = None
    residual: ResidualTable | None = None


@dataclass(frozen=True)
class ModelFile:
    """A model that the engine can fit, and the text it came from."""

    path: Path
    text: str
    model: Model
    weights: str | None
    seed: int | None
    groups: tuple[str, ...] = ()
    gamma: Matrix | None = None
    genomic: GenomicTable | None = None
    scheduler: str | None = None
    residual: ResidualTable | None = None

    @property
    def sha256(self) -> str:
        """Digest of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def line(self, place: str) -> int | None:
        """Line of a place such as `variances.additive` or `effects.sex`, as well as it can be told."""
        return line_of(self.text, place)


def read_model(path: Path) -> ModelFile:
    """Read and check a model file.

    Raises
    ------
    BadInput
        Not TOML, a key or value that does not exist, something that this version does not carry out.
    """
    try:
        text = path.read_text("utf-8-sig")
        document = tomllib.loads(text)
    except OSError as error:
        raise refuse(path, None, "unreadable_file", f"cannot be read: {error.strerror}", "Check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else None
        raise refuse(path, line, "not_toml", f"not TOML: {error}", "Correct the syntax") from error
    try:
        table = ModelTable.model_validate(document)
    except ValidationError as error:
        raise BadInput([_finding(path, text, document, item) for item in error.errors()]) from error
    _refuse_options(path, text, table)
    try:
        given = table.metafounders or table.groups
        names = () if given is None else tuple(given.names)
        gamma = None if table.metafounders is None else table.metafounders.gamma
        options = table.options
        model = build_model(table)
        return ModelFile(
            path,
            text,
            model,
            options.weights,
            options.seed,
            names,
            gamma,
            table.genomic,
            options.scheduler,
            table.residual,
        )
    except ModelError as error:
        raise refuse(path, line_of(text, error.place), error.code, error.message, error.fix, error.place) from error


def build_model(table: ModelTable) -> Model:
    """The engine's model."""
    traits = tuple(table.traits or [trait.name for trait in table.trait])
    given = table.variances
    maternal = next((effect.name for effect in table.effects if effect.kind == "maternal"), "dam")
    effects = tuple(_effect(effect, maternal, given) for effect in table.effects)
    matrices = {name: getattr(given, name) for name in VariancesTable.model_fields}
    if table.residual is not None and table.residual.matrices is not None:
        matrices["residual"] = table.residual.stacked
    variances = Variances(**matrices)
    options = table.options
    return Model(
        traits,
        effects,
        variances,
        Options(
            inbreeding=options.inbreeding,
            estimate=options.estimate,
            reliability=options.reliability,
            solver=options.solver,
            tolerance=options.tolerance,
            maximum_iterations=options.maximum_iterations,
            threads=options.threads,
            samples=options.samples,
            seed=1 if options.seed is None else options.seed,
            memory_limit_gib=options.memory_limit_gib,
        ),
        ordinal=tuple(trait.name for trait in table.trait if trait.type == "ordinal"),
        genomic=None if table.genomic is None else table.genomic.build(options.seed),
    )


def _effect(effect: EffectTable, maternal: str, given: VariancesTable) -> Effect:
    """`permanent` under the name of the dam's column, or with a variance for dams only, is the dam's."""
    kind = effect.kind
    of_dam = effect.name in (maternal, "dam") or (given.permanent is None and given.permanent_dam is not None)
    if kind == "permanent" and of_dam:
        kind = "permanent_dam"
    basis = effect.basis
    return Effect(
        effect.name,
        kind,
        None if effect.traits is None else tuple(effect.traits),
        None if basis is None else Legendre(basis.order, basis.on, basis.range[0], basis.range[1]),
    )


def _refuse_options(path: Path, text: str, table: ModelTable) -> None:
    by_class = table.residual is not None and table.residual.matrices is not None
    if by_class == (table.variances.residual is not None):
        message = "the residual variances are given twice" if by_class else "variances.residual: Field required"
        fix = "Keep residual, or [residual.matrices]" if by_class else "Add variances.residual"
        place = "variances.residual" if by_class else "variances"
        raise refuse(path, line_of(text, place), "two_residuals" if by_class else "missing_key", message, fix, place)
    if table.genomic is not None and table.options.memory_limit_gib is not None:
        message, place = (
            "the memory of an evaluation with [genomic] is not known beforehand",
            "options.memory_limit_gib",
        )
        fix = "Remove memory_limit_gib; the reference of the model file tells the memory of each method"
        raise refuse(path, line_of(text, place), "not_available", message, fix, place)
    _refuse_own_trait(path, text, table)
    if table.groups and table.metafounders:
        message, fix = "groups and metafounders exclude each other", "Keep one of them"
        raise refuse(path, line_of(text, "groups"), "groups_and_metafounders", message, fix, "groups")
    if table.traits and table.trait and set(table.traits) != {trait.name for trait in table.trait}:
        message = "traits and [[trait]] name different traits"
        raise refuse(path, line_of(text, "traits"), "traits", message, "Name the same traits in both", "traits")


def _refuse_own_trait(path: Path, text: str, table: ModelTable) -> None:
    """A record does not explain or weigh itself."""
    traits = table.traits or [trait.name for trait in table.trait]
    read = [effect for effect in table.effects if effect.kind not in LABELLED]
    columns: list[tuple[str, str | None, list[str]]]
    columns = [(f"effects.{effect.name}", effect.name, effect.traits or traits) for effect in read]
    columns += [(f"effects.{e.name}", e.basis.on, e.traits or traits) for e in table.effects if e.basis is not None]
    columns += [("options.weights", table.options.weights, traits)]
    columns += [("residual.by", None if table.residual is None else table.residual.by, traits)]
    for place, column, acts_on in columns:
        if column is not None and column in acts_on:
            message = f"{column} is a trait and cannot be used for itself"
            raise refuse(
                path, line_of(text, place), "trait_twice", message, "Name another column of the records", place
            )


def _finding(path: Path, text: str, document: dict[str, Any], item: Any) -> Finding:
    place = [str(part) for part in item["loc"] if not str(part).startswith(("list[", "float"))]
    if place[:1] == ["effects"] and len(place) > 1 and place[1].isdigit():
        effect = document["effects"][int(place[1])]
        place[1] = str(effect.get("name", place[1])) if isinstance(effect, dict) else place[1]
    where = ".".join(place)
    codes = {"extra_forbidden": ("unknown_key", "Remove the key, or check its spelling")}
    codes |= {"missing": ("missing_key", f"Add {where}")}
    code, fix = codes.get(item["type"], ("bad_value", "See the reference of the model file"))
    return Finding(str(path), line_of(text, where), code, f"{where}: {item['msg']}", fix, where)


def line_of(text: str, place: str) -> int | None:
    """Line of a place in the model file: the key, the `name` of an effect, or the section."""
    parts = place.split(".")
    patterns = [rf"^\s*\[+\s*{re.escape(place)}\s*\]+", rf"^\s*(random\.)?\"?{re.escape(parts[-1])}\"?\s*="]
    if parts[0] == "effects" and len(parts) > 1:
        patterns.insert(0, rf"name\s*=\s*[\"']{re.escape(parts[1])}[\"']")
    patterns.append(rf"^\s*{re.escape(parts[0])}\s*=")
    patterns.append(rf"^\s*\[+\s*{re.escape(parts[0])}\s*\]+")
    for pattern in patterns:
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            return text[: found.end()].count("\n") + 1
    return None

"""The values, and which models can take them."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from bellwether_engine import ModelError

from bellwether.modelling.findings import refuse
from bellwether.modelling.model_file.schema import ModelTable

KINDS = ("fixed", "covariate", "additive")
FIX = "Leave external out, or take the model of the trait dictionary"


class ExternalDocument(TypedDict):
    """What was asked for, as plain JSON."""

    run_name: str
    includes_own: bool
    traits: dict[str, str]


@dataclass(frozen=True, slots=True)
class External:
    """A run of another service: does it hold the flock's own records, and what are traits called there?"""

    run_name: str
    includes_own: bool
    traits: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> ExternalDocument:
        """As plain JSON."""
        return {"run_name": self.run_name, "includes_own": self.includes_own, "traits": dict(self.traits)}


@dataclass(frozen=True, slots=True)
class ExternalValue:
    """A breeding value of somebody else; without an accuracy it has no weight."""

    animal_id: str
    trait: str
    value: float
    accuracy: float | None


def read_values(path: Path, codes: Mapping[str, str]) -> Iterator[ExternalValue]:
    """From the CSV that COPY writes, traits by our codes (`codes` gives them by the other names)."""
    with path.open(newline="", encoding="utf-8") as file:
        for animal_id, trait, value, accuracy in csv.reader(file):
            yield ExternalValue(animal_id, codes.get(trait, trait), float(value), float(accuracy) if accuracy else None)


def check_external(model: ModelTable) -> None:
    """Refuse a model in which a value of somebody else cannot stand as a record.

    Raises:
        BadInput
    """
    if found := next(_misfits(model), None):
        place, message = found
        error = ModelError("no_external_values", message, place=place, fix=FIX)
        raise refuse("model", None, error.code, message, FIX, place) from error


def _misfits(model: ModelTable) -> Iterator[tuple[str, str]]:
    for effect in model.effects:
        if effect.kind not in KINDS or effect.basis is not None:
            yield f"effects.{effect.name}", "a breeding value of somebody else has no litter, dam, day or curve"
    for trait in model.trait:
        if trait.type == "ordinal":
            yield f"trait.{trait.name}", "a breeding value of somebody else is not on the scale of categories"
    for place, given in (("groups", model.groups), ("metafounders", model.metafounders), ("residual", model.residual)):
        if given is not None:
            yield place, f"values of somebody else cannot be taken apart beside {place}"
    if model.options.estimate != "none":
        yield "options.estimate", "variances are estimated from records, not from values of somebody else"

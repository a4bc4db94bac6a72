"""The columns of a flock's records: what a told model may name. docs/reference/flock-tables.md describes each."""

from collections.abc import Collection, Iterable

from bellwether_engine import ModelError

from bellwether.modelling.model_file.building import read_columns
from bellwether.modelling.model_file.schema import ModelTable

#: of the animal; what is of the measuring day is there for repeated records only
OF_ANIMAL = ("animal", "sire", "dam", "flock", "sex", "birth_type", "rear_type", "dam_age", "drop_year")
OF_DAY = ("day", "age", "age_class")


def columns_of(traits: Iterable[str], *, is_repeated: bool) -> tuple[str, ...]:
    """All columns, in their order; each trait has its value, its contemporary group and its age."""
    by_trait = [name for code in traits for name in (code, f"group_{code}", f"age_{code}")]
    return (*OF_ANIMAL, *(OF_DAY if is_repeated else ()), *by_trait)


def is_repeated(model: ModelTable) -> bool:
    """Does an animal have a row for each measuring day?

    A permanent environment of the animal, or a curve over time, has a meaning for repeated records only; any other
    model takes the one measurement of each trait that is nearest to the reference age.
    """
    dams = {effect.name for effect in model.effects if effect.kind == "maternal"} | {"dam"}
    has_permanent = any(effect.kind == "permanent" and effect.name not in dams for effect in model.effects)
    is_of_animal = model.variances.permanent is not None
    return (has_permanent and is_of_animal) or any(effect.basis is not None for effect in model.effects)


def check_columns(model: ModelTable) -> None:
    """Refuse a column that a flock's records do not have.

    Raises
    ------
    ModelError
        ``missing_column``, with the columns there are.
    """
    known = columns_of(model.trait_names, is_repeated=is_repeated(model))
    for place, name, _ in read_columns(model):
        if name not in known:
            message = f"the records of a flock have no column {name}; they have {', '.join(known)}"
            raise ModelError("missing_column", message, place=place, fix="Name one of these columns")


def used_columns(model: ModelTable) -> Collection[str]:
    """The columns that a model reads beside its traits."""
    return {name for _, name, _ in read_columns(model)}

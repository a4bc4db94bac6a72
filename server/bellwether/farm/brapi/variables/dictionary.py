"""The trait dictionary in the words of the standard: a variable is a trait at a stage, by a method, on a scale.

The dictionary is code and the same for everybody; a farm's own traits are given beside it, so nothing here asks the
database.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar
from uuid import UUID

from bellwether.farm.brapi.variables.asked import MethodQuery, Part, ScaleQuery, TraitQuery, VariableSearch
from bellwether.farm.brapi.variables.schemas import BrapiMethod, BrapiScale, BrapiTrait, Category, ValidValues, Variable
from bellwether.platform.brapi.wire import Listed, as_texts, page_of
from bellwether.platform.problems import NotFound
from bellwether.sheep import CROP
from bellwether.sheep.reading.headers import normal
from bellwether.sheep.traits import STAGES, TRAITS, Trait, is_own

METHODS = {
    "weighed": ("Weighed", "Measurement", "On a scale for the animal or its fleece"),
    "scored": ("Scored", "Estimation", "By eye, against the descriptions of a scale"),
    "measured": ("Measured", "Measurement", "With the instrument that is usual for the trait"),
}
Named = TypeVar("Named", BrapiTrait, BrapiMethod, BrapiScale)


def method_of(trait: Trait) -> BrapiMethod:
    """How it is usually measured."""
    key = "scored" if trait.kind != "linear" else "weighed" if trait.unit == "kg" else "measured"
    name, kind, description = METHODS[key]
    return BrapiMethod(method_db_id=key, method_name=name, method_class=kind, description=description)


def in_path(unit: str) -> str:
    """A unit as it may stand in the path of a request."""
    return unit.replace("/", "-per-").replace("%", "percent").replace(" ", "-")


def scale_of(trait: Trait) -> BrapiScale:
    """Its unit within what is possible."""
    low, high = (f"{bound:g}" if bound < 10_000 else f"{bound:.0f}" for bound in trait.hard)
    words = [Category(label=word, value=f"{trait.hard[0] + n:g}") for n, word in enumerate(trait.words)]
    of_words = "-" + "-".join(normal(word) for word in trait.words) if words else ""
    return BrapiScale(
        scale_db_id=f"{in_path(trait.unit)}-{low}-{high}-{trait.decimals}{of_words}",
        scale_name=", ".join(trait.words) or f"{trait.unit}, {low} to {high}",
        data_type="Ordinal" if trait.kind == "ordinal" else "Nominal" if words else "Numerical",
        decimal_places=trait.decimals,
        units=trait.unit,
        valid_values=ValidValues(minimum_value=low, maximum_value=high, categories=words or None),
    )


def trait_of(trait: Trait, farm_id: UUID | None) -> BrapiTrait:
    """What it is at whatever stage: its code and its name without the stage."""
    stage = STAGES.get(trait.stage)
    code = trait.code.removeprefix(trait.stage) if stage else trait.code
    name = trait.name.removeprefix(f"{stage.word} ") if stage else trait.name
    return BrapiTrait(
        trait_db_id=key_of(code, farm_id),
        trait_name=name,
        main_abbreviation=code,
        trait_class="measurement" if trait.kind == "linear" else "score",
        attribute=name,
        alternative_abbreviations=list(trait.aliases) if not stage and trait.aliases else None,
    )


def key_of(code: str, farm_id: UUID | None) -> str:
    """A code, with the farm whose own it is: two farms may have one."""
    return code if farm_id is None or not is_own(code) else f"{code}.{farm_id}"


def variable_of(trait: Trait, farm_id: UUID | None = None) -> Variable:
    """The whole; with its farm where it is a farm's own."""
    stage = STAGES.get(trait.stage)
    first, last = trait.window_days or (None, None)
    return Variable(
        observation_variable_db_id=key_of(trait.code, farm_id),
        observation_variable_name=trait.name,
        growth_stage=stage.word if stage else None,
        synonyms=list(trait.aliases),
        trait=trait_of(trait, farm_id),
        method=method_of(trait),
        scale=scale_of(trait),
        additional_info=as_texts(
            {
                "usualMinimum": trait.soft[0],
                "usualMaximum": trait.soft[1],
                "firstUsualDay": first,
                "lastUsualDay": last,
                "referenceAgeDays": trait.reference_age_days,
                "referenceWeightKg": trait.reference_weight_kg,
                "farmId": farm_id,
            }
        ),
    )


@cache
def variables() -> tuple[Variable, ...]:
    """All of the dictionary."""
    return tuple(map(variable_of, TRAITS.values()))


def fits(wanted: Sequence[str] | None, *found: str) -> bool:
    """Whether one of the names is wanted; nothing wanted takes all."""
    return not wanted or any(name in wanted for name in found)


def of_part(asked: Part, known: Sequence[Variable]) -> list[Variable]:
    """The variables that what all four lists can be asked by leaves."""
    nowhere = (asked.external_reference_ids, asked.external_reference_i_ds, asked.external_reference_sources)
    if any((*nowhere, asked.ontology_db_ids, asked.program_db_ids)):
        return []
    crops = [name.lower() for name in asked.common_crop_names or ()]
    named = [each for each in known if fits(asked.observation_variable_db_ids, each.observation_variable_db_id)]
    return named if fits(crops, CROP) else []


def search(asked: VariableSearch, known: Sequence[Variable]) -> Listed[Variable]:
    """A page of the variables that fit."""
    nowhere = (
        *(asked.method_puis, asked.observation_variable_puis, asked.program_names, asked.scale_puis),
        *(asked.study_db_ids, asked.study_db_id, asked.study_names, asked.trait_attribute_puis),
        *(asked.trait_entity_puis, asked.trait_puis, asked.trial_db_ids, asked.trial_names),
    )
    found = [] if any(nowhere) else [each for each in of_part(asked, known) if is_wanted(each, asked)]
    return page_of(found, asked)


def is_wanted(each: Variable, asked: VariableSearch) -> bool:
    """Whether all that is asked for holds."""
    return (
        fits(asked.observation_variable_names, each.observation_variable_name)
        and fits(asked.trait_db_ids, each.trait.trait_db_id)
        and fits(asked.trait_names, each.trait.trait_name)
        and fits(asked.trait_classes, each.trait.trait_class)
        and fits(asked.trait_entities, each.trait.entity)
        and fits(asked.trait_attributes, each.trait.attribute)
        and fits(asked.method_db_ids, each.method.method_db_id)
        and fits(asked.method_names, each.method.method_name)
        and fits(asked.scale_db_ids, each.scale.scale_db_id)
        and fits(asked.scale_names, each.scale.scale_name)
        and fits(asked.data_types, each.scale.data_type)
    )


def once(
    found: Sequence[Variable], part: Callable[[Variable], Named], key: str, wanted: list[str] | None
) -> list[Named]:
    """Each part of the variables once, those that are wanted."""
    parts = {str(getattr(part(each), key)): part(each) for each in found}
    return [each for name, each in parts.items() if fits(wanted, name)]


def traits(asked: TraitQuery, known: Sequence[Variable]) -> Listed[BrapiTrait]:
    """A page of the traits that fit."""
    return page_of(once(of_part(asked, known), lambda each: each.trait, "trait_db_id", asked.trait_db_ids), asked)


def methods(asked: MethodQuery, known: Sequence[Variable]) -> Listed[BrapiMethod]:
    """A page of the methods that fit."""
    return page_of(once(of_part(asked, known), lambda each: each.method, "method_db_id", asked.method_db_ids), asked)


def scales(asked: ScaleQuery, known: Sequence[Variable]) -> Listed[BrapiScale]:
    """A page of the scales that fit."""
    return page_of(once(of_part(asked, known), lambda each: each.scale, "scale_db_id", asked.scale_db_ids), asked)


T = TypeVar("T")


def the_one(found: Listed[T]) -> T:
    """The only one that was found.

    Raises:
        NotFound: there is none.
    """
    if not found.result.data:
        raise NotFound
    return found.result.data[0]

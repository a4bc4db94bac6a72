"""The model of a flock that nobody tells: the animal model, each trait corrected for what the dictionary names."""

from bellwether.modelling.flocks.plan import Plan
from bellwether.modelling.model_file.genomic_table import GenomicTable
from bellwether.modelling.model_file.schema import EffectTable, ModelTable, OptionsTable, VariancesTable
from bellwether.sheep.traits.trait import Effect

#: effects that belong to the animal, so that traits share their column
OF_ANIMAL: tuple[Effect, ...] = ("sex", "birth_type", "rear_type", "dam_age")


def animal_model(plan: Plan) -> ModelTable:
    """Group and age of each trait's own measurement; sex, birth type, rear type and the dam's age of the animal."""
    in_groups = with_effect(plan, "contemporary_group")
    effects = [EffectTable(name=f"group_{code}", kind="fixed", traits=[code]) for code in in_groups]
    for name in OF_ANIMAL:
        traits = with_effect(plan, name)
        if traits:
            is_everywhere = len(traits) == len(plan.traits)
            effects.append(EffectTable(name=name, kind="fixed", traits=None if is_everywhere else traits))
    effects += [EffectTable(name=f"age_{code}", kind="covariate", traits=[code]) for code in with_effect(plan, "age")]
    return ModelTable(
        traits=list(plan.codes),
        effects=[*effects, EffectTable(name="animal", kind="additive")],
        variances=VariancesTable(additive=plan.additive, residual=plan.residual),
        options=OptionsTable.model_validate({"reliability": plan.reliability}),
    )


def with_effect(plan: Plan, effect: Effect) -> list[str]:
    """The traits that are corrected for an effect."""
    return [trait.code for trait in plan.traits if effect in trait.effects]


def with_genomic(table: ModelTable) -> ModelTable:
    """The model with genotypes in single step, unless it says how they enter."""
    return (
        table if table.genomic is not None else table.model_copy(update={"genomic": GenomicTable(method="single_step")})
    )

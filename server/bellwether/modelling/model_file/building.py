"""From the schema of a model to the engine's model."""

from __future__ import annotations

from bellwether_engine import Effect, Legendre, Model, ModelError, Options, Variances

from bellwether.modelling.model_file.schema import EffectTable, ModelTable, VariancesTable

LABELLED = ("additive", "permanent")  # kinds whose name need not be a column


def build_model(table: ModelTable) -> Model:
    """The engine's model."""
    given = table.variances
    maternal = next((effect.name for effect in table.effects if effect.kind == "maternal"), "dam")
    effects = tuple(_effect(effect, maternal, given) for effect in table.effects)
    matrices = {name: getattr(given, name) for name in VariancesTable.model_fields}
    if table.residual is not None and table.residual.matrices is not None:
        matrices["residual"] = table.residual.stacked
    variances = Variances(**matrices)
    options = table.options
    return Model(
        table.trait_names,
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
            checked=options.checked,
        ),
        ordinal=tuple(trait.name for trait in table.trait if trait.type == "ordinal"),
        genomic=None if table.genomic is None else table.genomic.build(options.seed),
        structures={} if table.structures is None else table.structures.build(),
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


def check(table: ModelTable) -> None:
    """What the schema alone cannot say.

    Raises
    ------
    ModelError
        Parts that exclude each other, or a part that is missing; `place` says where.
    """
    _refuse_residuals(table)
    if table.genomic is not None and table.options.memory_limit_gib is not None:
        message = "the memory of an evaluation with [genomic] is not known beforehand"
        fix = "Remove memory_limit_gib; the reference of the model file tells the memory of each method"
        raise ModelError("not_available", message, place="options.memory_limit_gib", fix=fix)
    _refuse_own_trait(table)
    if table.groups and table.metafounders:
        message = "groups and metafounders exclude each other"
        raise ModelError("groups_and_metafounders", message, place="groups", fix="Keep one of them")
    if table.traits and table.trait and set(table.traits) != {trait.name for trait in table.trait}:
        message = "traits and [[trait]] name different traits"
        raise ModelError("traits", message, place="traits", fix="Name the same traits in both")


def _refuse_residuals(table: ModelTable) -> None:
    """The residual variances stand in one of two places."""
    by_class = table.residual is not None and table.residual.matrices is not None
    given = table.variances.residual is not None
    if by_class and given:
        message, fix = "the residual variances are given twice", "Keep residual, or [residual.matrices]"
        raise ModelError("two_residuals", message, place="variances.residual", fix=fix)
    if not by_class and not given:
        message, fix = "variances.residual: Field required", "Add variances.residual"
        raise ModelError("missing_key", message, place="variances", fix=fix)


def read_columns(table: ModelTable) -> list[tuple[str, str, tuple[str, ...]]]:
    """The record columns that a model reads beside its traits: place in the model, column, the traits it acts on."""
    columns: list[tuple[str, str | None, list[str] | None]]
    columns = [(f"effects.{e.name}", e.name, e.traits) for e in table.effects if e.kind not in LABELLED]
    columns += [(f"effects.{e.name}", e.basis.on, e.traits) for e in table.effects if e.basis is not None]
    columns += [("options.weights", table.options.weights, None)]
    columns += [("residual.by", None if table.residual is None else table.residual.by, None)]
    return [(place, name, tuple(acts_on or table.trait_names)) for place, name, acts_on in columns if name is not None]


def _refuse_own_trait(table: ModelTable) -> None:
    """A record does not explain or weigh itself."""
    for place, column, acts_on in read_columns(table):
        if column in acts_on:
            message = f"{column} is a trait and cannot be used for itself"
            raise ModelError("trait_twice", message, place=place, fix="Name another column of the records")

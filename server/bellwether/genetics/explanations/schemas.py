"""What crosses the wire about explanations."""

from uuid import UUID

from pydantic import Field

from bellwether.platform.http.schemas import Schema


class Why(Schema):
    """Where the breeding value of an animal comes from, by its own equation (VanRaden and Wiggans 1991).

    value = w1 parent_average + w2 yield_deviation + w3 progeny, with weights that sum to 1: of one trait without groups
    or genotypes; else the weights are null, and what is between relatives and own records is told by its parts alone.
    """

    run_id: UUID
    animal_id: UUID
    trait: str
    value: float
    reliability: float | None
    sire_value: float | None
    dam_value: float | None
    parent_average: float = Field(description="Half the sum of the known parents' breeding values")
    mendelian_sampling: float = Field(description="What the animal has beyond the mean of its parents")
    n_records: int
    records: list[float] = Field(description="As they were measured")
    yield_deviation: float | None = Field(
        description="Mean of the records less all other effects; null without records, or where it is not known"
    )
    n_progeny: int
    progeny: float | None = Field(
        description="Weighted mean of 2 u - u of the mate over offspring; null without offspring"
    )
    weights: list[float] | None = Field(description="Of parent average, yield deviation and progeny; they sum to 1")


class Change(Schema):
    """Why a breeding value changed between two runs."""

    animal_id: UUID
    trait: str
    before: Why
    after: Why
    change: float
    from_base: float = Field(description="Mean change of all animals that are in both runs: another base or model")
    from_parents: float = Field(description="Change of the parent average beyond it")
    from_own_and_progeny: float = Field(description="Change of what the animal has beyond its parents")
    n_new_records: int
    n_new_progeny: int
    is_other_model: bool = Field(description="Traits, effects or variances of the runs differ")

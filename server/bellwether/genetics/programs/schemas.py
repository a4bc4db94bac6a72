"""What crosses the wire about steps of programs of others."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from bellwether.platform.http.schemas import Schema

Name = Literal["plink2", "bcftools", "beagle"]
Share = Annotated[float, Field(ge=0, le=1)]
ChipId = Annotated[int, Field(ge=1, le=2**31 - 1)]
SAMPLE = {"step": "normalise", "genotype_file_id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a60"}


class PruneOptions(Schema):
    """Thresholds of PLINK 2, applied in this order: animals, then markers, then linkage."""

    max_missing_animal: Share = Field(default=0.1, description="Animals with a larger share of missing calls go")
    max_missing_marker: Share = Field(default=0.1, description="Markers with a larger share of missing calls go")
    min_frequency: float = Field(default=0.01, ge=0, le=0.5, description="Of the rarer allele")
    hardy_weinberg: Share = Field(default=0, description="Markers with a smaller p of the exact test go; 0 tests none")
    window_markers: int = Field(default=50, ge=2, le=10_000, description="Markers that are compared with each other")
    step_markers: int = Field(default=5, ge=1, le=10_000)
    r2: float | None = Field(
        default=0.5, ge=0.0001, le=0.9999, description="Of two markers above it one goes; null prunes nothing"
    )
    n_components: int = Field(default=0, ge=0, le=40, description="Principal components of the animals by what stays")
    takes_few: bool = Field(default=False, description="Also of fewer than 50 animals")


class ImputeOptions(Schema):
    """How Beagle phases and imputes."""

    seed: int = Field(default=1, ge=1, le=2**31 - 1)
    effective_size: int = Field(default=1_000, ge=10, le=10_000_000, description="Effective size of the population")
    check_share: float = Field(
        default=0.02,
        ge=0,
        le=0.5,
        description="Of the known calls are hidden in a run of its own and compared; 0 for none",
    )
    markers: Literal["chip", "panel"] = Field(
        default="chip", description="Calls at the markers of the chip, or dosages at all those of the panel"
    )
    genetic_map: bool = Field(
        default=False, description="Distances are the cM of the chip's map, not 1 cM in a megabase"
    )


class NormaliseOptions(Schema):
    """What bcftools does to the sites of a file."""

    splits_alleles: bool = Field(default=True, description="A site with several alternative alleles becomes several")
    drops_repeated: bool = Field(default=True, description="Of equal sites the first stays")
    names_unnamed: bool = Field(default=True, description="Sites without a name are called by their place and alleles")
    only_passed: bool = Field(default=False, description="Sites that failed a filter go")
    min_quality: float | None = Field(default=None, ge=0, le=1e6, description="Sites of a lower QUAL, or of none, go")
    max_missing: Share | None = Field(default=None, description="Sites with a larger share of missing calls go")


class Prune(Schema):
    """Stored genotypes to be judged and thinned out by PLINK 2."""

    step: Literal["prune"]
    farm_id: UUID
    chip_id: ChipId
    options: PruneOptions = PruneOptions()


class Impute(Schema):
    """Stored genotypes to be phased, and their missing calls imputed, by Beagle, from each other and from a panel."""

    step: Literal["impute"]
    farm_id: UUID
    chip_id: ChipId
    panel_file_id: UUID | None = Field(
        default=None, description="A genotype file of the farm that is a reference panel: a VCF, all calls phased"
    )
    options: ImputeOptions = ImputeOptions()


class Normalise(Schema):
    """A kept VCF or BCF to be made ready for an import by bcftools."""

    step: Literal["normalise"]
    genotype_file_id: UUID
    options: NormaliseOptions = NormaliseOptions()


NewStep = Annotated[Prune | Impute | Normalise, Field(discriminator="step")]
PROGRAMS: dict[str, Name] = {"prune": "plink2", "impute": "beagle", "normalise": "bcftools"}


class StepFile(Schema):
    """A table or another file of a step."""

    name: str
    sha256: str
    n_bytes: int


class Step(Schema):
    """A step; its id is that of its job."""

    id: UUID
    farm_id: UUID
    step: str
    program: Name
    chip_id: int | None
    map_version: int | None
    source_file_id: UUID | None = Field(description="The kept file that it read, where it read no stored genotypes")
    panel_file_id: UUID | None = Field(description="The reference panel")
    panel_sha256: str | None = Field(description="Of the panel as it was read")
    genetic_map_sha256: str | None = Field(description="Of the genetic map as the program got it")
    options: dict[str, object]
    state: str = Field(description="Of its job")
    version: str | None = Field(description="Of the program, as it says itself")
    program_sha256: str | None = Field(description="Of the binary or jar that was run")
    arguments: list[list[str]] | None = Field(description="Of every run of the program, in their order")
    input_sha256: str | None = Field(description="Of the samples with the digests of their calls, or of the file")
    output_file_id: UUID | None = Field(description="The genotype file that came of it: import it, or evaluate with it")
    output_sha256: str | None
    report: dict[str, object] | None
    created_at: datetime
    finished_at: datetime | None


class StepWithFiles(Step):
    """A step with what it left beside genotypes."""

    files: list[StepFile]


class InstalledProgram(Schema):
    """A program on this machine."""

    program: Name
    version: str | None = Field(description="None where the path has no such program")
    sha256: str | None
    remedy: str | None = Field(description="How to get it where it is missing")


class UsedProgram(Schema):
    """A program as steps of the farm have used it."""

    program: Name
    version: str
    sha256: str
    n_steps: int
    first_used_at: datetime
    last_used_at: datetime


class UsedPanel(Schema):
    """A reference panel as steps of the farm have used it, with one version of the program."""

    sha256: str
    genotype_file_id: UUID | None = Field(description="The file that holds it; none where that was deleted")
    name: str | None
    program: Name
    version: str
    n_steps: int
    first_used_at: datetime
    last_used_at: datetime


class Programs(Schema):
    """Programs of others: on this machine, and used by the farm; with the reference panels of those runs."""

    installed: list[InstalledProgram]
    used: list[UsedProgram]
    panels: list[UsedPanel]


class ProgramResult(Schema):
    """Something that stands on a step: the step itself, an import of its file, or an evaluation with what it made."""

    id: UUID
    kind: Literal["step", "import", "evaluation"]
    step_id: UUID
    program: Name
    version: str
    program_sha256: str
    panel_sha256: str | None = Field(description="Of the reference panel of the step, where it had one")
    created_at: datetime

"""What may be wrong with stored genotypes that a run takes."""

from collections.abc import Sequence

from bellwether.platform.problems import Conflict, RowError, Unprocessable

FIX = "Import genotypes by POST /api/v1/genetics/genotype-imports, or ask for genotypes `if_stored`"


class NothingStored(Unprocessable):
    """No sample of the farm counts on the chip."""

    code, title = "nothing_stored", "No animal of the farm has accepted genotypes"

    def __init__(self) -> None:
        message = "no animal of the farm has accepted genotypes on this chip"
        super().__init__(errors=[RowError(field="genotypes", code=self.code, message=message, fix=FIX)])


class WhichChip(Unprocessable):
    """Animals of the farm have genotypes of several chips."""

    code, title = "which_chip", "The farm's animals have genotypes of several chips: say which one"

    def __init__(self, chips: Sequence[int]) -> None:
        message = f"there are accepted genotypes of the chips {', '.join(map(str, chips))}"
        fix = "Name one of them as chip_id"
        super().__init__(errors=[RowError(field="chip_id", code=self.code, message=message, fix=fix)])


class GenotypesLost(Conflict):
    """Calls that a run was made of are no longer what they were, or no longer to be seen."""

    code, title = "genotypes_lost", "Genotypes that this run was made of are not to be seen any more"

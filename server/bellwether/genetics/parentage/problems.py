"""What is wrong with a parentage check."""

from collections.abc import Mapping
from uuid import UUID

from bellwether.platform.problems import NotFound, RowError, Unprocessable


class WithoutGenotypes(Unprocessable):
    """Some animals have no calls on the chip."""

    code, title = "without_genotypes", "Some animals have no genotypes on this chip that count"

    def __init__(self, animals: Mapping[str, UUID]) -> None:
        fix = "leave them out, or import their genotypes"
        errors = [
            RowError(field=field, code=self.code, message=f"{animal} has no genotypes on this chip", fix=fix)
            for field, animal in animals.items()
        ]
        super().__init__(errors[0].message, errors=errors)


class NoOffspring(NotFound):
    """Nobody is genotyped."""

    code, title = "nobody_genotyped", "No animal of the farm has genotypes on this chip that count"


class NoAutosomes(Unprocessable):
    """The map has no markers to compare parents by."""

    code, title = "no_autosomal_markers", "The map of the chip has no autosomal markers"

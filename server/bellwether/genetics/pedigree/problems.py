"""What is wrong with a question about relatives."""

from collections.abc import Mapping
from uuid import UUID

from bellwether.platform.problems import NotFound, RowError, Unprocessable


class NoSuchAnimal(NotFound):
    """An animal is unknown, or another farm's."""

    code, title = "no_such_animal", "There is no such animal, or it is not yours to see"

    def __init__(self, wrong: Mapping[str, UUID] | None = None) -> None:
        fix = "use ids of animals of your farms, as GET /api/v1/farm/animals gives them"
        errors = [
            RowError(field=field, code=self.code, message=f"{animal} is unknown, or not yours to see", fix=fix)
            for field, animal in (wrong or {}).items()
        ]
        super().__init__(self.title, errors=errors)


class NoSuchFlock(NotFound):
    """The flock is unknown, or another farm's."""

    code, title = "no_such_flock", "There is no such flock, or it is not yours to see"


class NoSuchCohort(NotFound):
    """The flock has no animals of this kind."""

    code, title = "empty_cohort", "The flock has no animals of its own that were born in these years"


class PedigreeTooLarge(Unprocessable):
    """More ancestors than are followed while somebody waits."""

    code, title = "pedigree_too_large", "These animals have too many ancestors to be answered at once"

    def __init__(self, most: int) -> None:
        message = f"together they have more than {most:,} ancestors"
        fix = "ask for fewer animals, or analyse the flock: POST /api/v1/genetics/pedigree-analyses"
        super().__init__(message, errors=[RowError(field="animal_ids", code=self.code, message=message, fix=fix)])


class BrokenPedigree(Unprocessable):
    """The pedigree contradicts itself."""

    code, title = "broken_pedigree", "The pedigree of these animals contradicts itself"

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message, errors=[RowError(field="pedigree", code=self.code, message=message, fix=fix)])

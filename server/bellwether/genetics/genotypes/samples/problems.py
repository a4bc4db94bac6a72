"""What may be wrong with a sample or a share."""

from bellwether.platform.problems import Conflict, NotFound, RowError, Unprocessable


class NoSuchSample(NotFound):
    """The sample is unknown, or another farm's."""

    code, title = "no_such_sample", "There is no such sample, or it is not yours to see"


class NoSuchShare(NotFound):
    """The animal is not shared with that farm."""

    code, title = "no_such_share", "The genotypes of this animal are not shared with that farm"


class AnotherCounts(Conflict):
    """A later version of the sample counts."""

    code, title = "another_counts", "Other calls of this sample on this chip count already: correct them by an import"


class NoSuchAnimal(Unprocessable):
    """The animal is not of the farm."""

    code, title = "no_such_animal", "The farm has no such animal"

    def __init__(self, field: str) -> None:
        fix = "Name an animal of the farm by its id"
        row = RowError(field=field, code="unknown_animal", message="The farm has no such animal", fix=fix)
        super().__init__(errors=[row])

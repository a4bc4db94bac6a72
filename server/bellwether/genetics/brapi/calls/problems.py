"""What may be wrong with a question about calls."""

from bellwether.platform.problems import RowError, Unprocessable


class SeveralVariantSets(Unprocessable):
    """A matrix of two chips."""

    code = "several_variant_sets"
    title = "The calls are of several chips, and a matrix is of one: name it with variantSetDbId"

    def __init__(self, chips: list[int]) -> None:
        message = f"These are possible: {', '.join(map(str, chips))}"
        fault = RowError(field="variantSetDbIds", code=self.code, message=message, fix="Name one of them")
        super().__init__(self.title, errors=[fault])


class WrongPositionRange(Unprocessable):
    """A stretch that is none."""

    code, title = "wrong_position_range", "A range is `<chromosome>:<start>-<end>`, in base pairs from 1"

    def __init__(self, text: str) -> None:
        message = f"{text[:60]!r} is no range of positions"
        fault = RowError(field="positionRanges", code=self.code, message=message, fix="Write it as 2:1000-2000")
        super().__init__(self.title, errors=[fault])

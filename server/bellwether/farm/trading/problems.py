"""What may be wrong with a consignment."""

from bellwether.platform.problems import Conflict, Unprocessable


class ConsignmentExists(Conflict):
    """The id or the number is taken."""

    code, title = (
        "consignment_exists",
        "The farm has a consignment of this number, or the id is taken",
    )


class ConsignmentNamed(Conflict):
    """Its stock is found by the number that the events of it name."""

    code, title = (
        "consignment_named",
        "Events name this consignment by its number: correct those first, for under another one its stock is not found",
    )


class WeightMissing(Unprocessable):
    """A price by the kilogram, and no weight."""

    code, title = "weight_missing", "A price by the kilogram needs weight_kg, the weight of the whole consignment"


class LayoutOfOtherLength(Unprocessable):
    """A file of the authority has as many columns as it has."""

    code, title = "layout_of_other_length", "The file has another number of columns: send one for each of them"

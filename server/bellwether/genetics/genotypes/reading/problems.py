"""What may be wrong with a question for genotypes."""

from bellwether.platform.problems import NotFound, Unprocessable


class NotGenotyped(NotFound):
    """The animal has no accepted genotypes that the user may see."""

    code, title = "not_genotyped", "The animal has no genotypes, or they are not yours to see"


class SeveralChips(Unprocessable):
    """The animal has genotypes of several chips."""

    code, title = "several_chips", "The animal has genotypes of several chips: name one by chip_id"


class LongStretch(Unprocessable):
    """The stretch holds more markers than one answer gives."""

    code, title = (
        "long_stretch",
        "The stretch holds more than 5,000 markers: ask for a shorter one, or have a file written",
    )

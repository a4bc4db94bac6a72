"""What may be wrong with a genotype file."""

from bellwether.platform.problems import Conflict, NotFound, RowError, Unprocessable


class NoSuchGenotypes(NotFound):
    """The file is unknown, or another farm's."""

    code, title = "no_such_genotypes", "There is no such genotype file, or it is not yours to see"


class TooManyFiles(Conflict):
    """The farm keeps as many as it may."""

    code, title = "too_many_genotype_files", "The farm keeps as many genotype files as it may: delete one first"


class UnusableGenotypes(Unprocessable):
    """The file cannot be read as genotypes."""

    code, title = "unusable_genotypes", "The file cannot be read as genotypes"


class TooCostlyGenotypes(UnusableGenotypes):
    """Reading it takes more than one file may take."""

    code, title = (
        "genotypes_too_costly",
        "Reading the file takes too much time or memory: send fewer animals or markers",
    )


def unknown_kind(name: str, endings: tuple[str, ...]) -> UnusableGenotypes:
    """A file whose name does not tell what it is."""
    fix = f"Name it by its kind: {', '.join(endings)}"
    message = f"{name[:60]!r} does not end as a genotype file does"
    return UnusableGenotypes(message, errors=[RowError(field="file", code="unknown_kind", message=message, fix=fix)])

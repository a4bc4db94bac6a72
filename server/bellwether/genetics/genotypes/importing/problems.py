"""What may be wrong with an import of genotypes."""

from bellwether.platform.problems import Conflict, NotFound, Unprocessable


class NoSuchImport(NotFound):
    """The import is unknown, or another farm's."""

    code, title = "no_such_import", "There is no such import, or it is not yours to see"


class GenotypesRefused(Unprocessable):
    """The file is not taken, and nothing of it."""

    code, title = "genotypes_refused", "The file was not taken: nothing of it was kept"


class GenotypesChanged(Conflict):
    """Another import took samples of the same names meanwhile."""

    code, title = "genotypes_changed", "Another import took some of these samples meanwhile: import the file again"

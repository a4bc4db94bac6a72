"""What may be wrong with an animal."""

from bellwether.platform.problems import Conflict, RowError, Unprocessable
from bellwether.sheep.findings import Finding


class AnimalRejected(Unprocessable):
    """The animal breaks a rule of identifiers or pedigree; the findings say which."""

    code, title = "animal_rejected", "The animal breaks a rule"

    def __init__(self, findings: list[Finding]) -> None:
        errors = [RowError(field=f.field, code=f.code, message=f.message, fix=f.fix) for f in findings]
        super().__init__(findings[0].message, errors=errors)


class AnimalExists(Conflict):
    """The id is taken."""

    code, title = "animal_exists", "An animal with this id exists: send a new id, or none"


class DuplicateIdentifier(Conflict):
    """Another animal has this identifier now."""

    code, title = (
        "duplicate_identifier",
        "Another animal of the farm has one of these identifiers: correct it, or close it there",
    )


class DnaClaimStands(Conflict):
    """Weaker evidence does not replace a DNA result."""

    code, title = "dna_claim_stands", "The accepted parent was found by DNA: only another DNA result replaces it"

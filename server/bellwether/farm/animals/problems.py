"""What may be wrong with an animal."""

from uuid import UUID

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

    code, title = "duplicate_identifier", "Another animal of the farm has one of these identifiers"

    def __init__(self, value: str = "", whose: str = "", animal_id: UUID | None = None) -> None:
        message = f"{value} is {whose}, animal {animal_id}" if value else self.title
        fix = "correct the identifier, or change that animal; the year of birth tells apart two of one visual tag"
        super().__init__(message, errors=[RowError(field="identifiers", code=self.code, message=message, fix=fix)])


class WeakerEvidence(Conflict):
    """The accepted parent stands on stronger evidence."""

    code, title = "weaker_evidence", "The accepted parent stands on stronger evidence"

    def __init__(self, stands: str, method: str, claimed: str) -> None:
        message = f"the accepted parent {stands} is {method}, this claim is {claimed}"
        fix = "send the same claim with replace=true if it is right all the same"
        super().__init__(message, errors=[RowError(field="method", code=self.code, message=message, fix=fix)])


class DnaClaimStands(Conflict):
    """Weaker evidence does not replace a DNA result."""

    code, title = (
        "dna_claim_stands",
        "The accepted parent was found by DNA: another DNA result replaces it, or a claim sent with replace=true",
    )

"""Files that are recognised by what they hold, so that none is taken for another."""

import re
from collections.abc import Sequence

from bellwether.sheep import traits
from bellwether.sheep.missing import words
from bellwether.sheep.reading.headers import normal

BREEDING_VALUES, MOVEMENTS, GENOTYPES, TREATMENTS = (
    "breeding values of an evaluation",
    "movements of animals",
    "a report of genotypes",
    "treatments of animals",
)
OF_VALUES = re.compile(r".*(?:G?EBV|ASBV|G?EPD|BREEDINGVALUE|ZUCHTWERT|FBV|RBV|VALEURGENETIQUE)S?.*")
OF_CERTAINTY = re.compile(r"ACC(.+)|(.*?)(?:ACC|ACCURACY|RELIABILITY|REL|RELIAB|SICHERHEIT|PRECISION|PERCENTILE|BAND)")
OF_INDEXES = re.compile(r"\w{0,20}INDEX\d*|TCP|MCP|SRC|LEQ|EQ|(?:TERMINAL|MATERNAL)CARCASEPRODUCTION")
"""What breeding values are added up to; nobody measures it."""
OF_MOVEMENTS = words(
    "NVD NVDNUMBER CONSIGNMENT CONSIGNMENTNUMBER MOVEMENTDATE TRANSFERDATE DATEOFMOVEMENT DATEOFTRANSFER PICFROM PICTO "
    "FROMPIC TOPIC SOURCEPIC DESTINATIONPIC FROMHOLDING TOHOLDING FROMCPH TOCPH CPHFROM CPHTO NAITFROM NAITTO "
    "DESTINATION DEPARTUREHOLDING DEPARTURECPH DESTINATIONCPH DESTINATIONHOLDING MOVEDTO MOVEDFROM TRANSFERTYPE "
    "MOVEMENTTYPE ZUGANG ABGANG BEWEGUNG"
)
OF_GENOTYPES = words(
    "SNPNAME SNP MARKER ALLELE1 ALLELE2 ALLELE1AB ALLELE2AB ALLELE1TOP ALLELE2TOP ALLELE1FORWARD ALLELE2FORWARD "
    "GCSCORE GTSCORE LOGRRATIO BALLELEFREQ CHROM POS REF ALT GENOTYPE"
)
OF_TREATMENTS = words("PRODUCT DOSE DOSERATE WHP ESI WITHHOLDINGPERIOD BATCHNUMBER DRENCH VACCINE TREATMENT")

OF_ENDS = words(
    "STATUS FATE DATEOFDEATH DEATHDATE DEATH DIED DEAD DIEDON DISPOSAL DISPOSALDATE DATEDISPOSED SOLD SOLDON SOLDDATE "
    "DATESOLD SALEDATE CULLED CULLDATE REMOVED EXITDATE LEFT LEFTON ABGANGSDATUM TODESDATUM VERKAUFT DATEDEMORT"
)


def ends_unread(headers: Sequence[str]) -> list[str]:
    """What would be told, where columns that nobody reads may say of animals that they are dead or gone."""
    found = [header for header in headers if normal(header) in OF_ENDS]
    if not found:
        return []
    return [f"a list does not say who died or left: all come in as alive, whatever {', '.join(found)} says"]


def other_kind(headers: Sequence[str], lines: Sequence[str] = ()) -> str | None:
    """What a file is that is no list of animals or weights, by its headers; None when nothing says so."""
    names = {normal(header) for header in headers if header}
    first = next((line for line in lines if line.strip()), "")
    if (
        first.startswith("##fileformat=VCF")
        or first.strip(' ",;').lower() == "[header]"
        or len(names & OF_GENOTYPES) > 1
    ):
        return GENOTYPES
    if is_of_values(names):
        return BREEDING_VALUES
    if names & OF_MOVEMENTS or {"FROM", "TO"} <= names:
        return MOVEMENTS
    return TREATMENTS if len(names & OF_TREATMENTS) > 1 else None


def is_of_values(names: set[str]) -> bool:
    """Columns of breeding values, of the accuracy of a trait, or of an index beside a trait of a stage."""
    if "RUNNAME" in names or any(OF_VALUES.fullmatch(name) for name in names):
        return True
    if any(OF_INDEXES.fullmatch(name) for name in names) and any(map(is_of_stage, names)):
        return True
    bases = [match[1] or match[2] for name in names if (match := OF_CERTAINTY.fullmatch(name))]
    return any(base == "" or traits.named(base) is not None for base in bases)


def is_of_stage(name: str) -> bool:
    """A trait as evaluations name it, with its stage."""
    trait = traits.named(name)
    return trait is not None and trait.stage != "-"

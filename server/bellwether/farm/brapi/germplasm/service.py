"""Animals as germplasm."""

from bellwether.farm.brapi.germplasm import repository
from bellwether.farm.brapi.germplasm.asked import GermplasmSearch
from bellwether.farm.brapi.germplasm.models import AnimalRow
from bellwether.farm.brapi.germplasm.schemas import Germplasm, Synonym, TaxonId
from bellwether.platform.brapi.filters import URN, id_of
from bellwether.platform.brapi.wire import ExternalReference, Listed, as_texts, listed
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound


async def page(session: Session, wanted: GermplasmSearch) -> Listed[Germplasm]:
    """A page of what is wanted."""
    rows, total = await repository.found(session, wanted)
    return listed([germplasm(row) for row in rows], total, wanted)


async def get(session: Session, text: str) -> Germplasm:
    """One animal.

    Raises:
        NotFound: none that the user can see.
    """
    animal_id = id_of(text)
    row = None if animal_id is None else await repository.one(session, animal_id)
    if row is None:
        raise NotFound
    return germplasm(row)


def germplasm(row: AnimalRow) -> Germplasm:
    """An animal in the words of the standard; for the rest there is additionalInfo."""
    known = list(zip(row.schemes, row.numbers, strict=True))
    return Germplasm(
        germplasm_db_id=str(row.id),
        germplasm_name=row.name,
        germplasm_pui=f"{URN}{row.id}",
        default_display_name=row.name,
        taxon_ids=[TaxonId(source_name="NCBI", taxon_id="9940")],
        institute_name=row.farm,
        pedigree=f"{row.dam or ''}/{row.sire or ''}" if row.dam or row.sire else None,
        synonyms=[Synonym(synonym=value, type=scheme) for scheme, value in known],
        external_references=[ExternalReference(reference_id=value, reference_source=scheme) for scheme, value in known],
        additional_info=as_texts(
            {
                "farmId": row.farm_id,
                "flockId": row.flock_id,
                "flock": row.flock,
                "breedCode": row.breed,
                "sex": row.sex,
                "fertility": row.fertility,
                "birthDate": row.birth_date,
                "birthDateConfidence": row.birth_date_confidence,
                "birthType": row.birth_type,
                "rearType": row.rear_type,
                "drop": row.drop_year,
                "referenceOnly": row.reference_only,
                "fate": row.fate,
                "fateDate": row.fate_on,
            }
        ),
    )

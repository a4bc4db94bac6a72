"""Use-cases of single genes."""

from itertools import groupby
from uuid import UUID

from bellwether.genetics.access import may_read_genotypes, may_write
from bellwether.genetics.genotypes.genes import repository
from bellwether.genetics.genotypes.genes.models import CountRow, ResultRow
from bellwether.genetics.genotypes.genes.problems import ResultsRefused
from bellwether.genetics.genotypes.genes.schemas import (
    AlleleFrequency,
    Gene,
    GeneSummary,
    GenotypeCount,
    NewResult,
    NewResults,
    Result,
    Results,
)
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import RowError
from bellwether.sheep.genes import GENES, GenotypeUnknown, meaning, read_genotype

Key = tuple[UUID, str]


def genes() -> list[Gene]:
    """All that are known."""
    return [Gene.model_validate(gene) for gene in GENES.values()]


async def add(session: Session, context: Context, new: NewResults) -> Results:
    """Keep results of a farm: all, or none. What is known already is counted and not kept twice.

    Raises:
        NotFound, ReadOnlyMember, ResultsRefused
    """
    await may_write(session, new.farm_id)
    await repository.hold(session, new.farm_id)
    animals = list({result.animal_id for result in new.results})
    known = await repository.known_animals(session, new.farm_id, animals)
    before = await repository.current(session, animals)
    errors: list[RowError] = []
    fresh: dict[Key, tuple[object, ...]] = {}
    said: dict[Key, tuple[str, str]] = {key: (row.first_allele, row.second_allele) for key, row in before.items()}
    superseded: list[UUID] = []
    n_known = 0
    for row, result in enumerate(new.results, 1):
        found = judged(row, result, known)
        if isinstance(found, RowError):
            errors.append(found)
            continue
        key = (result.animal_id, result.gene)
        if said.get(key) == found:
            n_known += 1
            continue
        if key in said and (key in fresh or new.existing == "refuse"):
            errors.append(contradiction(row, result, said[key]))
            continue
        if key in before:
            superseded.append(before[key].id)
        said[key] = found
        what = meaning(GENES[result.gene], found)
        fresh[key] = (new_id(), result.animal_id, result.gene, *found, what, result.tested_on, result.laboratory)
    if errors:
        raise ResultsRefused(errors[0].message, errors=errors)
    await repository.supersede(session, superseded)
    await repository.add(session, new.farm_id, context.user_id, list(fresh.values()))
    kept = await repository.of_ids(session, [UUID(str(values[0])) for values in fresh.values()])
    return Results(items=[shown(each) for each in kept], known=n_known)


def judged(row: int, result: NewResult, known: set[UUID]) -> tuple[str, str] | RowError:
    """Both alleles, or what is wrong with a row."""
    if result.animal_id not in known:
        message, fix = "the farm has no such animal", "Name an animal of the farm by its id"
        return RowError(row=row, field="animal_id", code="unknown_animal", message=message, fix=fix)
    gene = GENES.get(result.gene)
    if gene is None:
        message, fix = f"{result.gene!r} is no gene that is known here", f"Take one of {', '.join(GENES)}"
        return RowError(row=row, field="gene", code="not_one_of", message=message, fix=fix)
    try:
        return read_genotype(gene, result.genotype)
    except GenotypeUnknown as error:
        fix = f"Write two alleles with a stroke between them, as {gene.alleles[0]}/{gene.alleles[-1]}"
        return RowError(row=row, field="genotype", code="unknown_genotype", message=str(error), fix=fix)


def contradiction(row: int, result: NewResult, there: tuple[str, str]) -> RowError:
    """Another result than the one that counts."""
    message = f"{result.gene} of this animal is known as {'/'.join(there)}"
    fix = "Set existing to correct if the new result is the right one"
    return RowError(row=row, field="genotype", code="contradicts_result", message=message, fix=fix)


async def page(
    session: Session, farm_id: UUID, asked: dict[str, object], cursor: str | None, limit: int
) -> Page[Result]:
    """Results of a farm."""
    values = {"farm": farm_id, "after": id_after(cursor), "limit": limit + 1}
    rows = await repository.page(session, values | asked)
    return Page(items=[shown(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def summary(session: Session, farm_id: UUID) -> list[GeneSummary]:
    """Genotypes and frequencies of each gene in the tested animals.

    Raises:
        NotFound
    """
    await may_read_genotypes(session, farm_id)
    rows = await repository.counts(session, farm_id)
    return [of_gene(gene, list(part)) for gene, part in groupby(rows, lambda row: row.gene)]


def of_gene(gene: str, rows: list[CountRow]) -> GeneSummary:
    """One gene."""
    n = sum(row.n for row in rows)
    alleles = dict.fromkeys(GENES[gene].alleles, 0)
    for row in rows:
        alleles[row.first_allele] += row.n
        alleles[row.second_allele] += row.n
    return GeneSummary(
        gene=gene,
        animals=n,
        genotypes=[
            GenotypeCount(genotype=f"{row.first_allele}/{row.second_allele}", meaning=row.meaning, animals=row.n)
            for row in rows
        ],
        alleles=[AlleleFrequency(allele=name, frequency=count / (2 * n)) for name, count in alleles.items()],
    )


def shown(row: ResultRow) -> Result:
    """As it crosses the wire."""
    fields = {name: getattr(row, name) for name in Result.model_fields if name != "genotype"}
    return Result.model_validate({**fields, "genotype": f"{row.first_allele}/{row.second_allele}"})

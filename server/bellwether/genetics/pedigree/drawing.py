"""A pedigree as nodes and edges."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from bellwether.genetics.pedigree.lineage import Lineage
from bellwether.genetics.pedigree.repository import Animal
from bellwether.genetics.pedigree.schemas import Drawing, Edge, Node, Role

SIDES: tuple[Role, Role] = ("sire", "dam")


def drawn(
    animal_id: UUID, ancestors: Sequence[Animal], below: Sequence[Sequence[Animal]], up: int, is_complete: bool
) -> Drawing:
    """An animal with `up` generations of its ancestors and all that stand in `below`.

    Raises:
        BrokenPedigree
    """
    lineage = Lineage.of(ancestors)
    seen = {animal.id: animal for animal in ancestors}
    generation = {animal_id: 0}
    level = [animal_id]
    for back in range(1, up + 1):
        parents = [parent for key in level for _, parent in parents_of(seen.get(key))]
        level = [key for key in dict.fromkeys(parents) if key not in generation]
        generation.update(dict.fromkeys(level, -back))
    for forward, animals in enumerate(below, 1):
        for animal in animals:
            seen[animal.id] = animal
            generation.setdefault(animal.id, forward)
    f = lineage.inbreeding
    nodes = [
        node(key, level, seen.get(key), float(f[lineage.at[key]]) if key in lineage.at and key in seen else None)
        for key, level in sorted(generation.items(), key=lambda found: (found[1], found[0]))
    ]
    drawable = (seen[key] for key in generation if key in seen)
    return Drawing(animal_id=animal_id, nodes=nodes, edges=list(edges(drawable, generation)), is_complete=is_complete)


def parents_of(animal: Animal | None) -> list[tuple[Role, UUID]]:
    """Known parents."""
    if animal is None:
        return []
    return [(role, key) for role, key in zip(SIDES, (animal.sire_id, animal.dam_id), strict=True) if key is not None]


def edges(animals: Iterable[Animal], drawn_ids: Iterable[UUID]) -> Iterable[Edge]:
    """Between animals that are both drawn."""
    known = set(drawn_ids)
    for animal in animals:
        for role, parent in parents_of(animal):
            if parent in known:
                yield Edge(parent_id=parent, child_id=animal.id, role=role)


def node(key: UUID, generation: int, animal: Animal | None, inbreeding: float | None) -> Node:
    """An animal; of one that is not seen its id alone."""
    return Node(
        id=key,
        generation=generation,
        is_seen=animal is not None,
        tag=animal and animal.tag,
        sex=animal and animal.sex,
        birth_date=animal and animal.birth_date,
        inbreeding=inbreeding,
    )

"""Rows of clients that send them whole: which fields they mean, in the words of a mutation."""

import json
from collections.abc import Mapping
from uuid import UUID

from bellwether.farm.collections.collection import Collection
from bellwether.farm.sync.problems import BadRow, NotEditable, ReadOnlyCollection
from bellwether.farm.sync.schemas import Mutation
from bellwether.platform.http.pagination import LARGEST
from bellwether.platform.http.strict.rows import Row, fault_of_text
from bellwether.platform.http.strict.text import harmless
from bellwether.platform.ids import new_id

OWN = {"id", "rev"}
"""Fields that a client holds and nobody writes."""


def row_id(sent: object) -> UUID:
    """Of a row.

    Raises:
        BadRow
    """
    try:
        return UUID(str(sent))
    except ValueError as error:
        text = f"{harmless(str(sent)[:40])} is no UUID"
        raise BadRow("id", text, "let the client make ids of UUIDs of version 7") from error


def plain(collection: Collection, sent: Row) -> Row:
    """Without what the client keeps for itself; nested fields as the values that they are.

    Raises:
        BadRow
    """
    if (fault := fault_of_text(sent)) is not None:
        raise BadRow(fault.field or "id", fault.message, fault.fix)
    found = {name: value for name, value in sent.items() if not name.startswith("_") and name not in OWN}
    for name in collection.nested & found.keys():
        value = found[name]
        if isinstance(value, str):
            try:
                found[name] = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise BadRow(name, f"{name} is no JSON", "send the JSON text of an object") from error
    return found


def written(collection: Collection, sent: Row, stored: Mapping[str, object] | None) -> Row:
    """The fields of a whole row that a device may write; the others must be empty, or as they are stored.

    Raises:
        BadRow, NotEditable, ReadOnlyCollection
    """
    rules = collection.written
    if rules is None:
        raise ReadOnlyCollection
    found = plain(collection, sent)
    takes, known = rules.taken(is_new=stored is None), stored or {}
    follows = {name for name in found if name in collection.fields and name not in takes}
    if strange := sorted(name for name in follows if found[name] and found[name] != known.get(name)):
        raise NotEditable(strange, takes)
    return {name: value for name, value in found.items() if name not in follows}


def mutation(collection: Collection, key: UUID, doc: Row | None, base: int | None) -> Mutation:
    """The row as a mutation of this moment; clients of these faces send again without ids of mutations.

    Raises:
        BadRow: no row has such a rev.
    """
    if base is not None and not 0 <= base < LARGEST:
        raise BadRow("rev", f"{base} is no rev of a row", "send the row as it was pulled")
    return Mutation(
        mutation_id=new_id(),
        collection=collection.name,
        id=key,
        op="delete" if doc is None else "upsert",
        base_rev=base,
        doc=doc,
    )

"""Every collection, by its name. A new room adds a line, and `farm.number_changes` of its table in a migration.

In their order a row stands after those that it refers to.
"""

from bellwether.farm.collections import attachments, conflicts, groups, herd, log, people, places, traits, work
from bellwether.farm.collections.collection import Collection

ALL: tuple[Collection, ...] = (
    *people.COLLECTIONS,
    *places.COLLECTIONS,
    *groups.COLLECTIONS,
    *traits.COLLECTIONS,
    *herd.COLLECTIONS,
    *work.COLLECTIONS,
    *log.COLLECTIONS,
    *attachments.COLLECTIONS,
    *conflicts.COLLECTIONS,
)
COLLECTIONS: dict[str, Collection] = {collection.name: collection for collection in ALL}

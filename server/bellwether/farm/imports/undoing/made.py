"""What imports have made."""

SINCE = "seq >= (select min(first_seq) from farm.import_batch where farm_id = $1 and id = any($2::uuid[]))"


def of_imports(relation: str) -> str:
    """The condition on the rows of a table that one of the imports `$2` of the farm `$1` has made.

    Measurements are looked for among all that the farm has written since: they have no index by their imports.
    """
    return "farm_id = $1 and import_id = any($2::uuid[])" + (f" and {SINCE}" if relation == "observation" else "")

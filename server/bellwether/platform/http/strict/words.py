"""What is wrong with a request, as rows of a problem document; the words stand in `value_words.py`."""

from bellwether.platform.problems import RowError
from bellwether.value_words import Finding, Words, words_of

__all__ = ["Finding", "named", "told"]

#: findings of one request; a body of a megabyte may have a hundred thousand, and each costs a look at all known names
MOST_TOLD = 50
#: where a value was sent is no part of its field's name
PLACES = ("body", "query", "path", "header", "cookie")


def told(finding: Finding) -> RowError:
    """One finding as a row of a problem document."""
    field = named(finding["loc"])
    row = next((part for part in finding["loc"] if isinstance(part, int)), None)
    words = words_of(finding, field or "the body")
    if finding["type"] == "missing" and finding["loc"][:1] == ("query",):
        words = Words("missing_parameter", f"the parameter {field} is missing", f"Add ?{field}=")
    return RowError(row=row, field=field, code=words.code, message=words.message, fix=words.fix)


def named(loc: tuple[int | str, ...]) -> str | None:
    """The field's path: `weights.0.weight`. Branches that Pydantic tried of a choice are no part of it."""
    parts = [str(part) for part in (loc[1:] if loc and loc[0] in PLACES else loc)]
    return ".".join(part for part in parts if part.isidentifier() or part.isdigit() or "-" in part) or None

"""What is wrong with a value, in our words: one table from Pydantic's kinds of error to code, message and fix.

Requests and model files are told alike, and the Bun services say the same of the same fault
(`users/platform/http/words.ts`): `contracts/cases/faults.json` holds both to it.
"""

from typing import NamedTuple, TypedDict


class _Context(TypedDict, total=False):
    ctx: dict[str, object]


class Finding(_Context):
    """What we read of one finding of Pydantic."""

    type: str
    loc: tuple[int | str, ...]


class Words(NamedTuple):
    """What we say; `{field}` and the finding's own limits are filled in."""

    code: str
    message: str
    fix: str


def of_kind(what: str, fix: str) -> Words:
    """A value of another kind than asked for."""
    return Words("wrong_type", f"{{field}} must be {what}", fix)


OBJECT = of_kind("an object", 'Send an object: {{"name": value, ...}}')
LIST = of_kind("a list", "Send a list: [value, ...]")
TEXT = of_kind("text", "Send it in quotes")
BOOLEAN = of_kind("true or false", "Send true or false, without quotes")
WHOLE = of_kind("a whole number", "Send digits alone, for example 3: no quotes, no decimal point")
NUMBER = of_kind("a number", "Send a number without quotes, for example 31.5")
DATE = of_kind("a date written YYYY-MM-DD", 'Send a day that exists, for example "2024-08-03"')
TIME = of_kind("a time written HH:MM or HH:MM:SS", 'Send for example "14:05"')
MOMENT = of_kind("a date and time with its zone", 'Send for example "2024-08-03T14:05:00Z"')
LENGTH_OF_TIME = of_kind("a length of time as in ISO 8601", 'Send for example "PT30M"')
UUID = of_kind("a UUID", 'Send an id as it was given out, for example "0198c0de-0000-7000-8000-000000000001"')
ADDRESS = of_kind("an address on the web", 'Send for example "https://example.org/"')
ONE_OF = Words("not_one_of", "{field} must be {expected}", "Send one of these, spelled like this")
MISSING = Words("missing_field", "{field} is missing", "Add {field}")
NUL_ONLY = Words("wrong_type", "{field} must be null", "Send null, or leave it out")
AT_LEAST = Words("too_small", "{field} must be {ge} or more", "Send {ge} or more")
AT_MOST = Words("too_large", "{field} must be {le} or less", "Send {le} or less")
DIGITS = Words("too_large", "{field} has more digits than are kept", "Send fewer digits")
RULE = Words("invalid_value", "{field} {error}", "Send a value that keeps this rule")

WORDS: dict[str, Words] = {
    "missing": MISSING,
    "extra_forbidden": Words("unknown_field", "{field} is not known here", "Leave {field} out, or check its spelling"),
    "invalid_key": of_kind("an object with names of text", "Send names in quotes"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dataclass_type", "dict_type", "mapping_type"), OBJECT),
    **dict.fromkeys(("frozen_dict_type", "ordered_dict_type", "counter_type", "named_tuple_type"), OBJECT),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type", "deque_type", "iterable_type"), LIST),
    **dict.fromkeys(("string_type", "string_unicode", "bytes_type"), TEXT),
    **dict.fromkeys(("bool_type", "bool_parsing"), BOOLEAN),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), WHOLE),
    "int_parsing_size": DIGITS,
    **dict.fromkeys(("float_type", "float_parsing", "decimal_type", "decimal_parsing"), NUMBER),
    **dict.fromkeys(("fraction_type", "fraction_parsing", "complex_type", "complex_str_parsing"), NUMBER),
    "finite_number": Words("not_finite", "{field} must be a finite number", "Send a number that a computer can hold"),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), DATE),
    **dict.fromkeys(("time_type", "time_parsing"), TIME),
    **dict.fromkeys(("datetime_type", "datetime_parsing", "datetime_from_date_parsing"), MOMENT),
    **dict.fromkeys(("datetime_object_invalid", "timezone_aware", "timezone_offset"), MOMENT),
    "timezone_naive": of_kind("a time without a zone", 'Send for example "2024-08-03T14:05:00"'),
    **dict.fromkeys(("time_delta_type", "time_delta_parsing"), LENGTH_OF_TIME),
    **dict.fromkeys(
        ("date_past", "datetime_past"), Words("too_large", "{field} must lie in the past", "Send a past day")
    ),
    **dict.fromkeys(
        ("date_future", "datetime_future"), Words("too_small", "{field} must lie ahead", "Send a day to come")
    ),
    **dict.fromkeys(("uuid_type", "uuid_parsing", "uuid_version"), UUID),
    **dict.fromkeys(("url_type", "url_parsing", "url_syntax_violation", "url_scheme"), ADDRESS),
    "url_too_long": Words("too_long", "{field} has more than {max_length} characters", "Send a shorter one"),
    **dict.fromkeys(("enum", "literal_error", "union_tag_invalid"), ONE_OF),
    "union_tag_not_found": MISSING,
    "none_required": NUL_ONLY,
    "greater_than": Words("too_small", "{field} must be more than {gt}", "Send more than {gt}"),
    "greater_than_equal": AT_LEAST,
    "less_than": Words("too_large", "{field} must be less than {lt}", "Send less than {lt}"),
    "less_than_equal": AT_MOST,
    "multiple_of": Words("wrong_step", "{field} must be a multiple of {multiple_of}", "Send such a number"),
    **dict.fromkeys(("decimal_max_digits", "decimal_max_places", "decimal_whole_digits"), DIGITS),
    "too_short": Words("too_short", "{field} must hold at least {min_length}", "Send at least {min_length}"),
    "too_long": Words("too_long", "{field} must hold at most {max_length}", "Send at most {max_length} at once"),
    **dict.fromkeys(
        ("string_too_short", "bytes_too_short"),
        Words("too_short", "{field} must have at least {min_length} characters", "Send a longer one"),
    ),
    **dict.fromkeys(
        ("string_too_long", "bytes_too_long"),
        Words("too_long", "{field} must have at most {max_length} characters", "Send a shorter one"),
    ),
    "string_pattern_mismatch": Words("wrong_form", "{field} must have the form {pattern}", "Write it in this form"),
    "string_not_ascii": Words("wrong_form", "{field} must have ASCII characters only", "Write it without others"),
    "bytes_invalid_encoding": Words("wrong_form", "{field} must be text in UTF-8", "Send it in UTF-8"),
    **dict.fromkeys(("value_error", "assertion_error"), RULE),
    "recursion_depth_exceeded": Words("too_deep", "{field} is nested too deeply", "Send it with fewer levels"),
}
#: kinds that nothing sent over the wire can have: they are about Python's objects and calls, or reading objects
# fmt: off
NEVER_SENT = frozenset((
    "no_such_attribute", "json_invalid", "json_type", "needs_python_object", "recursion_loop", "frozen_field",
    "frozen_instance", "get_attribute_error", "dataclass_exact_type", "default_factory_not_called", "iteration_error",
    "set_item_not_hashable", "missing_sentinel_error", "ellipsis_error", "is_instance_of", "is_subclass_of",
    "callable_type", "arguments_type", "missing_argument", "unexpected_keyword_argument",
    "missing_keyword_only_argument", "unexpected_positional_argument", "missing_positional_only_argument",
    "multiple_argument_values",
))
# fmt: on
BROKEN = Words("invalid_value", "{field} is not a value that is read here", "Look at the document of this address")


def words_of(finding: Finding, field: str) -> Words:
    """Code, message and fix of one finding about `field`."""
    words = WORDS.get(finding["type"], BROKEN)
    values = {"field": field, **limits(finding)}
    return Words(words.code, words.message.format(**values), words.fix.format(**values))


def limits(finding: Finding) -> dict[str, object]:
    """The limits that the finding names, as a reader writes them."""
    given = dict(finding.get("ctx", {}))
    if "expected_tags" in given:
        given["expected"] = given["expected_tags"]
    if "expected" in given:
        given["expected"] = str(given["expected"]).replace("'", "")
    return {"expected": "another", "error": "breaks a rule", **{name: shown(value) for name, value in given.items()}}


def shown(value: object) -> str:
    """A number without a tail of zeros; anything else as it is."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)

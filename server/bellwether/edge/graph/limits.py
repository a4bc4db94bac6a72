"""What a query may cost, known before any service is asked.

An object costs one; a list costs its length times what each element costs. Fragments are weighed once each, so that
weighing itself stays cheap.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLList,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
)
from strawberry.extensions import SchemaExtension

MAX_DEPTH = 12
MAX_COST = 10_000
MAX_FIRST = 200
MAX_DIGITS = 10
MAX_TOKENS = 1_000
MOST = {OperationDefinitionNode: 10, FragmentDefinitionNode: 20}
WORDS = {OperationDefinitionNode: "operations", FragmentDefinitionNode: "fragments"}
MOST_ALIKE = 20
EXPECTED_LENGTH = {
    "Weight": 20, "BreedingValue": 10, "PublishedValue": 50, "TrendPoint": 20, "TraitPart": 10, "PedigreeNode": 100,
    "PedigreeEdge": 200,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weighed:
    """Cost and depth of a part of a query."""

    cost: int = 0
    depth: int = 0

    def beside(self, other: "Weighed") -> "Weighed":
        """Cost and depth of both parts, side by side in one selection."""
        return Weighed(self.cost + other.cost, max(self.depth, other.depth))


class Scales:
    """Weighs the selections of one document."""

    def __init__(self, context: ValidationContext, variables: Mapping[str, object]) -> None:
        self.context, self.variables = context, variables
        self.fragments: dict[str, Weighed] = {}

    def operation(self, node: OperationDefinitionNode) -> Weighed:
        """A whole operation."""
        defaults = {
            item.variable.name.value: whole(item.default_value)
            for item in node.variable_definitions or ()
            if item.default_value is not None
        }
        self.variables = {**defaults, **self.variables}
        root = self.context.schema.get_root_type(node.operation)
        return self.selection(node.selection_set, root)

    def selection(self, selections: SelectionSetNode, parent: GraphQLObjectType | None) -> Weighed:
        """Cost and depth of all that a selection holds."""
        weighed = Weighed()
        for node in selections.selections:
            if isinstance(node, FieldNode):
                weighed = weighed.beside(self.field(node, parent))
            elif isinstance(node, InlineFragmentNode):
                weighed = weighed.beside(self.selection(node.selection_set, parent))
            elif isinstance(node, FragmentSpreadNode):
                weighed = weighed.beside(self.fragment(node.name.value))
        return weighed

    def fragment(self, name: str) -> Weighed:
        """A named fragment, once; one that contains itself is reported by another rule."""
        if name not in self.fragments:
            self.fragments[name] = Weighed()
            node = self.context.get_fragment(name)
            if node is not None:
                kind = self.context.schema.get_type(node.type_condition.name.value)
                parent = kind if isinstance(kind, GraphQLObjectType) else None
                self.fragments[name] = self.selection(node.selection_set, parent)
        return self.fragments[name]

    def field(self, node: FieldNode, parent: GraphQLObjectType | None) -> Weighed:
        """One field with what is under it; introspection has its own limit."""
        name = node.name.value
        definition = parent.fields.get(name) if parent else None
        if definition is None or node.selection_set is None or name.startswith("__"):
            return Weighed(0, 0 if name.startswith("__") else 1)
        kind = get_named_type(definition.type)
        inner = self.selection(node.selection_set, kind if isinstance(kind, GraphQLObjectType) else None)
        length = 1
        if "first" in definition.args:
            length = self.first(node, definition.args["first"].default_value)
        elif isinstance(get_nullable_type(definition.type), GraphQLList):
            length = EXPECTED_LENGTH.get(kind.name, 1)
        return Weighed(length * (1 + inner.cost), 1 + inner.depth)

    def first(self, node: FieldNode, default: object) -> int:
        """How long the caller lets a page be."""
        length = default
        for argument in node.arguments or ():
            if argument.name.value == "first":
                value = argument.value
                if isinstance(value, VariableNode):
                    length = self.variables.get(value.name.value, default)
                else:
                    length = whole(value)
        if not isinstance(length, int) or not 1 <= length <= MAX_FIRST:
            message = f"`first` must be a whole number from 1 to {MAX_FIRST}: take several pages with `after`"
            self.context.report_error(refusal("invalid_first", message, node))
            return 1
        return length


def whole(node: ValueNode) -> int | None:
    """A number that stands in the query; None for anything else, and for more digits than any page has."""
    return int(node.value) if isinstance(node, IntValueNode) and len(node.value) <= MAX_DIGITS else None


def refusal(code: str, message: str, node: Node) -> GraphQLError:
    """An error that names its code and status."""
    return GraphQLError(message, node, extensions={"code": code, "status": 422})


def rule_for(variables: Mapping[str, object]) -> type[ValidationRule]:
    """The rule of one request: lengths may come from its variables."""

    class WithinLimits(ValidationRule):
        def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
            weighed = Scales(self.context, variables).operation(node)
            if weighed.depth > MAX_DEPTH:
                message = f"The query is {weighed.depth} levels deep, {MAX_DEPTH} are allowed: ask in two queries"
                self.context.report_error(refusal("query_too_deep", message, node))
            if weighed.cost > MAX_COST:
                message = (
                    f"The query may read {weighed.cost:,} objects, {MAX_COST:,} are allowed: ask for fewer with `first`"
                )
                self.context.report_error(refusal("query_too_costly", message, node))

    return WithinLimits


def too_much(document: DocumentNode) -> GraphQLError | None:
    """What would cost the validation more than the query is long: it compares parts of a query in pairs."""
    counted = Counter(type(node) for node in document.definitions)
    for kind, most in MOST.items():
        if counted[kind] > most:
            return refusal("query_too_large", f"{counted[kind]} {WORDS[kind]}, {most} are allowed", document)
    left: list[SelectionSetNode] = [part for node in document.definitions if (part := selection_of(node))]
    while left:
        selections = left.pop().selections
        left += [part for node in selections if (part := selection_of(node))]
        names = Counter((node.alias or node.name).value for node in selections if isinstance(node, FieldNode))
        name, times = next(iter(names.most_common(1)), ("", 0))
        if times > MOST_ALIKE:
            message = f"{name[:100]} stands {times} times in one selection, {MOST_ALIKE} are allowed"
            return refusal("query_too_large", message, document)
    return None


def selection_of(node: Node) -> SelectionSetNode | None:
    """What stands in the braces of a part of a query."""
    return getattr(node, "selection_set", None)


class Limits(SchemaExtension):
    """Refuses what is too large before it is validated, and puts the rule of this request among the others."""

    def on_validate(self) -> Iterator[None]:
        """Before the validation."""
        asked = self.execution_context
        refused = too_much(asked.graphql_document) if asked.graphql_document else None
        if refused:
            asked.pre_execution_errors = [refused]
        asked.validation_rules = (*asked.validation_rules, rule_for(asked.variables or {}))
        yield


class Work(SchemaExtension):
    """Counts the processor seconds that reading and judging a query took; no other request runs meanwhile."""

    def on_parse(self) -> Iterator[None]:
        """Around the parser."""
        yield from self._counted()

    def on_validate(self) -> Iterator[None]:
        """Around the validation."""
        yield from self._counted()

    def _counted(self) -> Iterator[None]:
        began = time.thread_time()
        yield
        self.execution_context.context.work_s += time.thread_time() - began

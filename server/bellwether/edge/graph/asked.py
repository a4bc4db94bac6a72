"""What a request names beside its query: one operation, and variables that the operation declares.

The libraries run the first of several operations without a word, and leave unread what nobody declares.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    ValidationRule,
    VariableDefinitionNode,
    print_ast,
)
from strawberry.extensions import SchemaExtension

WORDS = {
    "ID": "an id in quotes",
    "Int": "a whole number",
    "Float": "a number",
    "Boolean": "true or false",
    "String": "text",
    "Date": "a day in quotes, YYYY-MM-DD",
}


def rule_for(name: str | None, variables: Mapping[str, object]) -> type[ValidationRule]:
    """The rule of one request."""

    class Asked(ValidationRule):
        def enter_document(self, node: DocumentNode, *_: object) -> None:
            operations = [each for each in node.definitions if isinstance(each, OperationDefinitionNode)]
            if len(operations) > 1 and name is None:
                self.context.report_error(GraphQLError("Which operation is meant? Say it in operationName", operations))
            for each in operations:
                if len(operations) == 1 or (each.name and each.name.value == name):
                    for error in unknown(each, variables):
                        self.context.report_error(error)

    return Asked


def unknown(operation: OperationDefinitionNode, variables: Mapping[str, object]) -> Iterator[GraphQLError]:
    """An error for each variable that the operation does not declare."""
    declared = sorted(each.variable.name.value for each in operation.variable_definitions or ())
    for name in variables:
        if name not in declared:
            near = get_close_matches(name, declared, n=1)
            known = f"it declares {', '.join(declared)}" if declared else "it declares none"
            fix = f"did you mean {near[0]}?" if near else known
            yield GraphQLError(f"The variable {name[:100]} is not declared by the operation: {fix}", operation)


def misfit(error: GraphQLError) -> str | None:
    """What a variable must be, when the error is about its value; the library would tell it as Python prints it."""
    node = error.nodes[0] if error.nodes else None
    if not isinstance(node, VariableDefinitionNode) or " invalid value" not in error.message:
        return None
    kind = print_ast(node.type)
    words = WORDS.get(kind.strip("!"), "as its type says")
    return f"The variable {node.variable.name.value} is of the type {kind}: send {words}"


class OneOperation(SchemaExtension):
    """Puts the rule of this request among the validation rules."""

    def on_validate(self) -> Iterator[None]:
        """Before the validation."""
        asked = self.execution_context
        # its property `operation_name` names the first operation where the request names none
        rule = rule_for(asked._provided_operation_name, asked.variables or {})
        asked.validation_rules = (*asked.validation_rules, rule)
        yield

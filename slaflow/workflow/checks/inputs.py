"""Whether an expression gives what a field or an input takes, as far as the file tells."""

from __future__ import annotations

from slaflow.errors import InvalidValue
from slaflow.workflow.compile.scopes import TYPES
from slaflow.workflow.expressions.cel import CompiledExpression
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.values import from_cel


def unfit(field: Field, expression: Expression, timezone: str, *, takes_unseen: bool = True) -> str | None:
    """Why *field* does not take what *expression* gives; None if it does, or only a lead can tell.

    *takes_unseen*: what nobody sees in an address is left for the moment it is given.
    ``null`` gives nothing, which only an input that is not required takes.
    """
    if not isinstance(expression, CompiledExpression):
        return None
    wanted, gives = TYPES[field.type], expression.result
    if gives == "null":
        return f"{field.name} is required, and null is nothing" if field.required else None
    if gives != wanted and not (gives == "int" and wanted == "double"):
        return f"{field.name} is {field.type}, and this gives {gives}"
    if expression.names:
        return None
    try:
        from_cel(field, expression.evaluate({}), timezone, takes_unseen=takes_unseen)
    except InvalidValue as error:
        return str(error)
    return None

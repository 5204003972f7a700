"""An expression back to text that reads as the same expression, with no more brackets than it takes."""

from __future__ import annotations

from foedus.language import expression as ast
from foedus.language.expression import Expression

OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(9)
LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "^": POWER}


def unparse(node: Expression) -> str:
    """The text of an expression or formula, names resolved or not."""
    return write(node, OR)


def write(node: Expression, level: int) -> str:
    """The text, in brackets if it binds less tightly than its place needs."""
    text, own = piece(node)
    return f"({text})" if own < level else text


def piece(node: Expression) -> tuple[str, int]:
    """The text of a node, and how tightly it binds."""
    match node:
        case ast.Number(value=value):
            return number(value), ATOM
        case ast.Name() | ast.Parameter() | ast.Variable() | ast.Constant() | ast.Round():
            return node.name, ATOM
        case ast.Value(value=value):
            return value, ATOM
        case ast.Unary(operator="not", operand=ast.Member() as member):
            return membership(member, "not in"), COMPARISON
        case ast.Unary(operator="not", operand=operand):
            return f"not {write(operand, NOT)}", NOT
        case ast.Unary(operand=operand):
            return f"-{write(operand, SIGN)}", SIGN
        case ast.Binary():
            return binary(node), LEVELS[node.operator]
        case ast.Compare(operator=operator, left=left, right=right):
            return f"{write(left, SUM)} {operator} {write(right, SUM)}", COMPARISON
        case ast.Member():
            return membership(node, "in"), COMPARISON
        case ast.Logical(operator=word, operands=operands):
            own = AND if word == "and" else OR
            return f" {word} ".join(write(each, own + 1) for each in operands), own
        case ast.Conditional(condition=condition, then=then, otherwise=otherwise):
            return f"if({', '.join(map(unparse, (condition, then, otherwise)))})", ATOM
        case ast.Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(unparse, arguments))})", ATOM
    return asked(node), ATOM


def number(value: float) -> str:
    if value == int(value) if abs(value) < 1e15 else False:
        return str(int(value))
    return repr(value)


def binary(node: ast.Binary) -> str:
    own = LEVELS[node.operator]
    if node.operator == "^":
        return f"{write(node.left, ATOM)}^{write(node.right, SIGN)}"
    return f"{write(node.left, own)} {node.operator} {write(node.right, own + 1)}"


def membership(node: ast.Member, word: str) -> str:
    members = ", ".join(map(unparse, node.members))
    return f"{write(node.operand, SUM)} {word} ({members})"


# --- claims -----------------------------------------------------------------------------------------------


def asked(node: Expression) -> str:
    match node:
        case ast.Ever(condition=condition):
            return f"ever({unparse(condition)})"
        case ast.Chose(move=move, option=option):
            return f"chose({move}.{option})"
        case ast.Result():
            return result(node)
        case ast.Derivative(formula=formula, parameter=parameter):
            return f"D({unparse(formula)}; {parameter})"
        case ast.Tip(formula=formula, parameter=parameter):
            return f"Tip({unparse(formula)}; {parameter})"
        case ast.Over(function=function, formula=formula, binder=binder, group=group):
            among = group if isinstance(group, str) else f"({', '.join(group)})"
            return f"{function}({unparse(formula)} for {binder} in {among})"
    raise TypeError(f"no text for {type(node).__name__}")


def result(node: ast.Result) -> str:
    move = f"{node.move}.{node.option}" if node.move is not None else None
    subject = unparse(node.subject) if node.subject is not None else None
    arguments = ", ".join(part for part in (node.actor, move, node.commitment, subject) if part is not None)
    condition = f" | {unparse(node.condition)}" if node.condition is not None else ""
    return f"{node.function}[{setting(node.setting)}]({arguments}{condition})"


def setting(node: ast.Setting) -> str:
    overrides = [f"{each.name} = {unparse(each.value)}" for each in node.overrides]
    items = ", ".join([*node.flags, *overrides])
    return f"{node.arrangement}; {items}" if items else node.arrangement

"""Parameters, their distributions and correlations, constants, and rationality."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from foedus.errors import Mark
from foedus.language.context import Context
from foedus.language.cycles import cycles
from foedus.language.distributions import Check, read_distribution
from foedus.language.expression import Expression, Number, walk
from foedus.language.expression import Parameter as ParameterName
from foedus.language.faults import Faults
from foedus.language.fields import Formula, Word
from foedus.language.folding import fold
from foedus.language.scenario import Correlation, Parameter, Source
from foedus.language.schema import ParameterShape

LARGEST_CONSTANT = 10**6


def read_parameters(context: Context) -> dict[str, Parameter]:
    parameters = {
        str(name): read_parameter(context, str(name), each) for name, each in context.shape.parameters.items()
    }
    refuse_cycles(parameters, context.faults)
    return parameters


def read_parameter(context: Context, name: str, shape: ParameterShape) -> Parameter:
    faults_before = len(context.faults.found)
    expression = context.number(shape.value, context.fixed)
    sound = len(context.faults.found) == faults_before
    value = fold(expression)
    derived = None if value is not None else expression
    mark = shape.value.mark()
    if value is None and not has_names(expression):
        context.faults.add(f"the value of '{name}' is undefined", mark, "value")
    check = Check(name, context.faults, shape)
    check.range()
    check.distribution(value if sound else None)
    if derived is not None:
        check.derived()
    return Parameter(
        name=name,
        value=value,
        expression=derived,
        range=shape.range,
        distribution=read_distribution(shape),
        about=shape.about,
        unit=shape.unit,
        cites=tuple(map(str, shape.cites)),
        mark=mark,
        basis=read_basis(context, name, shape),
        supports=read_sources(context, shape.supports),
        contradicts=read_sources(context, shape.contradicts),
    )


def read_basis(
    context: Context, name: str, shape: ParameterShape
) -> Literal["quoted", "paraphrased", "judged"]:
    """What a number rests on: as the file says, or else paraphrased where something is cited."""
    rests = bool(shape.cites or shape.supports or shape.contradicts)
    if shape.basis in ("quoted", "paraphrased") and not rests:
        message = f"'{name}' is {shape.basis}, and cites nothing that it could be {shape.basis} from"
        context.faults.add(message, shape.key_mark("basis"), "value")
    return shape.basis or ("paraphrased" if rests else "judged")


def read_sources(context: Context, given: dict[Word, tuple[float, float] | None]) -> tuple[Source, ...]:
    for citation, numbers in given.items():
        if numbers and numbers[0] > numbers[1]:
            message = f"found [{numbers[0]:g}, {numbers[1]:g}], expected the lower number first"
            context.faults.add(message, citation.mark, "value")
    return tuple(Source(str(citation), numbers) for citation, numbers in given.items())


def has_names(expression: Expression) -> bool:
    return any(not isinstance(node, Number) and not hasattr(node, "operator") for node in walk(expression))


def refuse_cycles(parameters: dict[str, Parameter], faults: Faults) -> None:
    uses = {
        name: [node.name for node in walk(each.expression) if isinstance(node, ParameterName)]
        for name, each in parameters.items()
        if each.expression is not None
    }
    for cycle in cycles(uses):
        round_trip = " → ".join([*cycle, cycle[0]])
        faults.add(
            f"parameters follow from each other in a circle: {round_trip}", parameters[cycle[0]].mark, "cycle"
        )


def read_constants(context: Context) -> dict[str, int]:
    for name, value in context.shape.constants.items():
        if abs(value) > LARGEST_CONSTANT:
            context.faults.add(
                f"constant '{name}' is {value:,}, expected at most {LARGEST_CONSTANT:,}", name.mark, "size"
            )
    return {str(name): value for name, value in context.shape.constants.items()}


def read_rationality(context: Context) -> dict[str, Expression]:
    """One expression per actor; at least 0, and `inf` for an actor without error."""
    given = context.shape.rationality
    if isinstance(given, Formula):
        common = rationality(context, given)
        return dict.fromkeys(context.actors, common)
    for actor in given:
        context.known("actor", actor, context.actors)
    missing = [actor for actor in context.actors if actor not in given]
    if missing:
        message = f"rationality is missing for {', '.join(missing)}"
        context.faults.add(message, context.shape.key_mark("rationality"), "shape")
    return {str(actor): rationality(context, formula) for actor, formula in given.items()}


def rationality(context: Context, formula: Formula) -> Expression:
    result = context.number(formula, replace(context.fixed, infinite=True))
    number = fold(result)
    if number is not None and not number >= 0:
        context.faults.add(
            f"found {number:g}, expected a rationality of 0 or more, or inf", formula.mark(), "value"
        )
    return result


def read_correlations(context: Context, parameters: dict[str, Parameter]) -> tuple[Correlation, ...]:
    """Pairs of parameters that vary; together they must be possible (positive semidefinite)."""
    result: dict[frozenset[str], Correlation] = {}
    for shape in context.shape.correlations:
        pair = [str(name) for name in shape.between if varies(context, name, parameters)]
        mark = shape.key_mark("between")
        if len(set(pair)) < 2:
            if len(pair) == 2:
                context.faults.add(f"'{pair[0]}' is correlated with itself", mark, "value")
            continue
        if not -1 <= shape.correlation <= 1:
            message = f"found {shape.correlation:g}, expected a correlation between -1 and 1"
            context.faults.add(message, shape.key_mark("correlation"), "value")
        if frozenset(pair) in result:
            context.faults.add(f"'{pair[0]}' and '{pair[1]}' are correlated twice", mark, "value")
        result[frozenset(pair)] = Correlation((pair[0], pair[1]), shape.correlation)
    refuse_impossible(tuple(result.values()), context.faults, context.shape.key_mark("correlations"))
    return tuple(result.values())


def varies(context: Context, name: Word, parameters: dict[str, Parameter]) -> bool:
    if not context.known("parameter", name, parameters):
        return False
    if parameters[name].distribution is None:
        message = f"'{name}' has no range or distribution, so nothing can be correlated with it"
        context.faults.add(message, name.mark, "value")
        return False
    return True


def refuse_impossible(correlations: tuple[Correlation, ...], faults: Faults, mark: Mark | None) -> None:
    names = sorted({name for each in correlations for name in each.between})
    matrix = [[float(row == column) for column in names] for row in names]
    for each in correlations:
        row, column = (names.index(name) for name in each.between)
        matrix[row][column] = matrix[column][row] = each.correlation
    if not semidefinite(matrix):
        faults.add("these correlations cannot hold together (not positive semidefinite)", mark, "value")


def semidefinite(matrix: list[list[float]], tolerance: float = 1e-9) -> bool:
    """Whether a symmetric matrix has no negative eigenvalue (Cholesky, the largest pivot first)."""
    rest = [list(row) for row in matrix]
    while rest:
        size = range(len(rest))
        pivot = max(size, key=lambda index: rest[index][index])
        top = rest[pivot][pivot]
        if top <= tolerance:
            return all(abs(number) <= tolerance**0.5 for row in rest for number in row)
        others = [index for index in size if index != pivot]
        rest = [[rest[i][j] - rest[i][pivot] * rest[pivot][j] / top for j in others] for i in others]
    return True

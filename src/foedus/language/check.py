"""Doubts about a scenario that need no compiling: what is not used, has no effect, or says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from foedus.errors import Fault, Mark
from foedus.language import expression as ast
from foedus.language import scenario as made
from foedus.language.expression import Expression, walk
from foedus.language.faults import in_order
from foedus.language.information import Information, information
from foedus.language.scenario import Scenario, expressions, walk_steps
from foedus.language.trivial import is_trivial


def warnings(scenario: Scenario) -> tuple[Fault, ...]:
    """What is not wrong but probably not meant, in the order of the file."""
    found = [
        *unused(scenario),
        *undefended(scenario),
        *empty_promises(scenario),
        *empty_terms(scenario),
        *thresholds(scenario),
    ]
    return tuple(in_order(found))


def warning(message: str, mark: Mark | None) -> Fault:
    return Fault(message, mark, "warning")


# --- what is not used -------------------------------------------------------------------------------------


def unused(scenario: Scenario) -> Iterator[Fault]:
    read, written = names_read(scenario), set(written_variables(scenario))
    for parameter in scenario.parameters.values():
        if parameter.name not in read:
            yield warning(f"parameter '{parameter.name}' is not used", parameter.mark)
    for variable in scenario.variables.values():
        if variable.name not in read and not variable.seen_by & movers(scenario):
            yield warning(f"variable '{variable.name}' is never looked at", variable.mark)
        elif variable.name not in written and len(variable.domain) > 1:
            yield warning(f"variable '{variable.name}' is never set", variable.mark)
    held = {name for each in scenario.arrangements.values() for name in (*each.commitments, *each.clauses)}
    promises: list[made.Commitment | made.Clause] = [
        *scenario.commitments.values(),
        *scenario.clauses.values(),
    ]
    for promise in promises:
        if promise.name not in held:
            yield warning(f"'{promise.name}' is in no arrangement", promise.mark)


def movers(scenario: Scenario) -> set[str]:
    """The actors that choose something, at a move or by a signature, and so look at what they see."""
    made_by = {step.by for step in walk_steps(scenario.play) if isinstance(step, made.Move)}
    arrangements = scenario.arrangements.values()
    return made_by.union(
        *(each.signed_by for each in arrangements), *(each.hands.values() for each in arrangements)
    )


def names_read(scenario: Scenario) -> set[str]:
    """Parameters, constants and variables that some expression reads."""
    return {
        node.name
        for expression in expressions(scenario)
        for node in walk(expression)
        if isinstance(node, ast.Parameter | ast.Variable | ast.Constant)
    }


def written_variables(scenario: Scenario) -> Iterator[str]:
    for step in walk_steps(scenario.play):
        yield from (name for name, _ in sets_of(step))
    for each in scenario.clauses.values():
        yield from (name for name, _ in each.sets)
    for arrangement in scenario.arrangements.values():
        yield from (name for name, _ in arrangement.start)
    for claim in scenario.claims.values():
        for node in walk(claim.holds) if claim.holds else ():
            if isinstance(node, ast.Override) and node.kind == "variable":
                yield node.name


def sets_of(step: made.Step) -> Iterator[tuple[str, Expression]]:
    if isinstance(step, made.Move):
        for option in step.options:
            yield from option.sets
    elif isinstance(step, made.Chance):
        for outcome in step.outcomes:
            yield from outcome.sets
    elif isinstance(step, made.Set):
        yield from step.sets


# --- what has no effect -----------------------------------------------------------------------------------


def undefended(scenario: Scenario) -> Iterator[Fault]:
    """Arrangements whose promisors do not sign, and would not be bound by the fallback either."""
    for arrangement in scenario.arrangements.values():
        fallback = scenario.arrangements[arrangement.otherwise] if arrangement.otherwise else None
        standing = fallback.commitments if fallback else ()
        promised = [name for name in arrangement.commitments if name not in standing]
        promisors = {scenario.commitments[name].by for name in promised}
        for actor in sorted(promisors - set(arrangement.signed_by)) if arrangement.signed_by else ():
            message = f"'{actor}' promises something in '{arrangement.name}' but does not sign it"
            yield warning(message, arrangement.mark)


def empty_promises(scenario: Scenario) -> Iterator[Fault]:
    """Commitments that every option keeps, or none."""
    moves = {step.name: step for step in walk_steps(scenario.play) if isinstance(step, made.Move)}
    for commitment in scenario.commitments.values():
        for move, kept in commitment.at.items():
            if not {option.name for option in moves[move].options} - set(kept):
                yield warning(f"every option of '{move}' keeps '{commitment.name}'", commitment.mark)
            elif not kept:
                yield warning(f"no option of '{move}' keeps '{commitment.name}'", commitment.mark)


def empty_terms(scenario: Scenario) -> Iterator[Fault]:
    """Signatures asked for again where no loop comes back to them."""
    looped = {
        step.name
        for outer in walk_steps(scenario.play)
        if isinstance(outer, made.Repeat)
        for step in walk_steps(outer.steps)
        if isinstance(step, made.Sign)
    }
    for arrangement in scenario.arrangements.values():
        if arrangement.signed_by and arrangement.refusal == "later" and not looped:
            message = f"'{arrangement.name}' can be signed later, but the sign step is in no loop"
            yield warning(message, arrangement.mark)


def thresholds(scenario: Scenario) -> Iterator[Fault]:
    for claim in scenario.claims.values():
        if is_trivial(claim):
            message = f"claim '{claim.name}' is true in every equilibrium; it needs a threshold"
            yield warning(message, claim.mark)


__all__ = ["Information", "information", "warnings"]

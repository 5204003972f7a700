"""The end of play: payoffs, with tables spelt out, and outcomes."""

from __future__ import annotations

from foedus.language.context import Context
from foedus.language.expression import (
    Binary,
    Compare,
    Conditional,
    Expression,
    Member,
    Number,
    Value,
    Variable,
)
from foedus.language.fields import Formula
from foedus.language.names import Domain
from foedus.language.schema import TableShape


def read_payoffs(context: Context) -> dict[str, Expression]:
    """One expression per actor; an actor left out gets nothing."""
    payoffs: dict[str, Expression] = dict.fromkeys(context.actors, Number(0.0))
    for actor, terms in context.shape.payoffs.items():
        if not context.known("actor", actor, context.actors):
            continue
        amounts = [read_term(context, term) for term in terms]
        if not amounts:
            context.faults.add(f"the payoff of '{actor}' is an empty list", actor.mark, "shape")
            continue
        payoffs[str(actor)] = total(amounts)
    return payoffs


def read_term(context: Context, term: Formula | TableShape) -> Expression:
    return context.number(term) if isinstance(term, Formula) else read_table(context, term)


def total(amounts: list[Expression]) -> Expression:
    """Their sum, as a tree no deeper than it has to be."""
    if len(amounts) == 1:
        return amounts[0]
    half = len(amounts) // 2
    return Binary("+", total(amounts[:half]), total(amounts[half:]), at=amounts[0].at)


def read_table(context: Context, shape: TableShape) -> Expression:
    """A choice by the variable's value; each value has a row, or `otherwise` serves the rest."""
    domain = context.domains.get(shape.over)
    otherwise = context.maybe(shape.otherwise)
    rows = {str(value): context.number(formula) for value, formula in shape.rows.items()}
    if domain is None:
        context.faults.unknown("variable", shape.over, context.domains, shape.over.mark)
        return Number(0.0)
    for value in shape.rows:
        context.known("value", value, domain.values, of=domain.variable)
    missing = [value for value in domain.values if value not in rows]
    if otherwise is None and missing:
        message = f"the table has no row for {', '.join(missing)}; add them, or 'otherwise'"
        context.faults.add(message, shape.key_mark("rows"), "shape")
    entries = [(value, rows.get(value, otherwise or Number(0.0))) for value in domain.values]
    return by_value(domain, entries)


def by_value(domain: Domain, entries: list[tuple[str, Expression]]) -> Expression:
    """Nested conditions that halve the values, so that a long table stays shallow."""
    if len(entries) == 1:
        return entries[0][1]
    half = len(entries) // 2
    first, second = entries[:half], entries[half:]
    return Conditional(
        is_among(domain, [value for value, _ in first]), by_value(domain, first), by_value(domain, second)
    )


def is_among(domain: Domain, values: list[str]) -> Expression:
    variable = Variable(domain.variable)
    nodes = tuple(Number(float(value)) if domain.numeric else Value(value) for value in values)
    return Compare("==", variable, nodes[0]) if len(nodes) == 1 else Member(variable, nodes)


def read_outcomes(context: Context) -> dict[str, Expression]:
    if not context.shape.outcomes:
        context.faults.add("there are no outcomes", context.shape.key_mark("outcomes"), "shape")
    return {str(name): context.number(formula) for name, formula in context.shape.outcomes.items()}

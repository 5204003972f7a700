"""What all parts of the reading share: the file's shape, the scopes of names, the faults found so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from foedus.language.expression import Expression
from foedus.language.faults import Faults
from foedus.language.fields import WHOLE, Formula, Word
from foedus.language.folding import fold
from foedus.language.meaning import Meaning
from foedus.language.names import IN_FORCE, PENDING, Domain, Scope, built_in
from foedus.language.scenario import Pays, Sets
from foedus.language.schema import ScenarioShape

TOO_MANY_VALUES = 1000


@dataclass(frozen=True, eq=False)
class Context:
    """`scope` is that of a state of the play; `fixed` has no variables: what holds before play begins."""

    shape: ScenarioShape
    faults: Faults
    actors: tuple[str, ...]
    domains: dict[str, Domain]
    scope: Scope
    fixed: Scope

    def number(self, formula: Formula, scope: Scope | None = None) -> Expression:
        return Meaning(scope or self.scope, formula.mark, self.faults).number(formula.expression)

    def maybe(self, formula: Formula | None, scope: Scope | None = None) -> Expression | None:
        return None if formula is None else self.number(formula, scope)

    def probability(self, formula: Formula, scope: Scope | None = None) -> Expression:
        result = self.number(formula, scope)
        number = fold(result)
        if number is not None and not 0 <= number <= 1:
            self.faults.add(
                f"found {number:g}, expected a probability between 0 and 1", formula.mark(), "value"
            )
        return result

    def sets(self, shape: dict[Word, Formula], scope: Scope | None = None) -> Sets:
        """Right sides looked up in the domain of the variable that they are for."""
        result = []
        for name, formula in shape.items():
            domain = self.settable(name)
            if domain:
                meaning = Meaning(scope or self.scope, formula.mark, self.faults)
                result.append((str(name), meaning.value(formula.expression, domain)))
        return tuple(result)

    def settable(self, name: Word) -> Domain | None:
        """The domain of a variable of the file; a fault if it is none."""
        if name in self.shape.variables:
            return self.domains[name]
        if name in self.domains:
            self.faults.add(f"'{name}' is set by signatures alone", name.mark, "name")
        else:
            self.faults.unknown("variable", name, self.shape.variables, name.mark)
        return None

    def pays(self, shape: dict[Word, Formula], scope: Scope | None = None) -> Pays:
        return tuple(
            (str(actor), self.number(formula, scope))
            for actor, formula in shape.items()
            if self.known("actor", actor, self.actors)
        )

    def known(self, what: str, name: Word, known: Collection[str], of: str = "") -> bool:
        """Whether the name is there; a fault if not."""
        if name not in known:
            self.faults.unknown(what, name, known, name.mark, of)
        return name in known

    def distinct(self, what: str, names: Iterable[Word]) -> None:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                self.faults.add(f"{what} '{name}' is named twice", name.mark, "name")
            seen.add(name)


def make_context(shape: ScenarioShape, faults: Faults) -> Context:
    """The scopes of a file; a name that two kinds of things share is a fault."""
    domains = {
        str(name): Domain(str(name), expand(name, each.values, faults), is_numeric(each.values))
        for name, each in shape.variables.items()
    }
    refuse_clashes(shape, faults)
    domains |= built_in({str(name): each.signed_by or () for name, each in shape.arrangements.items()})
    scope = Scope(
        parameters=frozenset(map(str, shape.parameters)),
        constants=frozenset(map(str, shape.constants)),
        variables=domains,
    )
    fixed = scope.without_variables("only parameters and constants may stand here")
    return Context(shape, faults, tuple(map(str, shape.actors)), domains, scope, fixed)


def is_numeric(values: tuple[Word, ...]) -> bool:
    return all(value == ".." or WHOLE.match(value) for value in values)


def expand(name: Word, values: tuple[Word, ...], faults: Faults) -> tuple[str, ...]:
    """The domain as texts; `0..5` is spelt out."""
    if len(values) == 3 and values[1] == "..":
        low, high = int(values[0]), int(values[2])
        if low > high:
            faults.add(f"the range {low}..{high} is upside down", values[0].mark, "value")
        if high - low >= TOO_MANY_VALUES:
            faults.add(
                f"'{name}' has {high - low + 1:,} values, expected at most {TOO_MANY_VALUES:,}",
                values[0].mark,
                "size",
            )
            return (str(low), str(high))
        return tuple(map(str, range(low, high + 1)))
    if not values:
        faults.add(f"'{name}' has no values", name.mark, "value")
    if len(values) > TOO_MANY_VALUES:
        faults.add(
            f"'{name}' has {len(values):,} values, expected at most {TOO_MANY_VALUES:,}", name.mark, "size"
        )
    return listed(name, values, faults)


def listed(name: Word, values: tuple[Word, ...], faults: Faults) -> tuple[str, ...]:
    numeric = [value for value in values if WHOLE.match(value)]
    if numeric and len(numeric) < len(values):
        message = f"'{name}' mixes names and numbers; '{numeric[0]}' needs a name, or the others a number"
        faults.add(message, numeric[0].mark, "value")
    texts: list[str] = []
    for value in values:
        text = str(int(value)) if value in numeric else str(value)
        if text in texts:
            faults.add(f"the value '{text}' is there twice", value.mark, "value")
        else:
            texts.append(text)
    return tuple(texts)


def refuse_clashes(shape: ScenarioShape, faults: Faults) -> None:
    """Parameters, constants and variables share a scope."""
    taken: dict[str, str] = {IN_FORCE: "the built-in variable"}
    kinds = (("parameter", shape.parameters), ("constant", shape.constants), ("variable", shape.variables))
    for kind, names in kinds:
        for name in names:
            if name in taken:
                faults.add(
                    f"'{name}' is {taken[name]} already; a {kind} needs another name", name.mark, "clash"
                )
            taken[name] = f"a {kind}"
    for name in shape.arrangements:
        if name == PENDING:
            faults.add(
                "'pending' is what 'in_force' is before signatures; an arrangement needs another name",
                name.mark,
                "clash",
            )

"""Claims: formulas over results, with their names looked up in a scenario that is otherwise complete."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from foedus.errors import Mark
from foedus.language import expression as ast
from foedus.language.expression import Expression
from foedus.language.faults import Faults
from foedus.language.folding import fold
from foedus.language.meaning import NOWHERE, Meaning
from foedus.language.names import Domain, Scope, built_in
from foedus.language.numbers import LARGEST_CONSTANT
from foedus.language.scenario import Arrangement, Repeat, Scenario, walk_steps
from foedus.language.steps import MOST_ROUNDS

FLAGS = {"in_force": ("P", "E", "V", "Share", "Q", "Keeps", "Delivers"), "each": ("Keeps",)}


def state_scope(scenario: Scenario) -> Scope:
    """The names that mean something at the end of play, outcomes apart."""
    domains = {name: Domain(name, each.domain, each.numeric) for name, each in scenario.variables.items()}
    domains |= built_in({name: each.signed_by for name, each in scenario.arrangements.items()})
    return Scope(frozenset(scenario.parameters), frozenset(scenario.constants), domains)


class EventMeaning(Meaning):
    """An event: a condition that may also ask what ever was, and what was chosen."""

    def __init__(
        self, scenario: Scenario, scope: Scope, mark: Callable[[int], Mark | None], faults: Faults
    ) -> None:
        super().__init__(scope, mark, faults)
        self.scenario = scenario
        self.moves = scenario.moves

    def special(self, node: Expression) -> Expression:
        if isinstance(node, ast.Ever):
            return replace(node, condition=self.number(node.condition))
        if isinstance(node, ast.Chose):
            self.check_option(node.move, node.option, node.at)
            return node
        return self.fault("a result or a derivative cannot stand inside an event", node.at, "syntax")

    def check_option(self, move: str, option: str, at: int) -> None:
        if self.check("move", move, self.moves, at):
            self.check("option", option, self.moves[move], at, of=move)

    def check(self, what: str, name: str, known: Collection[str], at: int, of: str = "") -> bool:
        if name not in known:
            self.faults.unknown(what, name, known, self.mark(at), of)
        return name in known


class ClaimMeaning(EventMeaning):
    """A claim: arithmetic and comparisons of results, parameters and constants."""

    def __init__(self, scenario: Scenario, mark: Callable[[int], Mark | None], faults: Faults) -> None:
        whole = state_scope(scenario)
        why = "it has a value only inside the parentheses of a result, as in P[…](…)"
        outside = whole.without_variables(why)
        refused = {name: f"'{name}' is an outcome: {why}" for name in scenario.outcomes}
        super().__init__(scenario, replace(outside, refused={**refused, **outside.refused}), mark, faults)
        self.inside = whole.for_events(scenario.outcomes)
        self.binders: dict[str, tuple[str, ...]] = {}

    def claim(self, node: Expression) -> Expression:
        result = self.number(node)
        if not truth_valued(node):
            self.fault("a claim is true or false: expected a comparison", node.at, "value")
        return result

    def special(self, node: Expression) -> Expression:
        match node:
            case ast.Result():
                return self.result(node)
            case ast.Derivative():
                self.check_parameter(node.parameter, node.at)
                return replace(node, formula=self.number(node.formula))
            case ast.Tip():
                self.check_parameter(node.parameter, node.at)
                return replace(node, formula=self.number(node.formula))
            case ast.Over():
                return self.over(node)
        return self.fault(
            "'ever' and 'chose' stand inside the parentheses of a result, as in P[…](…)", node.at, "syntax"
        )

    def check_parameter(self, name: str, at: int) -> None:
        known = self.scenario.parameters
        if self.check("parameter", name, known, at) and known[name].expression is not None:
            self.fault(f"'{name}' follows from other parameters; name one of those", at, "value")

    def over(self, node: ast.Over) -> Expression:
        members = self.members(node)
        if node.binder in self.scenario.arrangements:
            self.fault(
                f"'{node.binder}' is an arrangement; the one that runs over a group needs another name",
                node.at,
                "clash",
            )
        before = self.binders
        self.binders = {**before, node.binder: members}
        formula = self.number(node.formula)
        self.binders = before
        return replace(node, formula=formula)

    def members(self, node: ast.Over) -> tuple[str, ...]:
        """The arrangements of the group, or those listed."""
        arrangements = self.scenario.arrangements
        if isinstance(node.group, tuple):
            return tuple(
                name for name in node.group if self.check("arrangement", name, arrangements, node.at)
            )
        groups = list(dict.fromkeys(each.group for each in arrangements.values() if each.group))
        if not self.check("group", node.group, groups, node.at):
            return ()
        return tuple(name for name, each in arrangements.items() if each.group == node.group)

    # --- results --------------------------------------------------------------------------------------

    def result(self, node: ast.Result) -> Expression:
        setting = self.setting(node.setting, node.function)
        arrangements = self.arrangements(node.setting)
        if node.actor is not None and self.check("actor", node.actor, self.scenario.actors, node.at):
            self.check_signs(node, arrangements)
        if node.move is not None and node.option is not None:
            self.check_option(node.move, node.option, node.at)
        if node.commitment is not None and self.check(
            "commitment", node.commitment, self.scenario.commitments, node.at
        ):
            self.check_commitment(node, arrangements)
        return replace(
            node, setting=setting, subject=self.event(node.subject), condition=self.event(node.condition)
        )

    def event(self, node: Expression | None) -> Expression | None:
        if node is None:
            return None
        return EventMeaning(self.scenario, self.inside, self.mark, self.faults).number(node)

    def arrangements(self, setting: ast.Setting) -> list[Arrangement]:
        """What the bracket names: one arrangement, or those that its name runs over."""
        names = self.binders.get(setting.arrangement, (setting.arrangement,))
        return [self.scenario.arrangements[name] for name in names if name in self.scenario.arrangements]

    def check_signs(self, node: ast.Result, arrangements: list[Arrangement]) -> None:
        for each in arrangements if node.function == "Signs" else ():
            if node.actor not in each.signed_by:
                self.fault(f"'{node.actor}' is no signatory of '{each.name}'", node.at, "value")

    def check_commitment(self, node: ast.Result, arrangements: list[Arrangement]) -> None:
        if arrangements and not any(node.commitment in each.commitments for each in arrangements):
            self.fault(
                f"'{node.commitment}' is no commitment of '{node.setting.arrangement}'", node.at, "value"
            )

    def setting(self, setting: ast.Setting, function: str) -> ast.Setting:
        if setting.arrangement not in self.binders:
            known = [*self.scenario.arrangements, *self.binders]
            self.check("arrangement", setting.arrangement, known, setting.at)
        for flag in setting.flags:
            if self.check("word in brackets", flag, FLAGS, setting.at) and function not in FLAGS[flag]:
                self.fault(f"'{flag}' means nothing for {function}", setting.at, "value")
        return replace(setting, overrides=tuple(map(self.override, setting.overrides)))

    # --- overrides ------------------------------------------------------------------------------------

    def override(self, node: ast.Override) -> ast.Override:
        """A parameter, constant or variable, or a move of which one option is left."""
        scenario, name = self.scenario, node.name
        word = node.value.name if isinstance(node.value, ast.Name) else f"{fold(node.value) or 0:g}"
        variable = self.inside.variables.get(name)
        is_move = name in self.moves and word in self.moves[name]
        if is_move and variable and word in variable.values:
            self.fault(
                f"'{name}' is a move and a variable, and both can be '{word}'; rename one", node.at, "clash"
            )
        if name in self.moves and (is_move or not (variable or name in scenario.parameters)):
            self.check("option", word, self.moves[name], node.value.at, of=name)
            return replace(node, value=ast.Value(word, at=node.value.at), kind="move")
        if name in scenario.parameters:
            return replace(node, value=self.number(node.value), kind="parameter")
        if name in scenario.constants:
            return replace(node, value=self.constant(node), kind="constant")
        if name in scenario.variables and variable:
            return replace(node, value=self.start(node, variable), kind="variable")
        known = [*scenario.parameters, *scenario.constants, *scenario.variables, *self.moves]
        self.faults.unknown("name", name, known, self.mark(node.at))
        return node

    def start(self, node: ast.Override, domain: Domain) -> Expression:
        """A value of the variable, where its play begins."""
        result = self.value(node.value, domain)
        if not isinstance(result, ast.Value | ast.Number) and fold(result) is None:
            return self.fault(
                f"expected a value of '{domain.variable}': {domain.listed}", node.value.at, "value"
            )
        return result

    def constant(self, node: ast.Override) -> Expression:
        number = fold(node.value)
        if number is None or number != int(number):
            return self.fault(f"'{node.name}' is a constant: expected a whole number", node.value.at, "value")
        if abs(number) > LARGEST_CONSTANT or (
            self.counts_rounds(node.name) and not 1 <= number <= MOST_ROUNDS
        ):
            message = f"found {number:g}, expected between 1 and {MOST_ROUNDS:,} rounds"
            return self.fault(message, node.value.at, "size")
        return ast.Number(number, at=node.value.at)

    def counts_rounds(self, name: str) -> bool:
        return any(isinstance(step, Repeat) and step.times == name for step in walk_steps(self.scenario.play))


def truth_valued(node: Expression) -> bool:
    match node:
        case ast.Compare() | ast.Member() | ast.Logical() | ast.Unary(operator="not"):
            return True
        case ast.Conditional():
            return truth_valued(node.then) and truth_valued(node.otherwise)
        case ast.Over():
            return truth_valued(node.formula)
    return node is NOWHERE

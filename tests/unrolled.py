"""A play carried out by hand, one path after another: slow, plain, and sharing nothing with the compiler.

At every choice all options are equally likely. A path is run from the start for each list of choices, so
nothing has to be undone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from foedus.language import expression as ex
from foedus.language import scenario as sc

State = dict[str, str]
OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
    "==": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b),
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
    ">": lambda a, b: float(a > b),
    ">=": lambda a, b: float(a >= b),
}
FUNCTIONS = {"min": min, "max": max, "abs": abs, "exp": math.exp, "log": math.log, "sqrt": math.sqrt}


class TooLong(Exception):
    """There are more paths than a test wants to follow."""


@dataclass
class Unrolled:
    """What all paths together say: ends by public state, expected totals, what movers could tell apart."""

    ends: dict[tuple[tuple[str, str], ...], float] = field(default_factory=lambda: defaultdict(float))
    totals: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    situations: set[object] = field(default_factory=set)
    paths: int = 0


def unroll(scenario: sc.Scenario, arrangement: str, *, in_force: bool = False, most: int = 4000) -> Unrolled:
    """Every path of the play under an arrangement."""
    result = Unrolled()
    script: list[tuple[int, int]] = []
    while True:
        path = Path(scenario, arrangement, in_force, script)
        path.run()
        result.paths += 1
        if result.paths > most:
            raise TooLong
        result.ends[tuple(sorted(path.public().items()))] += path.probability
        for actor, payoff in scenario.payoffs.items():
            result.totals[actor] += path.probability * (path.paid[actor] + path.number(payoff))
        result.situations |= path.situations
        while script and script[-1][0] + 1 == script[-1][1]:
            script.pop()
        if not script:
            return result
        script[-1] = script[-1][0] + 1, script[-1][1]


class Path:
    """One path: `script` says which alternative to take of how many, and grows by first alternatives."""

    def __init__(
        self, scenario: sc.Scenario, arrangement: str, in_force: bool, script: list[tuple[int, int]]
    ) -> None:
        self.scenario = scenario
        self.arrangement = scenario.arrangements[arrangement]
        self.given = in_force
        self.script = script
        self.taken = 0
        self.probability = 1.0
        self.paid: dict[str, float] = defaultdict(float)
        self.situations: set[object] = set()
        self.rounds: list[tuple[str, int]] = []
        self.memory: dict[str, list[object]] = {actor: [] for actor in scenario.actors}
        self.state: State = {name: each.start for name, each in scenario.variables.items()}
        self.state["in_force"] = "pending"
        self.signed: set[str] = set()
        self.broken: set[str] = set()

    def run(self) -> None:
        fallback = self.arrangement.otherwise
        self.possible = [self.arrangement.name] + (
            [fallback] if fallback and self.arrangement.signed_by else []
        )
        if not self.arrangement.signed_by:
            self.enter(self.arrangement.name)
            self.memory = {actor: [] for actor in self.scenario.actors}
        if not any(isinstance(step, sc.Sign) for step in sc.walk_steps(self.scenario.play)):
            self.sign(sc.Sign("sign"))
        self.steps(self.scenario.play)

    def public(self) -> State:
        return {
            **self.state,
            "signed": ",".join(sorted(self.signed)),
            "broken": ",".join(sorted(self.broken)),
        }

    def choose(self, shares: list[float]) -> int:
        """Takes one of several alternatives with these probabilities."""
        if self.taken == len(self.script):
            self.script.append((0, len(shares)))
        choice, _ = self.script[self.taken]
        self.taken += 1
        self.probability *= shares[choice]
        return choice

    # --- numbers --------------------------------------------------------------------------------------

    def number(self, node: ex.Expression, state: State | None = None) -> float:
        state = self.state if state is None else state
        match node:
            case ex.Number(value):
                return value
            case ex.Variable(name):
                return float(state[name])
            case ex.Constant(name):
                return float(self.scenario.constants[name])
            case ex.Round(name):
                return float(dict(self.rounds)[name])
            case ex.Parameter(name):
                return self.parameter(name, state["in_force"])
            case ex.Unary(operator, operand):
                value = self.number(operand, state)
                return -value if operator == "-" else float(value == 0)
            case ex.Binary(operator, left, right):
                return OPERATIONS[operator](self.number(left, state), self.number(right, state))
            case ex.Compare(operator, left, right):
                return self.compare(operator, left, right, state)
            case ex.Member(operand, members):
                return float(any(self.compare("==", operand, each, state) for each in members))
            case ex.Logical("and", operands):
                return float(all(self.number(each, state) for each in operands))
            case ex.Logical(_, operands):
                return float(any(self.number(each, state) for each in operands))
            case ex.Conditional(condition, then, otherwise):
                return self.number(then if self.number(condition, state) else otherwise, state)
            case ex.Call(function, arguments):
                return FUNCTIONS[function](*(self.number(each, state) for each in arguments))
        raise TypeError(node)

    def compare(self, operator: str, left: ex.Expression, right: ex.Expression, state: State) -> float:
        words = [self.word(each, state) for each in (left, right)]
        if operator in ("==", "!=") and None not in words:
            return OPERATIONS[operator](*words)
        return OPERATIONS[operator](self.number(left, state), self.number(right, state))

    def word(self, node: ex.Expression, state: State) -> str | None:
        if isinstance(node, ex.Value):
            return node.value
        return state[node.name] if isinstance(node, ex.Variable) else None

    def parameter(self, name: str, arrangement: str) -> float:
        patch = {}
        if arrangement in self.scenario.arrangements:
            patch = dict(self.scenario.arrangements[arrangement].parameters)
        if name in patch:
            return self.number(patch[name], {"in_force": "pending"})
        parameter = self.scenario.parameters[name]
        if parameter.expression is None:
            return float(parameter.value or 0.0)
        return self.number(parameter.expression, {"in_force": arrangement})

    def holds(self, node: ex.Expression | None, state: State | None = None) -> bool:
        return node is None or self.number(node, state) != 0

    # --- changes --------------------------------------------------------------------------------------

    def seen(self, actor: str) -> tuple[object, ...]:
        own = {
            name: value
            for name, value in self.state.items()
            if name == "in_force" or actor in self.scenario.variables[name].seen_by
        }
        return (*sorted(own.items()), *sorted(self.signed), "broken", *sorted(self.broken))

    def watched(self) -> dict[str, tuple[object, ...]]:
        return {actor: self.seen(actor) for actor in self.scenario.actors}

    def remember(self, before: dict[str, tuple[object, ...]]) -> None:
        for actor, seen in self.watched().items():
            if seen != before[actor]:
                self.memory[actor].append(seen)

    def assign(self, sets: sc.Sets, read: State | None = None) -> None:
        old = dict(self.state if read is None else read)
        for name, right in sets:
            self.state[name] = self.assigned(right, old)

    def assigned(self, right: ex.Expression, state: State) -> str:
        if isinstance(right, ex.Conditional):
            return self.assigned(right.then if self.holds(right.condition, state) else right.otherwise, state)
        word = self.word(right, state)
        return str(int(self.number(right, state))) if word is None else word

    def enter(self, name: str) -> None:
        if self.state["in_force"] == name:
            return
        before = self.watched()
        arrangement = self.scenario.arrangements[name]
        self.assign(arrangement.start)
        self.state["in_force"] = name
        for each in arrangement.commitments:
            commitment = self.scenario.commitments[each]
            if commitment.price is not None and self.stands(commitment):
                self.paid[commitment.by] -= self.number(commitment.price)
        self.remember(before)

    def stands(self, commitment: sc.Commitment) -> bool:
        arrangement = self.scenario.arrangements.get(self.state["in_force"])
        if arrangement is None or commitment.name not in arrangement.commitments:
            return False
        promised = commitment.by in arrangement.signed_by and arrangement.consent == "each"
        return not promised or commitment.by in self.signed

    # --- steps ----------------------------------------------------------------------------------------

    def steps(self, steps: tuple[sc.Step, ...]) -> str | None:
        for step in steps:
            then = self.step(step)
            if then:
                return then
        return None

    def step(self, step: sc.Step) -> str | None:
        if not self.holds(step.when):
            for inner in sc.walk_steps((step,)):
                if not isinstance(inner, sc.Block | sc.Repeat | sc.Together):
                    self.clauses({inner.name})
            return None
        match step:
            case sc.Block(steps):
                return self.steps(steps)
            case sc.Repeat():
                return self.repeat(step)
            case sc.Together():
                return self.together(step)
        then = self.single(step)
        self.clauses({step.name})
        return then

    def single(self, step: sc.Step) -> str | None:
        before = self.watched()
        match step:
            case sc.Set(sets):
                self.assign(sets)
            case sc.Sign():
                self.sign(step)
            case sc.Chance():
                outcome = self.draw(step)
                self.pay(outcome.pays)
                self.assign(outcome.sets)
                self.remember(before)
                return outcome.then
            case sc.Move():
                option, broken = self.decide(step, self.broken)
                self.assign(option.sets)
                self.broken |= broken
                self.remember(before)
                return option.then
        if not isinstance(step, sc.Sign):
            self.remember(before)
        return None

    def repeat(self, step: sc.Repeat) -> str | None:
        times = self.scenario.constants[step.times] if isinstance(step.times, str) else step.times
        for number in range(1, times + 1):
            self.rounds.append((step.name, number))
            then = self.steps(step.steps)
            over = then is None and step.until is not None and self.holds(step.until)
            self.rounds.pop()
            if then == "end":
                return then
            if then == "leave" or over:
                break
        return None

    def together(self, step: sc.Together) -> str | None:
        read, watched = dict(self.state), self.watched()
        chosen: list[sc.Option] = []
        broken: set[str] = set()
        for move in step.moves:
            if self.holds(move.when):
                option, more = self.decide(move, self.broken | broken)
                chosen.append(option)
                broken |= more
        for option in chosen:
            self.assign(option.sets, read)
        self.broken |= broken
        self.remember(watched)
        self.clauses({move.name for move in step.moves})
        thens = [option.then for option in chosen]
        return "end" if "end" in thens else "leave" if "leave" in thens else None

    def clauses(self, names: set[str]) -> None:
        for name, clause in self.scenario.clauses.items():
            arrangement = self.scenario.arrangements.get(self.state["in_force"])
            if clause.after not in names or arrangement is None or name not in arrangement.clauses:
                continue
            if not self.holds(clause.when):
                continue
            probability = 1.0 if clause.probability is None else self.number(clause.probability)
            if probability == 0 or (probability < 1 and self.choose([probability, 1 - probability])):
                continue
            before = self.watched()
            self.assign(clause.sets)
            self.remember(before)

    def pay(self, pays: sc.Pays) -> None:
        for actor, amount in pays:
            self.paid[actor] += self.number(amount)

    def draw(self, step: sc.Chance) -> sc.ChanceOutcome:
        open_ = [each for each in step.outcomes if self.holds(each.condition)]
        given = [None if each.probability is None else self.number(each.probability) for each in open_]
        rest = 1 - sum(share for share in given if share is not None)
        return open_[self.choose([rest if share is None else share for share in given])]

    def decide(self, move: sc.Move, broken: set[str]) -> tuple[sc.Option, set[str]]:
        """The option taken, paid for, and the promises that it breaks for the first time."""
        arrangement = self.scenario.arrangements.get(self.state["in_force"])
        mover = arrangement.hands.get(move.name, move.by) if arrangement else move.by
        removed = arrangement.removes.get(move.name, ()) if arrangement else ()
        required = arrangement.requires.get(move.name, {}) if arrangement else {}
        options = [
            each
            for each in move.options
            if self.holds(each.condition) and each.name not in removed and self.holds(required.get(each.name))
        ]
        rounds = tuple(number for _, number in self.rounds)
        memory = tuple(self.memory[mover]) if self.scenario.recall == "perfect" else ()
        self.situations.add((move.name, rounds, mover, self.seen(mover), memory))
        option = options[self.choose([1 / len(options)] * len(options))]
        self.memory[mover].append((move.name, rounds, option.name))
        breaks = self.penalties(move, mover, option, broken)
        self.pay(option.pays)
        return option, breaks

    def penalties(self, move: sc.Move, mover: str, option: sc.Option, broken: set[str]) -> set[str]:
        breaks = set()
        for name, commitment in self.scenario.commitments.items():
            due = self.stands(commitment) and mover == commitment.by and move.name in commitment.at
            if not due or not self.holds(commitment.when) or option.name in commitment.at[move.name]:
                continue
            if commitment.once and name in broken:
                continue
            if commitment.penalty is not None:
                self.paid[mover] -= self.number(commitment.penalty)
                if commitment.once and commitment.penalty != ex.Number(0):
                    breaks.add(name)
        return breaks

    # --- signatures -----------------------------------------------------------------------------------

    def sign(self, step: sc.Sign) -> None:
        arrangement, fallback = self.arrangement, self.arrangement.otherwise
        now = self.state["in_force"]
        asked = now == "pending" or (arrangement.refusal == "later" and now == fallback)
        if not arrangement.signed_by or not asked:
            return
        assert fallback is not None
        flagged = arrangement.consent == "each" or arrangement.order == "together"
        names = self.given_to(step) if self.given else self.signatures(step, arrangement, flagged)
        everybody = len(names) == len(arrangement.signed_by)
        enters = everybody if arrangement.consent == "all" else bool(names)
        if flagged and (arrangement.consent == "all" or not enters):
            self.flag(set())
        self.enter(arrangement.name if enters else fallback)

    def given_to(self, step: sc.Sign) -> set[str]:
        names = set(self.arrangement.signed_by)
        if self.arrangement.consent == "each" or self.arrangement.order == "together":
            self.flag(names)
        return names

    def flag(self, names: set[str]) -> None:
        before = self.watched()
        self.signed = set(names)
        self.remember(before)

    def signatures(self, step: sc.Sign, arrangement: sc.Arrangement, flagged: bool) -> set[str]:
        """Who has signed, and been ratified, by the end of the step."""
        names: set[str] = set()
        ratified = dict(arrangement.ratified)
        together = arrangement.order == "together"
        if together:
            names = {actor for actor in arrangement.signed_by if self.signs(step, actor)}
            self.flag(names)
            if arrangement.consent == "all" and len(names) < len(arrangement.signed_by):
                return names
        for actor in arrangement.signed_by:
            if not together and self.signs(step, actor):
                names.add(actor)
                if flagged:
                    self.flag(names)
            if actor in names and actor in ratified:
                share = self.number(ratified[actor])
                if self.choose([share, 1 - share]):
                    names.discard(actor)
                    if arrangement.consent == "each":
                        self.flag(names)
            if arrangement.consent == "all" and actor not in names:
                return names
        return names

    def signs(self, step: sc.Sign, actor: str) -> bool:
        options = (sc.Option("sign"), sc.Option("refuse"))
        option, _ = self.decide(sc.Move(f"{step.name}.{actor}", actor, options), self.broken)
        return option.name == "sign"


def numbered(unrolled: Unrolled) -> Iterator[tuple[dict[str, str], float]]:
    """Ends as dictionaries with their probabilities."""
    for state, probability in unrolled.ends.items():
        yield dict(state), probability

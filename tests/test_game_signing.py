"""The sign step in all its modes."""

from __future__ import annotations

import pytest

from foedus.errors import ScenarioError
from foedus.game.compile import Variation
from foedus.game.show import describe_node
from plays import child, game_of, nodes_at, options_at, payment, sets_at, values_at

PACT = """
    parameters:
      price: {{value: 3, range: [1, 5], about: what a promise costs}}
      chance: {{value: 0.75, range: [0.5, 1], about: how likely a parliament agrees}}
    constants: {{rounds: 2}}
    variables:
      tense: {{values: [no, yes]}}
      attacked: {{values: [no, yes]}}
    play:
{play}
      - move: keep
        by: us
        when: in_force == pact
        options: {{fight: {{}}, abandon: {{}}}}
    commitments:
      guard: {{by: us, at: {{keep: [fight]}}, penalty: 2 * price, price: price}}
    payoffs: {{us: attacked == yes}}
    arrangements:
      none: {{about: nothing}}
      pact:
        signed_by: [us, them]
        commitments: [guard]
        start: {{tense: yes}}
        {terms}
"""
ONCE = """
      - sign: consent
"""
LOOP = """
      - repeat: rounds
        steps:
          - sign: consent
          - move: attack
            by: them
            options: {hold: {}, strike: {set: {attacked: yes}}}
"""


def pact(terms: str = "", play: str = ONCE, variation: Variation | None = None, name: str = "pact"):
    return game_of(PACT.format(play=play.strip("\n"), terms=terms), name, variation)


def test_signatories_sign_one_after_another():
    """After a refusal nobody else is asked, and the fallback is in force."""
    game = pact()
    assert len(nodes_at(game, "consent.us")) == len(nodes_at(game, "consent.them")) == 1
    assert game.nodes == 1 + 1 + 1 + 2
    refused = child(game, 0, "refuse")
    assert values_at(game, "end", "in_force").count("none") == 1
    assert refused in nodes_at(game, "end")


def test_entry_into_force_sets_the_start_and_takes_the_price():
    """The last signature costs the promisor its price; a refusal costs nothing and starts nothing."""
    game = pact()
    last = nodes_at(game, "consent.them")[0]
    assert payment(game, last, "sign", "us") == -3
    assert payment(game, last, "refuse", "us") == 0
    assert values_at(game, "keep", "tense") == ["yes"]


def test_a_breach_costs_the_promisor_the_penalty():
    """Any option but those that keep the promise is a breach."""
    game = pact()
    node = nodes_at(game, "keep")[0]
    assert payment(game, node, "abandon", "us") == -6
    assert payment(game, node, "fight", "us") == 0
    assert game.labels.due["guard"].nonzero()[0].tolist() == [node]
    assert game.labels.breach["guard"].sum() == 1


def test_signing_together_hides_the_others_choice():
    """The second signatory has one information set of two nodes; it takes all to enter into force."""
    game = pact("order: together")
    assert sets_at(game, "consent.them") == [2]
    assert values_at(game, "keep", "in_force") == ["pact"]
    assert set(values_at(game, "end", "signed.us")) == {"no"}


def test_consent_each_asks_everybody_and_binds_who_signed():
    """With one signature the pact is in force, but only the promisor's own makes its promise binding."""
    game = pact("consent: each")
    assert len(nodes_at(game, "consent.them")) == 2
    keep = nodes_at(game, "keep")
    assert sorted(values_at(game, "keep", "signed.us")) == ["no", "yes", "yes"]
    signed = values_at(game, "keep", "signed.us")
    due = [bool(game.labels.due["guard"][node]) for node in keep]
    assert due == [value == "yes" for value in signed]
    assert [payment(game, n, "abandon", "us") for n in keep] == [-6 if each else 0 for each in due]


def test_consent_each_takes_the_price_from_those_who_signed():
    """Who did not sign pays nothing when the pact enters into force."""
    game = pact("consent: each")
    prices = {
        game.labels.state[node, game.labels.variables.index("signed.us")]: payment(game, node, "sign", "us")
        for node in nodes_at(game, "consent.them")
    }
    assert prices == {0: 0, 1: -3}


def test_a_signature_may_need_ratification():
    """A rejection counts as a refusal; its probability is the rest."""
    game = pact("ratified: {us: chance}")
    node = nodes_at(game, "consent.us.ratified")[0]
    assert options_at(game, node) == ["ratified", "rejected"]
    assert child(game, node, "ratified") in nodes_at(game, "consent.them")
    assert child(game, node, "rejected") in nodes_at(game, "end")
    numbers = game.table.tabulate({}).probabilities[:, 0]
    assert numbers[game.probability[game.first_edge[node] : game.first_edge[node + 1]]].tolist() == [
        0.75,
        0.25,
    ]


def test_ratification_after_signing_together_is_skipped_where_somebody_refused():
    """With the consent of all needed, a parliament is asked only about a complete set of signatures."""
    game = pact(
        "{order: together, ratified: {them: chance}}".strip("{}").replace(
            ", ratified: {them: chance", "\n        ratified: {them: chance}"
        )
    )
    assert len(nodes_at(game, "consent.them.ratified")) == 1


@pytest.mark.parametrize(("refusal", "asked"), [("final", [1]), ("later", [1, 2])])
def test_a_refusal_may_be_final_or_for_now(refusal, asked):
    """With `later` the signatories are asked again when the loop comes back to the step."""
    game = pact(f"refusal: {refusal}", LOOP)
    positions = [game.labels.positions[game.labels.position[n]] for n in nodes_at(game, "consent.us")]
    assert sorted({position.rounds[0] for position in positions}) == asked


def test_an_arrangement_in_force_is_not_signed_again():
    """In the second round only those plays are asked in which it was refused."""
    game = pact("refusal: later", LOOP)
    second = [
        node
        for node in nodes_at(game, "consent.us")
        if game.labels.positions[game.labels.position[node]].rounds == (2,)
    ]
    assert {
        game.labels.domains[k][game.labels.state[n, k]]
        for n in second
        for k in [game.labels.variables.index("in_force")]
    } == {"none"}


@pytest.mark.parametrize("terms", ["", "consent: each", "order: together", "ratified: {us: chance}"])
def test_in_force_nobody_is_asked_and_the_price_is_paid(terms):
    """A root of one sure outcome carries the price; all signatures are given."""
    game = pact(terms, variation=Variation(in_force=True))
    assert not [step for step in ("consent.us", "consent.them") if nodes_at(game, step)]
    assert set(values_at(game, "end", "in_force")) == {"pact"}
    paid = game.table.tabulate({}).payoffs[game.payment, 0, 0]
    assert paid.min() == -6
    assert (paid == -3).sum() == 1


def test_the_fallback_asks_nobody():
    """An arrangement without signatories is in force from the root."""
    game = pact(name="none")
    assert game.nodes == 1
    assert values_at(game, "end", "in_force") == ["none"]


def test_a_scenario_without_a_sign_step_has_it_first():
    """Signatures come before everything else."""
    play = """
      - move: first
        by: us
        options: {go: {}, stay: {}}
"""
    game = pact(play=play)
    first = game.labels.positions[game.labels.position[0]].step
    assert first.endswith(".us")
    assert len(nodes_at(game, "first")) == 2


def test_a_price_of_an_unsigned_arrangement_is_paid_at_the_start():
    """It takes a root of one sure outcome to put the price on."""
    game = game_of(
        """
        play:
          - move: keep
            by: us
            options: {fight: {}, abandon: {}}
        commitments:
          guard: {by: us, at: {keep: [fight]}, price: 4}
        payoffs: {us: 1}
        arrangements:
          old: {commitments: [guard]}
        """,
        "old",
    )
    assert payment(game, 0, options_at(game, 0)[0], "us") == -4
    assert game.nodes == 3


def test_nothing_is_paid_for_a_promise_without_a_price():
    """A price of 0 adds no node."""
    text = PACT.format(play=ONCE.strip("\n"), terms="").replace("price: price", "price: 0")
    game = game_of(text, "pact", Variation(in_force=True))
    costly = pact(variation=Variation(in_force=True))
    assert game.edges == costly.edges
    assert not game.payment[0]


@pytest.mark.parametrize("consent", ["all", "each"])
def test_a_price_can_follow_from_an_earlier_signature(consent: str):
    """A scenario may ask whose signature is given, under any consent; under a fallback nobody's is."""
    text = PACT.replace("price: price}}", "price: price * (1 - 0.5 * (signed.them == yes))}}")
    game = game_of(text.format(play=ONCE.strip("\n"), terms=f"consent: {consent}"), "pact")
    last = nodes_at(game, "consent.them")
    assert min(payment(game, node, "sign", "us") for node in last) == -1.5
    assert {
        value
        for n, value in zip(nodes_at(game, "end"), values_at(game, "end", "signed.them"), strict=True)
        if describe_node(game, n)["values"]["in_force"] == "none"
    } == {"no"}
    fallback = game_of(text.format(play=ONCE.strip("\n"), terms=""), "none")
    assert values_at(fallback, "end", "signed.them") == ["no"]


def test_a_signature_cannot_be_set():
    """Signatures are given at the sign step alone, and only by those who sign something."""
    with pytest.raises(ScenarioError, match=r"found 'signed\.us', expected a name"):
        pact(play=ONCE + "      - set: {signed.us: yes}\n")
    with pytest.raises(ScenarioError, match=r"'signed\.others' has a dot"):
        pact(play=ONCE + "      - when: signed.others == yes\n        steps: []\n")

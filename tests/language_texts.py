"""Scenario texts for the tests of the language."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parent.parent / "docs" / "reference" / "language.md").read_text("utf-8")

GUARANTEE = """\
foedus: 1
title: A guarantee for a small neighbour
about: The smallest scenario with a promise in it.

actors:
  challenger: {name: Challenger}
  protege:    {name: Protégé}
  guarantor:  {name: Guarantor}

rationality: 0.25            # logit precision, per point of payoff

parameters:
  prize:      {value: 40, range: [20, 60], about: what the province is worth, cites: [wire-0801#3]}
  war_cost:   {value: 25, range: [10, 50], about: what a war costs the guarantor}
  reputation: {value: 20, range: [0, 60],  about: what breaking its word costs the guarantor}
  p_resolved: {value: 0.5, range: [0.2, 0.8], about: how likely the guarantor is resolved}

constants: {rounds: 2}

variables:
  resolve: {values: [resolved, hesitant], seen_by: [guarantor]}
  attacked: {values: [no, yes]}
  fate:     {values: [held, saved, lost]}

play:
  - chance: nature
    outcomes:
      resolved: {probability: p_resolved, set: {resolve: resolved}}
      hesitant: {probability: rest,       set: {resolve: hesitant}}
  - sign: consent
  - repeat: rounds
    until: attacked == yes
    steps:
      - move: threaten
        by: challenger
        options:
          hold: {}
          attack: {set: {attacked: yes}, pays: {challenger: -5}}
  - move: respond
    by: guarantor
    when: attacked == yes
    options:
      abandon: {set: {fate: lost}}
      fight:   {set: {fate: saved}}

commitments:
  guarantee:
    by: guarantor
    to: protege
    when: attacked == yes
    at: {respond: [fight]}
    penalty: reputation
    price: 2

payoffs:
  challenger: prize * (fate == lost)
  protege:    -100 * (fate == lost)
  guarantor:  -war_cost * (fate == saved) * if(resolve == resolved, 0.5, 1.5) - 30 * (fate == lost)

outcomes:
  peace: attacked == no
  war:   fate == saved
  loss:  fate == lost

arrangements:
  none: {about: no promise}
  treaty:
    about: a public promise to fight
    signed_by: [protege, guarantor]
    commitments: [guarantee]

claims:
  deters:
    says: A public promise makes an attack less likely.
    cites: [wire-0801#4]
    holds: P[treaty; in_force](attacked == yes) < P[none](attacked == yes)
"""


def with_change(old: str, new: str, text: str = GUARANTEE) -> str:
    """The text with its first `old` replaced, which must be there."""
    assert old in text
    return text.replace(old, new, 1)


def with_section(sections: str, text: str = GUARANTEE) -> str:
    """The text with top-level sections replaced or added, those at its end."""
    new, old = parts(sections), parts(text)
    return "".join(({name: part for name, part in old.items() if name not in new} | new).values())


def parts(text: str) -> dict[str, str]:
    """The top-level sections by their keys."""
    found = [part for part in re.split(r"^(?=[a-z_]+:)", text, flags=re.MULTILINE) if part.strip()]
    return {part.split(":")[0]: part.rstrip() + "\n" for part in found}


def page_blocks(kind: str) -> list[str]:
    """The blocks of the reference page in one language."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def page_scenario() -> str:
    """The scenario that the reference page builds."""
    return "".join(page_blocks("yaml"))

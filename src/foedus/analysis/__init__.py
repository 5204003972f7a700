"""What equilibria say: outcomes, values, signatures, promises, causes of risk, and whether claims hold.

`cases` names what is to be solved and `solutions` solves each case once. `comparison` puts arrangements
side by side (`measures`, with `outcomes`, `signing` and `commitments`, counted by `tally`); `explanation`
takes one apart (`course`, `causes`, `slips`). `claims` evaluates formulas: `formula` over `results`, which
follow `events` along a play; `derivative` and `tipping` vary a parameter. `sensitivity` tells which
parameters matter: `gradients` differentiates formulas, from what each result is `owing` to the play and from
the `motion` of parameters. Modules named `…_shape` make the documented JSON.
"""

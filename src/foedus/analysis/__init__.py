"""What equilibria say: outcomes, values, signatures, promises, causes of risk, and whether claims hold.

`cases` names what is to be solved, `games` keeps what is compiled, and `solutions` solves each case once.
`comparison` puts arrangements side by side (`rows` of `measures`, kept in `columns`, with `outcomes`,
`signing` and `commitments`, counted by `tally` along `tracks` of plays that `unfolding` cuts short, and told
by `judging`) and `summary` makes medians of many worlds; `explanation` takes one apart (`course`, `causes`,
`slips`). `claims` evaluates formulas: `formula` over `results`, which follow `events` along a play;
`derivative` and `tipping` vary a parameter. `sensitivity` tells which parameters matter: `gradients`
differentiates formulas, from what each result is `owing` to the play and from the `motion` of parameters.
Modules named `…_shape` make the documented JSON.
"""

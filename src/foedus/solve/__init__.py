"""From a game and the numbers of many worlds to an `Equilibrium` of each.

`solver` is the front door: it tries the methods in turn (`induction`, `acceleration`, `continuation`), each a
walk over blocks of worlds (`problem`, `block`), in memory that a thread keeps (`arena`), of a game whose
alike nodes are one (`merging`). The kernels (`kernels`) are `passes` put together to `sweeps`, with the least
squares of `mixing`, on vectors of worlds (`lanes`, `arithmetic`), given what `kinds` lists. For few worlds
(`few`) there is the same of fewer lanes (`narrow`), and `threads` take game after game (`crew`) from a table
that says where their arrays lie (`words`). What many sweeps repeat, the way backwards, is `rearward`, in the
order of `schedule` along the lists of `runs`. `evaluate` and `follow` ask what a behaviour leads to, `ranges`
what is at stake whatever anybody does; `gradient` and `retrace` differentiate, by the transposes in
`adjoints` and linear systems in `krylov`. `small_path`, with `small` and `small_system`, traces small game
files in one call. `reference` does the same again, slowly and sharing nothing, for the
tests.
"""

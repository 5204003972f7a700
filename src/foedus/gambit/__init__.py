"""Gambit's format of extensive games, version 2 (`.efg`): read, solved, written.

`scanner` and `reader` make a `tree` of a file; `order` and `build` make a `Game` of that, if its information
sets have an order of play; `solving` gives it to the solver, or else to the dense `tracing` here. `exporting`
and `writer` unroll a scenario's game to a file.
"""

"""From a scenario and one of its arrangements to a `Game`: a layered graph as arrays.

`compile` is the front door and `cache` keeps what it made. The play becomes instructions (`program`,
`signing`), which `walk` explores state by state (`moves`, `chances`, `taking`, `events`, with `rules`,
`promises` and `recall` for what holds where); `bind` and `evaluate` leave of each expression only what
depends on parameters. `assemble` and `tables` make the arrays of `game` and `table`, `joint` tabulates
several games at once, and `reverse` leads from derivatives by numbers back to parameters. `check` and
`extremes` find numbers that cannot be; `show` and `dump` print a game.
"""

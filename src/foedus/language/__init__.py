"""The scenario file: from text to a `Scenario`, with every fault told at once.

The way of a file: `reader` is the front door; `compose` and `tree` make the YAML a tree with places;
`shaping`, `schema` and `fields` make that typed models; `parser`, `grammar` and `building` make
expressions; `resolve` and what it calls (`numbers`, `steps`, `promises`, `ends`, `claims`, `meaning`) look
every name up. What comes out is in `scenario` and `expression`. `check`, `information` and `trivial` look
at it once more.
"""

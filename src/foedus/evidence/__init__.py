"""Documents, their passages and citations: where a number or a claim comes from.

`passages` cuts a text into what can be cited, `reading` and `worker` get the text of a file, `store` keeps
both in one SQLite file, `fingerprints` and `checking` say whether a citation still finds what it was made of.
"""

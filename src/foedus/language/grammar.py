"""The grammar of expressions and claims, and the words that have a meaning of their own in it."""

from __future__ import annotations

GRAMMAR = r"""
?start: disjunction

?disjunction: conjunction | conjunction ("or" conjunction)+ -> disjunction
?conjunction: negation | negation ("and" negation)+ -> conjunction
?negation: comparison | NOT negation -> negation
?comparison: sum
    | sum (COMPARISON sum)+ -> comparison
    | sum "in" "(" _list ")" -> member
    | sum NOT "in" "(" _list ")" -> non_member
?sum: product | sum SIGN product -> binary
?product: signed | product FACTOR signed -> binary
?signed: power | SIGN signed -> signed
?power: atom | atom POWER signed -> binary
?atom: NUMBER -> number
    | (NAME | DOTTED) -> name
    | "(" disjunction ")"
    | NAME "(" _list ")" -> call
    | NAME "(" disjunction "for" NAME "in" group ")" -> over
    | NAME "(" disjunction ";" NAME ")" -> with_parameter
    | NAME "[" setting "]" "(" subject condition? ")" -> result

subject: _list
condition: "|" disjunction
group: NAME | "(" NAME ("," NAME)* ","? ")" -> listed
setting: NAME (";" _items)?
_items: item ("," item)*
?item: NAME -> flag | (NAME | DOTTED) "=" disjunction -> override
_list: disjunction ("," disjunction)*

NUMBER: /([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?(?![\w.])/
DOTTED.2: /[^\W\d]\w*(\.\w+)+/
NAME: /[^\W\d]\w*/
NOT: "not"
COMPARISON: "==" | "!=" | "<=" | ">=" | "<" | ">"
SIGN: "+" | "-"
FACTOR: "*" | "/"
POWER: "^"
%ignore /[ \t\r\n]+/
"""

FUNCTIONS = {
    "if": (3, 3),
    "min": (1, None),
    "max": (1, None),
    "abs": (1, 1),
    "exp": (1, 1),
    "log": (1, 1),
    "sqrt": (1, 1),
}
"""Functions of numbers: the least and the greatest number of arguments."""

EVENTS = {"ever": (1, 1), "chose": (1, 1)}
"""Functions that may stand in the events of claims."""

RESULTS = ("P", "E", "V", "Share", "Q", "Signs", "Keeps", "Delivers")
"""What a claim may ask of an arrangement, with brackets."""

OPERATORS_ON_FORMULAS = ("D", "Tip")
"""What a claim may ask of a formula and a parameter."""

RESERVED = frozenset({"and", "or", "not", "in", "for", "if", "inf", "nan", "rest"})
"""Words that nothing in a scenario may be called."""

LONGEST_TEXT = 10_000
DEEPEST_NESTING = 100

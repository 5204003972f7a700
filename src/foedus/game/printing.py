"""Registers of a table as text, with no more brackets than reading needs."""

from __future__ import annotations

from foedus.game.arithmetic import Op
from foedus.game.table import Table

SYMBOLS = {
    Op.OR: ("or", 1),
    Op.AND: ("and", 2),
    Op.EQUAL: ("==", 4),
    Op.DIFFERENT: ("!=", 4),
    Op.LESS: ("<", 4),
    Op.LESS_EQUAL: ("<=", 4),
    Op.GREATER: (">", 4),
    Op.GREATER_EQUAL: (">=", 4),
    Op.ADD: ("+", 5),
    Op.SUBTRACT: ("-", 5),
    Op.MULTIPLY: ("*", 6),
    Op.DIVIDE: ("/", 6),
    Op.POWER: ("^", 8),
}
UNARY = {Op.NOT: ("not ", 3), Op.NEGATE: ("-", 7)}
LONGEST = 1_600


def number_text(number: float) -> str:
    """A number as it would be written by hand."""
    return f"{number:.12g}"


class Printer:
    """Prints the registers of one table; each is printed once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.names = {register: name for name, register in table.parameters.items()}
        self._known: dict[int, tuple[str, int]] = {}

    def text(self, register: int, binding: int) -> str:
        """The text, in brackets if what stands around it binds tighter."""
        if register not in self._known:
            self._known[register] = self._print(register)
        text, own = self._known[register]
        return f"({text})" if own < binding else text

    def _print(self, register: int) -> tuple[str, int]:
        operation = Op(self.table.operation[register])
        parts = [part for part in self.table.arguments[register].tolist() if part >= 0]
        if operation is Op.NUMBER:
            number = self.table.number[register]
            return number_text(number), 7 if number < 0 else 9
        if operation is Op.PARAMETER:
            return self.names[register], 9
        if operation in UNARY:
            word, binding = UNARY[operation]
            return self._cut(word + self.text(parts[0], binding)), binding
        if operation in SYMBOLS:
            word, binding = SYMBOLS[operation]
            return self._cut(
                f"{self.text(parts[0], binding)} {word} {self.text(parts[1], binding + 1)}"
            ), binding
        inside = ", ".join(self.text(part, 0) for part in parts)
        return self._cut(f"{operation.name.lower()}({inside})"), 9

    def _cut(self, text: str) -> str:
        return text if len(text) <= LONGEST else text[:LONGEST] + " …"

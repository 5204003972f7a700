"""Files in Gambit's format for fuzzing: grown from the grammar, spoilt from good ones, extreme in one way."""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path
from random import Random

MOST_BYTES = 100_000
FOLDER = Path(__file__).parent / "efg"

NUMBERS = (
    *(
        "0",
        "1",
        "2",
        "3",
        "-1",
        "+7",
        "1/2",
        "1/3",
        "2/4",
        "0.5",
        ".25",
        "1.",
        "-2.5e-1",
        "1E2",
        "1e5",
        "0e0",
    ),
    *("1/0", "0/0", "-0", "1e999999999", "-1e999999999", "1e-999999999", "1e308", "-1.8e308", "5e-324"),
    *("2147483648", "99999999999999999999", "1e", "1//2", "1/-2", "--1", "nan", "inf", "0x10", "1_000", "١"),
)
PIECES = (
    *(
        "EFG",
        "2",
        "R",
        "D",
        "c",
        "p",
        "t",
        "{",
        "}",
        ",",
        '"',
        '""',
        "\\",
        '\\"',
        '"a\\"',
        "\n",
        "\r\n",
        "\t",
    ),
    *("\0", "\x1a", "\x85", "\u2028", "\ufeff", "é", "𐍈", "\U0010ffff", "//", "/*", "NFG 1 R", '"x" "y"'),
)
LABELS = ("", "s", "a", 'q\\"q', "b\\\\", "é", "𐍈", "a b", "\\", "{", "1", "x" * 300)


def any_input(rng: Random, samples: list[str]) -> bytes:
    """One input of at most about MOST_BYTES."""
    way = rng.choices([grown, spoilt, extreme, noise], [4, 6, 1, 0.3])[0]
    content = way(rng, samples)
    return content[:MOST_BYTES]


def good_samples() -> list[str]:
    """The games of the tests, to be spoilt."""
    return [file.read_text("utf-8") for file in sorted(FOLDER.glob("*.efg"))]


# --- from the grammar -------------------------------------------------------------------------------------


class Grower:
    """Writes a random tree that is well formed but for what `odd`, a probability, makes of its words."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.odd = rng.choice([0.0, 0.0, 0.002, 0.02])
        self.players = rng.choice([1, 2, 2, 3, 4])
        self.left = rng.choice([1, 5, 20, 60, 400])
        self.own_sets = rng.random() < 0.3
        self.options: dict[tuple[int, int], tuple[int, str]] = {}
        self.told: set[int] = set()
        self.names = LABELS
        self.size = rng.choice([1, 10, 1000])
        self.sets = 0

    def word(self, usual: str) -> str:
        if self.rng.random() >= self.odd:
            return usual
        return self.rng.choice(["", usual + usual, self.rng.choice(NUMBERS), self.rng.choice(PIECES)])

    def text(self) -> str:
        names = " ".join(self.word(f'"P{k}"') for k in range(self.players))
        lines = [f'EFG 2 {self.rng.choice("RD")} "t" {{ {names} }}', '""' if self.rng.random() < 0.5 else ""]
        waiting = 1
        while waiting:
            waiting -= 1
            line, children = self.node()
            waiting += children
            lines.append(line)
        return self.rng.choice(["\n", "\n", " ", ",\r\n"]).join(lines)

    def node(self) -> tuple[str, int]:
        self.left -= 1
        kind = "t" if self.left <= 0 else self.rng.choices("cpt", [1, 4, 2])[0]
        label = self.rng.choice(['""', "", '"n"'])
        if kind == "t":
            return f"{self.word('t')} {label} {self.outcome()}", 0
        owner = 0 if kind == "c" else self.rng.randint(1, self.players)
        number = self._number()
        count, told = self._options(owner, number)
        player = self.word(str(owner)) if owner else ""
        outcome = "0" if self.rng.random() < 0.8 else self.outcome()
        return f"{self.word(kind)} {label} {player} {self.word(str(number))} {told} {outcome}", count

    def _number(self) -> int:
        self.sets += 1
        return self.sets if self.own_sets else self.rng.randint(1, 6)

    def _options(self, owner: int, number: int) -> tuple[int, str]:
        """How many, and the words that tell them: none at times, where they are known."""
        if (owner, number) in self.options:
            count, known = self.options[owner, number]
            return count, self.rng.choice(["", known, f'"s" {known}'])
        count = self.rng.choices([1, 2, 3, 8], [1, 6, 3, 0.2])[0]
        names = [self.rng.choice(self.names) if self.rng.random() < 0.02 else f"o{k}" for k in range(count)]
        words = [self.word(f'"{name}"') for name in names]
        if owner == 0:
            words = [f"{word} {share}" for word, share in zip(words, self._shares(count), strict=True)]
        known = "{ " + " ".join(words) + " }"
        self.options[owner, number] = count, known
        return count, f'"s" {known}'

    def _shares(self, count: int) -> list[str]:
        cuts = [self.rng.choice([0, 1, 1, 2, 5]) for _ in range(count)]
        whole = sum(cuts) or 1
        shares = [f"{each}/{whole}" for each in cuts] if any(cuts) else ["1/1", *["0/1"] * (count - 1)]
        return [self.word(each) for each in shares]

    def outcome(self) -> str:
        number = self.rng.randint(0, 12)
        if not number or (number in self.told and self.rng.random() < 0.5):
            return self.word(str(number))
        self.told.add(number)
        payoffs = [
            self.word(str(Random(number * 31 + k).randint(-self.size, self.size)))
            for k in range(self.players)
        ]
        return f'{self.word(str(number))} "" {{ {" ".join(payoffs)} }}'


def grown(rng: Random, _samples: list[str]) -> bytes:
    return Grower(rng).text().encode("utf-8", "surrogatepass")


# --- from good files --------------------------------------------------------------------------------------


def spoilt(rng: Random, samples: list[str]) -> bytes:
    """A good file after a few mutations."""
    text = rng.choice(samples)
    for _ in range(rng.choice([1, 1, 2, 3, 8])):
        text = rng.choice(MUTATIONS)(rng, text)
    content = text.encode("utf-8", "surrogatepass")
    return flipped(rng, content) if rng.random() < 0.2 else content


def flipped(rng: Random, content: bytes) -> bytes:
    spoilt = bytearray(content)
    for _ in range(rng.choice([1, 2, 10])):
        if spoilt:
            spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
    return bytes(spoilt)


def _stretch(rng: Random, text: str) -> tuple[int, int]:
    first = rng.randint(0, len(text))
    return first, min(len(text), first + rng.choice([0, 1, 2, 5, 40, 400]))


def _cut(rng: Random, text: str) -> str:
    first, last = _stretch(rng, text)
    return text[:first] + text[last:]


def _double(rng: Random, text: str) -> str:
    first, last = _stretch(rng, text)
    return text[:last] + text[first:last] * rng.choice([1, 1, 2, 50]) + text[last:]


def _insert(rng: Random, text: str) -> str:
    first, last = _stretch(rng, text)
    return text[:first] + rng.choice([*NUMBERS, *PIECES]) + text[last if rng.random() < 0.5 else first :]


def _splice(rng: Random, text: str) -> str:
    first, last = _stretch(rng, text)
    other, _ = _stretch(rng, text)
    return text[:other] + text[first:last] + text[other:]


def _words(rng: Random, text: str, change: Callable[[list[str], int], None]) -> str:
    words = text.split(" ")
    change(words, rng.randrange(len(words)))
    return " ".join(words)


def _number(rng: Random, text: str) -> str:
    """Another number in place of one: a count, a set, a player, an outcome, a payoff."""

    def change(words: list[str], at: int) -> None:
        places = [k for k, word in enumerate(words) if word[:1] in "-+.0123456789" and word]
        if places:
            words[rng.choice(places)] = rng.choice([*NUMBERS, str(rng.randint(0, 9)), long_number(rng)])

    return _words(rng, text, change)


def _swap(rng: Random, text: str) -> str:
    def change(words: list[str], at: int) -> None:
        other = rng.randrange(len(words))
        words[at], words[other] = words[other], words[at]

    return _words(rng, text, change)


def _lines(rng: Random, text: str) -> str:
    lines = text.split("\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    way = rng.randrange(3)
    if way == 0:
        lines[at], lines[other] = lines[other], lines[at]
    elif way == 1:
        lines[at : at + 1] = [lines[at]] * rng.choice([0, 2, 3])
    else:
        lines[at] = lines[other]
    return "\n".join(lines)


MUTATIONS = (_cut, _double, _insert, _splice, _number, _number, _swap, _lines, _lines)


# --- extreme in one way -----------------------------------------------------------------------------------


def long_number(rng: Random) -> str:
    digits = "".join(rng.choices(string.digits, k=rng.choice([10, 400, 999, 1000, 4301, 20_000])))
    return rng.choice(["{}", "-{}", "1/{}", "{}/3", "{}.5", "0.{}", "{}e5", "1e{}", "1e-{}", "{}/{}"]).format(
        digits, digits[::-1]
    )


def _repeated(rng: Random, piece: str, least: int = 10) -> str:
    most = MOST_BYTES // len(piece)
    return piece * rng.choice([least, most // 100 + 1, most // 3, most])


HEAD = 'EFG 2 R "t" { "A" "B" }\n'
EXTREMES: tuple[Callable[[Random], str], ...] = (
    lambda r: HEAD + _repeated(r, 'p "" 1 1 "" { "l" "r" } 0 '),
    lambda r: HEAD + _repeated(r, 'c 1 { "x" 1 } 0 ') + "t 0",
    lambda r: HEAD + "".join(f'p 1 {k} {{ "o" }} 0 ' for k in range(r.choice([10, 5000]))) + "t 0",
    lambda r: HEAD + "".join(f'p 1 {k} {{ "l" "r" }} 0 t 0 ' for k in range(r.choice([10, 3000]))) + "t 0",
    lambda r: HEAD + 'p 1 1 "s" { ' + _repeated(r, '"o" ') + "} 0 " + "t 0 " * r.choice([1, 10, 20_000]),
    lambda r: (
        HEAD + "c 1 { " + "".join(f'"{k}" 1/{10 ** r.randint(1, 900) + k} ' for k in range(100)) + "} 0"
    ),
    lambda r: HEAD + "c 1 { " + _repeated(r, '"o" 0 ') + '"x" 1 } 0 ' + "t 0 " * r.choice([1, 100]),
    lambda r: HEAD + f't 1 "" {{ {long_number(r)} {long_number(r)} }}',
    lambda r: HEAD + f'c 1 "" {{ "a" {long_number(r)} "b" {long_number(r)} }} 0 t 0 t 0',
    lambda r: HEAD + f"t {long_number(r)}",
    lambda r: f'EFG 2 R "{_repeated(r, r.choice(LABELS[1:]))}" {{ "A" }} t 0',
    lambda r: 'EFG 2 R "t" { ' + _repeated(r, '"A" ') + "} t 0",
    lambda r: (
        HEAD + _repeated(r, r.choice(['"', "{", "}", "\\", "\n", ",", " ", "\0", "1", "1/", "1.", "1e"]))
    ),
    lambda r: HEAD + '"' + _repeated(r, "\\"),
    lambda r: _repeated(r, r.choice(["E", "EFG ", "EFG 2 R ", '""'])),
    lambda r: HEAD + 'p 1 1 { "l" "r" } 0 ' + "".join(f't {k} "" {{ {k} {k} }} ' for k in range(5000)),
)


def extreme(rng: Random, _samples: list[str]) -> bytes:
    """Deep, wide, long or large, as one of EXTREMES says."""
    return rng.choice(EXTREMES)(rng).encode("utf-8", "surrogatepass")


def noise(rng: Random, _samples: list[str]) -> bytes:
    return rng.randbytes(rng.choice([0, 1, 3, 100])) if rng.random() < 0.5 else _words_at_random(rng)


def _words_at_random(rng: Random) -> bytes:
    return (HEAD + " ".join(rng.choices([*NUMBERS, *PIECES], k=rng.randint(0, 40)))).encode()

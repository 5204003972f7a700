"""A game as bytes and back: arrays end to end, everything else as JSON. Nothing is ever unpickled."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.errors import Mark
from foedus.game.game import Game, Labels, Position
from foedus.game.table import Origin, Table

GAME_ARRAYS = (
    "first_edge",
    "information_set",
    "payoff",
    "child",
    "probability",
    "payment",
    "slip",
    "first_node",
    "last_node",
    "first_option",
    "mover",
    "weight",
)
LABEL_ARRAYS = ("position", "state", "edge_name", "first_transit", "transit")
TABLE_ARRAYS = (
    "operation",
    "arguments",
    "number",
    "starts",
    "probability",
    "payoff",
    "weight",
    "rationality",
    "simplices",
)
KINDS = ("i4", "i2", "f8", "b1")


class Packer:
    """Collects arrays by kind; `shapes` says in which order they come."""

    def __init__(self) -> None:
        self.parts: dict[str, list[NDArray[Any]]] = {kind: [] for kind in KINDS}
        self.shapes: list[tuple[str, tuple[int, ...]]] = []

    def add(self, array: NDArray[Any]) -> None:
        kind = array.dtype.str[1:]
        self.parts[kind].append(array.ravel())
        self.shapes.append((kind, array.shape))

    def joined(self) -> dict[str, NDArray[Any]]:
        return {kind: np.concatenate([np.zeros(0, kind), *parts]) for kind, parts in self.parts.items()}


class Unpacker:
    """Hands the arrays out again in the order in which they were added."""

    def __init__(self, arrays: dict[str, NDArray[Any]], shapes: list[tuple[str, list[int]]]) -> None:
        self.arrays = arrays
        self.shapes = iter(shapes)
        self.used = dict.fromkeys(KINDS, 0)

    def take(self) -> NDArray[Any]:
        kind, shape = next(self.shapes)
        first = self.used[kind]
        self.used[kind] += int(np.prod(shape))
        part = self.arrays[kind][first : self.used[kind]]
        return part.reshape(shape)

    def some(self, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
        return {name: self.take() for name in names}


def pack(game: Game) -> bytes:
    """The game as the content of an .npz file."""
    packer = Packer()
    labels, table = game.labels, game.table
    for owner, names in ((game, GAME_ARRAYS), (labels, LABEL_ARRAYS), (table, TABLE_ARRAYS)):
        for name in names:
            packer.add(getattr(owner, name))
    for flags in (labels.due, labels.breach, labels.fired):
        for array in flags.values():
            packer.add(array)
    text = json.dumps({**_texts(game), "shapes": packer.shapes}).encode()
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, text=np.frombuffer(text, np.uint8), **packer.joined())
    return content.getvalue()


def _texts(game: Game) -> dict[str, Any]:
    labels, table = game.labels, game.table
    sees = dict(zip(game.mover.tolist(), labels.sees, strict=True))
    return {
        "title": game.title,
        "actors": game.actors,
        "variables": labels.variables,
        "domains": labels.domains,
        "positions": [(each.step, each.rounds) for each in labels.positions],
        "edge_names": labels.edge_names,
        "sees": list(sees.items()),
        "flags": [list(labels.due), list(labels.breach), list(labels.fired)],
        "parameters": table.parameters,
        "base": table.base,
        "origins": {
            purpose: [(register, *_told(origin)) for register, origin in known.items()]
            for purpose, known in table.origins.items()
        },
        "places": list(table.places.items()),
        "simplex_origins": [_told(origin) for origin in table.simplex_origins],
    }


def _told(origin: Origin) -> tuple[Any, ...]:
    mark = origin.mark
    place = (mark.file, mark.line, mark.column) if mark else (None, 0, 0)
    return (*place, origin.text, *origin.path)


def _origin(file: str | None, line: int, column: int, text: str, *path: str) -> Origin:
    return Origin(None if file is None else Mark(file, line, column), text, path)


def unpack(content: bytes) -> Game:
    """The game of some bytes; ValueError, KeyError or a zip error where they are not one."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        told = json.loads(file["text"].tobytes())
        unpacker = Unpacker({kind: file[kind] for kind in KINDS}, told["shapes"])
    game, labels, table = (unpacker.some(names) for names in (GAME_ARRAYS, LABEL_ARRAYS, TABLE_ARRAYS))
    return Game(
        title=told["title"],
        actors=tuple(told["actors"]),
        **game,
        table=_table(told, table),
        labels=_labels(told, labels, game["mover"].tolist(), unpacker),
    )


def _table(told: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Table:
    return Table(
        **arrays,
        parameters=told["parameters"],
        base=told["base"],
        origins={
            purpose: {register: _origin(*origin) for register, *origin in known}
            for purpose, known in told["origins"].items()
        },
        places=dict(told["places"]),
        simplex_origins=tuple(_origin(*origin) for origin in told["simplex_origins"]),
    )


def _labels(
    told: dict[str, Any], arrays: dict[str, NDArray[Any]], mover: list[int], unpacker: Unpacker
) -> Labels:
    due, breach, fired = ({name: unpacker.take() for name in names} for names in told["flags"])
    sees = {actor: tuple(columns) for actor, columns in told["sees"]}
    return Labels(
        variables=tuple(told["variables"]),
        domains=tuple(map(tuple, told["domains"])),
        positions=tuple(Position(step, tuple(rounds)) for step, rounds in told["positions"]),
        edge_names=tuple(told["edge_names"]),
        sees=tuple(sees[actor] for actor in mover),
        **arrays,
        due=due,
        breach=breach,
        fired=fired,
    )

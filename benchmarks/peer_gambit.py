"""The side of pygambit: started by `peers.Peer`, it knows nothing of Foedus."""

from __future__ import annotations

import contextlib
import io
import time
from typing import Any

from benchmarks.peers import serve

game: Any = None


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """`hello`, `catalogue`, `load` (a catalogue name or a text), `solve` (at a rationality)."""
    return globals()[f"do_{request.pop('do')}"](**request)  # type: ignore[no-any-return]


def do_hello() -> dict[str, Any]:
    with contextlib.suppress(ImportError):
        import pygambit  # noqa: PLC0415

        return {"ready": True, "version": pygambit.__version__}
    return {"ready": False}


def do_catalogue() -> dict[str, Any]:
    """The names of the extensive games, each with its text."""
    from pygambit import catalog  # noqa: PLC0415

    games = {name: catalog.load(name) for name in catalog.games().Game}
    return {name: each.to_efg() for name, each in games.items() if type(each).__name__ == "ExtensiveGame"}


def do_load(text: str) -> dict[str, Any]:
    global game  # noqa: PLW0603 - the process has one game at a time
    import pygambit  # noqa: PLC0415

    game = pygambit.read_efg(io.BytesIO(text.encode()))
    return {"loaded": True}


def do_solve(rationality: float) -> dict[str, Any]:
    """Seconds of one call, the λ that it came to, and the behaviour: players, sets and options in order."""
    from pygambit.qre import logit_solve_lambda  # noqa: PLC0415

    start = time.perf_counter()
    found = logit_solve_lambda(game, rationality)
    spent = time.perf_counter() - start
    last = found[-1]
    shares = [
        [float(share) for share in dict(action).values()] for player in last.profile for _, action in player
    ]
    return {"seconds": spent, "rationality": float(last.lam), "behaviour": shares}


if __name__ == "__main__":
    serve(answer)

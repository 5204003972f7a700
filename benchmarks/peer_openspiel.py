"""The side of OpenSpiel: started by `peers.Peer`, it knows nothing of Foedus.

It has no logit equilibrium of extensive games. Where nothing is hidden its states can be walked and the logit
answer taken at each: a few lines that a user would write. For zero-sum games with hidden information it has
magnetic mirror descent, whose quantal response is of another kind (of the reduced normal form).
"""

from __future__ import annotations

import contextlib
import math
import time
from typing import Any

from benchmarks.peers import serve

game: Any = None
GAP, MOST = 1e-7, 100_000

Told = list[tuple[int, list[float]]]


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """`hello`, `load` (a text), `walk` or `mirror` (at a rationality)."""
    return globals()[f"do_{request.pop('do')}"](**request)  # type: ignore[no-any-return]


def do_hello() -> dict[str, Any]:
    with contextlib.suppress(ImportError):
        import pyspiel  # noqa: F401, PLC0415

        return {"ready": True}
    return {"ready": False}


def do_load(text: str) -> dict[str, Any]:
    global game  # noqa: PLW0603 - the process has one game at a time
    import pyspiel  # noqa: PLC0415

    game = pyspiel.load_efg_game(text)
    return {"loaded": True}


def do_walk(rationality: float) -> dict[str, Any]:
    """Seconds of one walk from the ends to the root, and behaviour as pygambit would tell it."""
    start = time.perf_counter()
    told: Told = []
    _value(game.new_initial_state(), rationality, told)
    spent = time.perf_counter() - start
    behaviour = [shares for _, shares in sorted(told, key=lambda each: each[0])]
    return {"seconds": spent, "rationality": rationality, "behaviour": behaviour}


def _value(state: Any, rationality: float, told: Told) -> list[float]:
    if state.is_terminal():
        return state.returns()  # type: ignore[no-any-return]
    mover, at = state.current_player(), len(told)
    told.append((mover, []))
    values = [_value(state.child(action), rationality, told) for action in state.legal_actions()]
    best = max(value[mover] for value in values)
    scores = [math.exp(rationality * (value[mover] - best)) for value in values]
    shares = [score / sum(scores) for score in scores]
    told[at] = mover, shares
    return [sum(p * value[a] for p, value in zip(shares, values, strict=True)) for a in range(len(values[0]))]


def do_mirror(rationality: float) -> dict[str, Any]:
    """Seconds until the gap of the regularised game is below GAP. Its behaviour is nobody's logit answer."""
    from open_spiel.python.algorithms.mmd_dilated import MMDDilatedEnt  # noqa: PLC0415

    start = time.perf_counter()
    descent = MMDDilatedEnt(game, alpha=1.0 / rationality)
    for k in range(MOST):
        descent.update_sequences()
        if k % 50 == 49 and descent.get_gap() < GAP:
            break
    return {"seconds": time.perf_counter() - start, "rationality": rationality, "behaviour": []}


if __name__ == "__main__":
    serve(answer)

"""Circles among names that use other names."""

from __future__ import annotations


def cycles(uses: dict[str, list[str]]) -> list[list[str]]:
    """The circles among names that use others, each once, from its first name in order; no recursion."""
    state: dict[str, int] = {}
    found: list[list[str]] = []
    for root in uses:
        path: list[tuple[str, int]] = [(root, 0)] if root not in state else []
        while path:
            name, index = path.pop()
            state[name] = 1
            if index >= len(uses.get(name, ())):
                state[name] = 2
                continue
            path.append((name, index + 1))
            target = uses[name][index]
            if state.get(target) == 1:
                on_path = [each for each, _ in path]
                found.append(on_path[on_path.index(target) :])
            elif target not in state:
                path.append((target, 0))
    return found

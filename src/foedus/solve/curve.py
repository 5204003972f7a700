"""What can be followed by arclength: a map x ↦ answer(x, t) with its derivative, and where it starts."""

from __future__ import annotations

from typing import Protocol

from foedus.solve.block import Floats


class Curve(Protocol):
    """The solutions of x = answer(x, t); `start` is the one at t = 0. What is asked after `answer` is about
    the place last answered.
    """

    sweeps: int

    @property
    def size(self) -> int:
        """How many unknowns x has."""
        ...

    @property
    def nodes(self) -> int:
        """What one pass costs."""
        ...

    def start(self) -> Floats: ...

    def answer(self, x: Floats, t: float) -> Floats:
        """Not finite where the arithmetic gave out."""
        ...

    def change(self) -> float:
        """How far, in probability, the answer is from x."""
        ...

    def shares(self) -> Floats:
        """The probabilities that x stands for."""
        ...

    def push(self, directions: Floats) -> Floats:
        """The derivative along directions of (x, t), a column for each."""
        ...

    def jacobian(self) -> Floats:
        """The derivative by every unknown, and by t in the last column."""
        ...

"""How many worlds kernels take side by side; narrow ones take fewer."""

from __future__ import annotations

WIDTH = 8
NARROW = 2

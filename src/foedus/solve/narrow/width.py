"""The width of the kernels in this package."""

from __future__ import annotations

from foedus.solve.width import NARROW

WIDTH = NARROW

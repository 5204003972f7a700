"""The commented scenario that `foedus new` writes."""

from __future__ import annotations

from importlib.resources import files

STARTER = files("foedus.language").joinpath("starter.yaml").read_text("utf-8")
"""A scenario that reads without fault and shows most of the language."""


def starter() -> str:
    """The text of the starter."""
    return STARTER

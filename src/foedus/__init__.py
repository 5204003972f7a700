"""Foedus: security arrangements as executable games."""

__version__ = "0.1.0"

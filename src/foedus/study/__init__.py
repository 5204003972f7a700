"""Ensembles of worlds."""

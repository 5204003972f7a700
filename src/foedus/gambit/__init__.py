"""Gambit's format of extensive games, version 2 (`.efg`): read, solved, written."""

"""Hypothesis strategies that ship with Foedus, for tests of Foedus and of what is built on it.

Only this folder imports hypothesis, which the package itself does not need.
"""

from foedus.testing.documents import documents, text_of
from foedus.testing.draft import Document, Limits
from foedus.testing.scenarios import scenarios

__all__ = ["Document", "Limits", "documents", "scenarios", "text_of"]

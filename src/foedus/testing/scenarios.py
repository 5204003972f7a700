"""Random small scenarios, read by the reader that reads an author's file."""

from __future__ import annotations

from hypothesis import strategies as st

from foedus.language.reader import read_text
from foedus.language.scenario import Scenario
from foedus.testing.documents import documents, text_of
from foedus.testing.draft import Limits


def scenarios(limits: Limits | None = None) -> st.SearchStrategy[Scenario]:
    """Valid scenarios of at most a few thousand nodes; see `documents` for what they contain."""
    return documents(limits or Limits()).map(lambda document: read_text(text_of(document), file="<drawn>"))

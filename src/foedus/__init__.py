"""Foedus: security arrangements as executable games.

The names below are imported when first used, so that importing the package loads no array library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from foedus.analysis.causes import find_causes
    from foedus.analysis.claims import check_claims, evaluate_text
    from foedus.analysis.comparison import compare, summarise
    from foedus.analysis.course import main_line
    from foedus.analysis.disputes import find_disputes
    from foedus.analysis.findings import assess
    from foedus.analysis.sensitivity import find_sensitivities
    from foedus.analysis.solving import solve_scenario
    from foedus.analysis.survey import survey
    from foedus.game.compile import Variation, compile_game
    from foedus.language.reader import read_scenario, read_text
    from foedus.study.worlds import base_world, sample_worlds

__all__ = [
    "Variation",
    "__version__",
    "assess",
    "base_world",
    "check_claims",
    "compare",
    "compile_game",
    "evaluate_text",
    "find_causes",
    "find_disputes",
    "find_sensitivities",
    "main_line",
    "read_scenario",
    "read_text",
    "sample_worlds",
    "solve_scenario",
    "summarise",
    "survey",
]

_PLACES = {
    "Variation": "foedus.game.compile",
    "assess": "foedus.analysis.findings",
    "base_world": "foedus.study.worlds",
    "check_claims": "foedus.analysis.claims",
    "compare": "foedus.analysis.comparison",
    "compile_game": "foedus.game.compile",
    "evaluate_text": "foedus.analysis.claims",
    "find_causes": "foedus.analysis.causes",
    "find_disputes": "foedus.analysis.disputes",
    "find_sensitivities": "foedus.analysis.sensitivity",
    "main_line": "foedus.analysis.course",
    "read_scenario": "foedus.language.reader",
    "read_text": "foedus.language.reader",
    "sample_worlds": "foedus.study.worlds",
    "solve_scenario": "foedus.analysis.solving",
    "summarise": "foedus.analysis.comparison",
    "survey": "foedus.analysis.survey",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'foedus' has no attribute '{name}'")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

"""The JSON shapes: every key is documented, nothing else than JSON holds, and the package's names work."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import foedus
from analysing import LADDER, secrets
from foedus.language.reader import read_text

PAGE = (Path(__file__).parent.parent / "docs" / "reference" / "results.md").read_text("utf-8")
NAMED = {"actors", "outcomes", "values", "signs", "commitments", "contributions"}
FREE = {"settings", "unsolved", "sees", "ends", "beliefs", "payoffs", "dominated_by"}


def keys(shape: Any) -> Iterator[str]:
    """All keys of a shape but the names that a scenario gives: those of actors, outcomes and the like."""
    if isinstance(shape, list):
        for each in shape:
            yield from keys(each)
    elif isinstance(shape, dict):
        for key, content in shape.items():
            yield key
            if key not in FREE:
                named = key in NAMED and isinstance(content, dict)
                yield from keys([*content.values()] if named else content)


def shapes() -> dict[str, dict[str, Any]]:
    claims = "claims:\n  c: {says: so, holds: 'P[none](war) < P[none](war | war and loss)'}\n"
    return {
        "comparison": foedus.compare(secrets(), worlds=8).to_json(),
        "base": foedus.compare(secrets()).to_json(),
        "claims": foedus.check_claims(read_text(LADDER + claims)).to_json(),
        "causes": foedus.find_causes(secrets(), "pledge", "crisis").to_json(),
        "course": foedus.main_line(secrets(), "pledge").to_json(),
    }


@pytest.mark.parametrize("name", ["comparison", "base", "claims", "causes", "course"])
def test_every_key_is_documented(name: str):
    """Each key of a shape stands in the reference, and its schema has a section there."""
    shape = shapes()[name]
    assert f"## {shape['schema']}" in PAGE
    assert [key for key in dict.fromkeys(keys(shape)) if f"`{key}`" not in PAGE] == []


def test_shapes_are_plain_json():
    """No shape holds NaN, infinity or anything that JSON lacks, and each survives a round trip."""
    for shape in shapes().values():
        assert json.loads(json.dumps(shape, allow_nan=False)) == shape


def test_every_public_name_is_there():
    """All names that the package promises can be had from it, and others cannot."""
    for name in foedus.__all__:
        assert getattr(foedus, name) is not None
    assert set(foedus.__all__) == set(dir(foedus))
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        foedus.nothing_of_the_kind  # noqa: B018


def test_importing_the_package_loads_no_array_library():
    """The package's names are found when they are first used."""
    code = "import sys, foedus; print({'numpy', 'numba', 'scipy'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


def test_base_values_need_no_statistics():
    """A comparison at base values does not import scipy.stats, which is slow to load."""
    code = "import sys, foedus.analysis.comparison; print('scipy.stats' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"

"""The kernels' modules once more, of fewer lanes, for few worlds.

What is not found here is looked for among the modules of `foedus.solve`, so `foedus.solve.narrow.queue` is
the source of `foedus.solve.queue`, loaded a second time. What a kernel's module has of other kernels it
imports by relative names, `.lanes` say, and thereby from here; and lanes have their `.width` from here. Every
operation is the same, lane by lane, and so are the bits of the result.
"""

from __future__ import annotations

from pathlib import Path

__path__.append(str(Path(__file__).parent.parent))

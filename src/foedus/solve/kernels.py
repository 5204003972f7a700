"""The compiled kernels, and where their machine code is kept.

All are of WIDTH lanes but one, which answers few worlds and is narrow (`NARROW_KERNELS`). Each is compiled
when it is first asked for, or loaded from a folder whose name holds a hash of every kernel source, of this
file's place, and of the compiler and processor: Numba's own cache would not notice a change in a function
that was compiled into another. `needs_compiling()` tells whether that will take a while. Where the folder
cannot be written, the code goes to one of our own among the temporary files, which later processes find; what
is loaded from there is run, so it must be a folder that nobody else could have made.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import logging
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import llvmlite.binding  # type: ignore[import-untyped]
import numba
from numba import boolean, float64, int64, void

from foedus.solve import (
    addresses,
    adjoints,
    arithmetic,
    backward,
    block,
    crew,
    kinds,
    lanes,
    layout,
    mixing,
    narrow,
    passes,
    paths,
    queue,
    reach,
    rearward,
    records,
    room,
    schedule,
    small,
    small_path,
    small_plan,
    small_system,
    subspace,
    sweeps,
    tangents,
    tape,
    walks,
    width,
    words,
)
from foedus.solve.arithmetic import JIT
from foedus.solve.kinds import (
    ADJOINT,
    FINDINGS,
    GIVEN,
    INDICES,
    JOBS,
    LAYOUT,
    LONGS,
    MADE,
    MATRIX,
    MEMORY,
    NUMBERS,
    PATH,
    RUNS,
    SCHEDULE,
    SCRATCH,
    SETTINGS,
    SHAPE,
    SPACE,
    TANGENT,
    TAPE,
    TOUR,
    TRAIL,
    VECTOR,
    WALK,
    WORDS,
    WORK,
    tuple_of,
)

SOURCES = (
    schedule,
    layout,
    block,
    lanes,
    arithmetic,
    passes,
    reach,
    rearward,
    sweeps,
    mixing,
    paths,
    queue,
    tangents,
    walks,
    adjoints,
    subspace,
    tape,
    addresses,
    room,
    records,
    backward,
    small_plan,
    small,
    small_system,
    small_path,
    kinds,
    words,
    crew,
    width,
    narrow,
)
Signatures = dict[str, tuple[Callable[..., Any], Any]]
DONE = "complete"
USUAL = ("schedule", "iterate", "conclude")
NARROW_ONE = "answer_each"
KEPT = 4

LOCK = threading.Lock()

log = logging.getLogger("foedus.solve")


class Kernels:
    """Every kernel takes a whole block and releases the interpreter's lock.

    Each is compiled, or read from the cache, when first asked for.
    """

    arrange: Callable[..., int]
    schedule: Callable[..., tuple[int, int]]
    induct: Callable[..., None]
    iterate: Callable[..., None]
    conclude: Callable[..., None]
    answer_each: Callable[..., None]
    evaluate: Callable[..., None]
    follow: Callable[..., None]
    extremes: Callable[..., None]
    respond: Callable[..., None]
    push: Callable[..., None]
    pull: Callable[..., None]
    retrace: Callable[..., None]
    extend: Callable[..., int]
    combine: Callable[..., None]
    solve_small: Callable[..., None]

    def __init__(self, signatures: Callable[[], Signatures], folder: str = "") -> None:
        self._signatures, self._folder = signatures, folder

    def ready(self, *names: str) -> bool:
        """Whether these need no compiling."""
        return all(name in vars(self) or self._done(name).exists() for name in names)

    def _done(self, name: str) -> Path:
        return cache_folder() / self._folder / f"{name}.{DONE}"

    def __getattr__(self, name: str) -> Any:
        if name not in self._signatures():
            raise AttributeError(f"no kernel '{name}'")
        with LOCK:
            if name not in vars(self):
                setattr(self, name, _compile(*self._signatures()[name], self._done(name)))
            return vars(self)[name]


def compiled() -> Kernels:
    """The kernels of WIDTH lanes."""
    return KERNELS


def make_narrow_ready() -> None:
    """Compile the narrow kernel, or read it from the cache: from now on few worlds are answered by it.

    That is for whoever is going to ask for a world again and again; for a few times the usual ones do.
    """
    getattr(NARROW_KERNELS, NARROW_ONE)


def narrow_is_ready() -> bool:
    """Whether there is a narrow kernel that needs no compiling."""
    return NARROW_KERNELS.ready(NARROW_ONE)


def _compile(function: Callable[..., Any], signature: Any, done: Path) -> Callable[..., Any]:
    done.parent.mkdir(exist_ok=True)
    if not done.exists():
        _announce()
    kernel = _kernel(function, signature, done.parent)
    done.touch()
    return kernel


@cache
def _announce() -> None:
    _forget_old(cache_folder().parent)
    log.info("compiling the solver's kernels, once for this version (about half a minute)")


def needs_compiling() -> bool:
    """Whether the kernels that every game with hidden information needs have yet to be compiled."""
    return not KERNELS.ready(*USUAL)


@cache
def cache_folder() -> Path:
    """The folder of the compiled code, of mode 0700: a temporary one if that of the cache is not writable."""
    home = os.environ.get("FOEDUS_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "foedus")
    with contextlib.suppress(OSError, RuntimeError):
        folder = Path(home).expanduser() / "kernels" / _fingerprint()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    with contextlib.suppress(OSError, AttributeError):  # some systems know no owners
        temporary = Path(tempfile.gettempdir(), f"foedus-kernels-{os.getuid()}-{_fingerprint()}")
        temporary.mkdir(mode=0o700, exist_ok=True)
        if is_ours(temporary):
            return temporary
    passing = Path(tempfile.mkdtemp(prefix="foedus-kernels-"))
    atexit.register(shutil.rmtree, passing, ignore_errors=True)
    return passing


def is_ours(folder: Path) -> bool:
    """Whether it is a folder, and no link to one, that is our own and closed to all others."""
    found = folder.lstat()
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.getuid()
        and stat.S_IMODE(found.st_mode) & 0o077 == 0
        and os.access(folder, os.W_OK | os.X_OK)
    )


def _forget_old(home: Path) -> None:
    """Keep the code of few versions only; a temporary folder's neighbours are not ours to remove."""
    if home.name != "kernels":
        return
    with contextlib.suppress(OSError):
        folders = sorted(home.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in folders[KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)


def _fingerprint() -> str:
    places = [Path(str(module.__file__)) for module in SOURCES]
    parts = [place.read_bytes() for place in (*places, Path(__file__))]
    machine = (llvmlite.binding.get_host_cpu_name(), llvmlite.binding.get_host_cpu_features().flatten())
    parts += [text.encode() for text in (str(places[0]), numba.__version__, *machine)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:24]


def _kernel(function: Callable[..., Any], signature: Any, folder: Path) -> Callable[..., Any]:
    options: Any = numba.config
    kept, options.CACHE_DIR = options.CACHE_DIR, str(folder)
    try:
        kernel: Callable[..., Any] = numba.jit(signature, cache=True, **JIT)(function)
    finally:
        options.CACHE_DIR = kept
    return kernel


@cache
def _signatures() -> Signatures:
    """The function and the types of each kernel."""
    return {
        "arrange": (tape.arrange, int64(LAYOUT, INDICES, TAPE, WORK)),
        "induct": (backward.induct, void(TAPE, SHAPE, GIVEN, MADE, VECTOR, int64, int64)),
        "schedule": (schedule.schedule, tuple_of(int64, 2)(LAYOUT, SCHEDULE, int64, WORK)),
        "iterate": (queue.iterate, void(LAYOUT, RUNS, NUMBERS, SCRATCH, MEMORY, JOBS, PATH, SETTINGS)),
        "conclude": (queue.conclude, void(LAYOUT, NUMBERS, SCRATCH, JOBS, FINDINGS, boolean)),
        "evaluate": (sweeps.evaluate, void(LAYOUT, NUMBERS, SCRATCH)),
        "follow": (walks.follow, void(LAYOUT, NUMBERS, SCRATCH, WALK)),
        "extremes": (walks.extremes, void(TOUR, *[MATRIX] * 5, int64, int64)),
        "respond": (tangents.respond, void(LAYOUT, NUMBERS, SCRATCH, TANGENT)),
        "push": (tangents.push, void(LAYOUT, NUMBERS, SCRATCH, TANGENT)),
        "pull": (adjoints.pull, void(LAYOUT, NUMBERS, SCRATCH, ADJOINT, boolean)),
        "retrace": (adjoints.retrace, void(LAYOUT, NUMBERS, SCRATCH, WALK, TRAIL)),
        "extend": (subspace.extend, int64(SPACE, int64, float64)),
        "combine": (subspace.combine, void(SPACE, int64, MATRIX)),
        "solve_small": (small_path.solve_small, void(*[INDICES] * 2, *[VECTOR, INDICES] * 2, float64)),
    }


@cache
def _narrow_signatures() -> Signatures:
    """The same of the narrow kernel; its source is loaded a second time only now."""
    source = import_module("foedus.solve.narrow.crew")
    arguments = WORDS, LONGS, LONGS, PATH, SETTINGS, int64, int64
    return {NARROW_ONE: (source.answer_each, void(*arguments))}


KERNELS = Kernels(_signatures)
NARROW_KERNELS = Kernels(_narrow_signatures, "narrow")

"""The types of what kernels are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import boolean, float64, int32, int64, types

from foedus.solve import backward, mixing, paths, queue, schedule, subspace, tape, walks
from foedus.solve.adjoints import Adjoint, Trail
from foedus.solve.block import Memory, Numbers, Room, Scratch, Tangent, Walk
from foedus.solve.layout import Layout
from foedus.solve.rearward import Runs

VECTOR, MATRIX, CUBE = (types.Array(float64, dimensions, "C") for dimensions in (1, 2, 3))
INDICES = types.Array(int32, 1, "C")
WORK = types.Array(int32, 2, "C")
LONGS = types.Array(int64, 1, "C")
WORDS = types.Array(int64, 2, "C")
named: Callable[..., Any] = types.NamedTuple
uniform: Callable[..., Any] = types.NamedUniTuple
tuple_of: Callable[..., Any] = types.UniTuple
LAYOUT = uniform(INDICES, len(Layout._fields), Layout)
NUMBERS = named((*[MATRIX] * 2, CUBE, *[MATRIX] * 4), Numbers)
SCRATCH = named((*[MATRIX] * 8, CUBE, MATRIX, MATRIX, *[VECTOR] * 3), Scratch)
TANGENT = named((*[MATRIX] * 4, CUBE, MATRIX, MATRIX, LONGS), Tangent)
RUNS = named((int64, *[INDICES] * (len(Runs._fields) - 1)), Runs)
SCHEDULE = named((INDICES, INDICES, LONGS), schedule.Schedule)
MEMORY = named((MATRIX, MATRIX, *[CUBE] * 4, *[MATRIX] * 5, *[VECTOR] * 6, LONGS), Memory)
ROOM = named((NUMBERS, SCRATCH, MEMORY, MATRIX), Room)
JOBS = named((MATRIX, MATRIX, LONGS), queue.Jobs)
PATH = named((*[MATRIX] * 2, *[VECTOR] * 4, *[float64] * 4), paths.Path)
FINDINGS = named((*[MATRIX] * 3, int64), queue.Findings)
SETTINGS = named((int64, int64, float64, MATRIX), mixing.Settings)
TOUR = named((*[INDICES] * 5, int64, int64), walks.Tour)
WALK = named((CUBE, CUBE, INDICES, int64, int64), Walk)
ADJOINT = named((MATRIX, CUBE, *[MATRIX] * 5, CUBE, MATRIX, MATRIX), Adjoint)
TRAIL = named((CUBE, CUBE, MATRIX, CUBE), Trail)
SPACE = named((CUBE, CUBE, *[MATRIX] * 3), subspace.Space)
TAPE = uniform(INDICES, 2, tape.Tape)
SHAPE = named((*[int64] * 4, boolean), backward.Shape)
GIVEN = uniform(MATRIX, 4, backward.Given)
MADE = uniform(MATRIX, 3, backward.Made)

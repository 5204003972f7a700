"""A vector of lanes as a number that kernels compute with: one world in each lane.

Numba's own loops over lanes become vector instructions only behind run-time checks that cost more than the
arithmetic, and none at all for a fixed number of lanes. Here the vector is a type: `+ - * /` with another or
with a number, `fma`, `maximum`, `choose`, and `load` and `store` for a row of an array that ends in WIDTH.
Every operation is the IEEE one, lane by lane, so a lane's result does not depend on where it stands, on its
neighbours, or on how wide the machine's registers are.

Two vectors can be joined into one of twice the width, for a long chain of arithmetic: the processor waits for
the end of each of its steps, and has the other half to compute meanwhile.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.core.typing import templates
from numba.extending import intrinsic, lower_builtin, models, register_model

from . import width

WIDTH: int = width.WIDTH
DOUBLE, WORD = ir.DoubleType(), ir.IntType(64)


class LanesType(types.Type):
    """The type of a vector of so many doubles."""

    def __init__(self, width: int) -> None:
        self.width = width
        start: Callable[..., None] = super().__init__
        start(name=f"Lanes{width}")


@register_model(LanesType)
class LanesModel(models.PrimitiveModel):
    """In memory and in registers it is LLVM's vector."""

    def __init__(self, manager: Any, kind: Any) -> None:
        start: Callable[..., None] = super().__init__
        start(manager, kind, ir.VectorType(DOUBLE, kind.width))


LANES, PAIR = LanesType(WIDTH), LanesType(2 * WIDTH)
VECTOR = ir.VectorType(DOUBLE, WIDTH)
signature: Callable[..., Any] = templates.signature
register: Callable[..., Any] = templates.infer_global
lowering: Callable[..., Any] = lower_builtin
tuple_of: Callable[..., Any] = types.UniTuple


def _spread(builder: Any, value: Any, vector: Any) -> Any:
    """The same number in every lane of such a vector, unless it is one already."""
    if value.type == vector:
        return value
    single = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(single, single, mask)


def _typed(args: Any) -> Any:
    """The signature of an operation on vectors of one width and numbers; None if there is no vector."""
    widest = next((kind for kind in args if isinstance(kind, LanesType)), None)
    if widest is None or any(isinstance(kind, LanesType) and kind != widest for kind in args):
        return None
    return signature(widest, *(kind if kind == widest else types.float64 for kind in args))


def _vectors(builder: Any, sig: Any, args: Any) -> list[Any]:
    """All arguments as vectors of the width of the result."""
    vector = ir.VectorType(DOUBLE, sig.return_type.width)
    return [_spread(builder, value, vector) for value in args]


def _arithmetic(operation: Callable[..., Any], instruction: str) -> None:
    class Template(templates.AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            return None if kws or len(args) != 2 else _typed(args)

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        left, right = _vectors(builder, sig, args)
        return getattr(builder, instruction)(left, right)

    register(operation)(Template)
    for kind in (LANES, PAIR):
        for pair in ((kind, kind), (kind, types.float64), (types.float64, kind)):
            lowering(operation, *pair)(lower)


for _operation, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
    (operator.iadd, "fadd"),
    (operator.isub, "fsub"),
    (operator.imul, "fmul"),
):
    _arithmetic(_operation, _instruction)


def instructions(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of lanes that is written in LLVM's instructions."""
    made: Callable[..., Any] = intrinsic(function)
    return made


def _place(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:
    proxy: Callable[..., Any] = cgutils.create_struct_proxy
    data = proxy(kind)(context, builder, array).data
    start = builder.mul(row, ir.Constant(row.type, WIDTH))
    return builder.bitcast(builder.gep(data, [start]), VECTOR.as_pointer())


@instructions
def load(typingctx: Any, array: Any, row: Any) -> Any:
    """Row `row` of a contiguous array whose last axis is the lane, all its other axes counted as one."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = _place(context, builder, sig.args[0], *args)
        return builder.load(place, align=8)

    return LANES(array, types.intp), codegen


@instructions
def store(typingctx: Any, array: Any, row: Any, value: Any) -> Any:
    """Write a row, as `load` reads it."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = _place(context, builder, sig.args[0], *args[:2])
        builder.store(args[2], place, align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, LANES), codegen


@instructions
def load_from(typingctx: Any, array: Any, place: Any) -> Any:
    """WIDTH numbers of a contiguous array, from number `place` of all on."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        proxy: Callable[..., Any] = cgutils.create_struct_proxy
        data = proxy(sig.args[0])(context, builder, args[0]).data
        return builder.load(builder.bitcast(builder.gep(data, [args[1]]), VECTOR.as_pointer()), align=8)

    return LANES(array, types.intp), codegen


@instructions
def store_from(typingctx: Any, array: Any, place: Any, value: Any) -> Any:
    """Write WIDTH numbers of a contiguous array, from number `place` of all on."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        proxy: Callable[..., Any] = cgutils.create_struct_proxy
        data = proxy(sig.args[0])(context, builder, args[0]).data
        builder.store(args[2], builder.bitcast(builder.gep(data, [args[1]]), VECTOR.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, LANES), codegen


@instructions
def entry(typingctx: Any, array: Any, index: Any) -> Any:
    """array[index] of a contiguous array of numbers, for an index known to be in its range.

    Numba's own indexing first looks whether the index counts from the end.
    """
    whole = array.dtype != types.float64

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        proxy: Callable[..., Any] = cgutils.create_struct_proxy
        data = proxy(sig.args[0])(context, builder, args[0]).data
        found = builder.load(builder.gep(data, [args[1]]))
        return builder.sext(found, WORD) if whole else found

    return (types.int64 if whole else types.float64)(array, types.intp), codegen


@instructions
def spread(typingctx: Any, value: Any) -> Any:
    """The same number in every lane."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _spread(builder, args[0], VECTOR)

    return LANES(types.float64), codegen


@instructions
def join(typingctx: Any, a: Any, b: Any) -> Any:
    """Two vectors as one of twice the width."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.shuffle_vector(*args, _numbers_from(0, 2 * WIDTH))

    return PAIR(LANES, LANES), codegen


@instructions
def halves(typingctx: Any, both: Any) -> Any:
    """The two vectors that were joined."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        found = [builder.shuffle_vector(*args * 2, _numbers_from(start, WIDTH)) for start in (0, WIDTH)]
        return context.make_tuple(builder, sig.return_type, found)

    return tuple_of(LANES, 2)(PAIR), codegen


def _numbers_from(start: int, count: int) -> Any:
    return ir.Constant(ir.VectorType(ir.IntType(32), count), list(range(start, start + count)))


def _lane_by_lane(kinds: Any, make: Callable[..., Any]) -> Any:
    """An operation on vectors of one width: `make` its instructions, given a builder and the vectors.

    A number among the arguments counts as one in every lane.
    """
    found = _typed(kinds)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return make(builder, *_vectors(builder, sig, args))

    return None if found is None else (found, codegen)


@instructions
def fma(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """a · b + c with one rounding, the same on every machine."""
    return _lane_by_lane((a, b, c), partial(_call, "fma"))


def _call(name: str, builder: Any, *args: Any) -> Any:
    vector = args[0].type
    kind = ir.FunctionType(vector, [vector] * len(args))
    declare: Callable[..., Any] = cgutils.get_or_insert_function
    return builder.call(declare(builder.module, kind, f"llvm.{name}.v{vector.count}f64"), args)


@instructions
def root(typingctx: Any, a: Any) -> Any:
    """√a, NaN of a negative."""
    return _lane_by_lane((a,), partial(_call, "sqrt"))


@instructions
def maximum(typingctx: Any, a: Any, b: Any) -> Any:
    """The larger, or b where either is NaN."""
    return _lane_by_lane((a, b), lambda builder, a, b: builder.select(builder.fcmp_ordered(">", a, b), a, b))


@instructions
def minimum(typingctx: Any, a: Any, b: Any) -> Any:
    """The smaller, or b where either is NaN."""
    return _lane_by_lane((a, b), lambda builder, a, b: builder.select(builder.fcmp_ordered("<", a, b), a, b))


@instructions
def less(typingctx: Any, a: Any, b: Any, then: Any, otherwise: Any) -> Any:
    """`then` where a < b, else `otherwise`, also where either is NaN."""
    return _lane_by_lane((a, b, then, otherwise), partial(_where, "<"))


@instructions
def same(typingctx: Any, a: Any, b: Any, then: Any, otherwise: Any) -> Any:
    """`then` where a == b, else `otherwise`."""
    return _lane_by_lane((a, b, then, otherwise), partial(_where, "=="))


def _where(order: str, builder: Any, a: Any, b: Any, then: Any, otherwise: Any) -> Any:
    return builder.select(builder.fcmp_ordered(order, a, b), then, otherwise)


@instructions
def positive(typingctx: Any, a: Any) -> Any:
    """The lanes in which a > 0, as the bits of a whole number, that of lane 0 lowest."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        found = builder.fcmp_ordered(">", args[0], ir.Constant(args[0].type, [0.0] * WIDTH))
        return builder.zext(builder.bitcast(found, ir.IntType(WIDTH)), WORD)

    return types.int64(LANES), codegen


@instructions
def lowest(typingctx: Any, bits: Any) -> Any:
    """The place of the lowest bit that is set; there must be one."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), codegen


def _words(value: Any) -> Any:
    """The type of the same vector's bits."""
    return ir.VectorType(WORD, value.type.count)


def _bits(builder: Any, value: Any) -> Any:
    return builder.bitcast(value, _words(value))


def _all(value: Any, word: int) -> Any:
    """The same whole number in every lane."""
    return ir.Constant(_words(value), [word] * value.type.count)


@instructions
def magnitude(typingctx: Any, a: Any) -> Any:
    """|a|, also of NaN."""

    def make(builder: Any, a: Any) -> Any:
        return builder.bitcast(builder.and_(_bits(builder, a), _all(a, 2**63 - 1)), a.type)

    return _lane_by_lane((a,), make)


@instructions
def times_power(typingctx: Any, value: Any, rounded: Any) -> Any:
    """value · 2^k, where k stands in the low bits of `rounded`; no overflow or underflow is looked for."""

    def make(builder: Any, value: Any, rounded: Any) -> Any:
        shifted = builder.shl(_bits(builder, rounded), _all(value, 52))
        return builder.bitcast(builder.add(_bits(builder, value), shifted), value.type)

    return _lane_by_lane((value, rounded), make)


@instructions
def exponent(typingctx: Any, value: Any) -> Any:
    """k, as a number, for value = m · 2^k with m in [√½, √2)."""

    def make(builder: Any, value: Any) -> Any:
        return builder.sitofp(builder.ashr(_above_half_root(builder, value), _all(value, 52)), value.type)

    return _lane_by_lane((value,), make)


@instructions
def mantissa(typingctx: Any, value: Any) -> Any:
    """m for value = m · 2^k with m in [√½, √2)."""

    def make(builder: Any, value: Any) -> Any:
        low = builder.and_(_above_half_root(builder, value), _all(value, 2**52 - 1))
        return builder.bitcast(builder.add(low, _all(value, HALF_ROOT)), value.type)

    return _lane_by_lane((value,), make)


HALF_ROOT = int(np.float64(np.sqrt(0.5)).view(np.int64))


def _above_half_root(builder: Any, value: Any) -> Any:
    return builder.sub(_bits(builder, value), _all(value, HALF_ROOT))

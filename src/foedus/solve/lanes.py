"""A vector of lanes as a number that kernels compute with: one world in each lane.

Numba's own loops over lanes become vector instructions only behind run-time checks that cost more than the
arithmetic, and none at all for a fixed number of lanes. Here the vector is a type: `+ - * /` with another or
with a number, `fma`, `maximum`, `choose`, and `load` and `store` for a row of an array that ends in WIDTH.
Every operation is the IEEE one, lane by lane, so a lane's result does not depend on where it stands, on its
neighbours, or on how wide the machine's registers are.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.core.typing import templates
from numba.extending import intrinsic, lower_builtin, models, register_model

WIDTH = 8
DOUBLE, WORD = ir.DoubleType(), ir.IntType(64)
VECTOR = ir.VectorType(DOUBLE, WIDTH)
WORDS = ir.VectorType(WORD, WIDTH)


class LanesType(types.Type):
    """The type of a vector of WIDTH doubles."""


@register_model(LanesType)
class LanesModel(models.PrimitiveModel):
    """In memory and in registers it is LLVM's vector."""

    def __init__(self, manager: Any, kind: Any) -> None:
        start: Callable[..., None] = super().__init__
        start(manager, kind, VECTOR)


LANES = LanesType(name=f"Lanes{WIDTH}")
signature: Callable[..., Any] = templates.signature
register: Callable[..., Any] = templates.infer_global
lowering: Callable[..., Any] = lower_builtin


def _spread(builder: Any, value: Any) -> Any:
    """The same number in every lane."""
    if value.type == VECTOR:
        return value
    single = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(single, single, mask)


def _arithmetic(operation: Callable[..., Any], instruction: str) -> None:
    class Template(templates.AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            if kws or len(args) != 2 or LANES not in args:
                return None
            return signature(LANES, *(a if a == LANES else types.float64 for a in args))

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        left, right = (_spread(builder, a) for a in args)
        return getattr(builder, instruction)(left, right)

    register(operation)(Template)
    for pair in ((LANES, LANES), (LANES, types.float64), (types.float64, LANES)):
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
def entry(typingctx: Any, array: Any, index: Any) -> Any:
    """array[index] of a contiguous array of whole numbers, for an index known to be in its range.

    Numba's own indexing first looks whether the index counts from the end.
    """

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        proxy: Callable[..., Any] = cgutils.create_struct_proxy
        data = proxy(sig.args[0])(context, builder, args[0]).data
        return builder.sext(builder.load(builder.gep(data, [args[1]])), ir.IntType(64))

    return types.int64(array, types.intp), codegen


@instructions
def spread(typingctx: Any, value: Any) -> Any:
    """The same number in every lane."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _spread(builder, args[0])

    return LANES(types.float64), codegen


@instructions
def fma(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """a · b + c with one rounding, the same on every machine."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _call(builder, "fma", args)

    return LANES(LANES, LANES, LANES), codegen


@instructions
def maximum(typingctx: Any, a: Any, b: Any) -> Any:
    """The larger, or b where either is NaN."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", *args), *args)

    return LANES(LANES, LANES), codegen


@instructions
def less(typingctx: Any, a: Any, b: Any, then: Any, otherwise: Any) -> Any:
    """`then` where a < b, else `otherwise`, also where either is NaN."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", *args[:2]), *args[2:])

    return LANES(LANES, LANES, LANES, LANES), codegen


@instructions
def same(typingctx: Any, a: Any, b: Any, then: Any, otherwise: Any) -> Any:
    """`then` where a == b, else `otherwise`."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("==", *args[:2]), *args[2:])

    return LANES(LANES, LANES, LANES, LANES), codegen


@instructions
def magnitude(typingctx: Any, a: Any) -> Any:
    """|a|, also of NaN."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], WORDS)
        mask = ir.Constant(WORDS, [2**63 - 1] * WIDTH)
        return builder.bitcast(builder.and_(bits, mask), VECTOR)

    return LANES(LANES), codegen


@instructions
def times_power(typingctx: Any, value: Any, rounded: Any) -> Any:
    """value · 2^k, where k stands in the low bits of `rounded`; no overflow or underflow is looked for."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value, power = (builder.bitcast(a, WORDS) for a in args)
        shifted = builder.shl(power, ir.Constant(WORDS, [52] * WIDTH))
        return builder.bitcast(builder.add(value, shifted), VECTOR)

    return LANES(LANES, LANES), codegen


@instructions
def exponent(typingctx: Any, value: Any) -> Any:
    """k, as a number, for value = m · 2^k with m in [√½, √2)."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        shifted = _above_half_root(builder, args[0])
        return builder.sitofp(builder.ashr(shifted, ir.Constant(WORDS, [52] * WIDTH)), VECTOR)

    return LANES(LANES), codegen


@instructions
def mantissa(typingctx: Any, value: Any) -> Any:
    """m for value = m · 2^k with m in [√½, √2)."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        shifted = _above_half_root(builder, args[0])
        low = builder.and_(shifted, ir.Constant(WORDS, [2**52 - 1] * WIDTH))
        bits = builder.add(low, ir.Constant(WORDS, [HALF_ROOT] * WIDTH))
        return builder.bitcast(bits, VECTOR)

    return LANES(LANES), codegen


HALF_ROOT = int(np.float64(np.sqrt(0.5)).view(np.int64))


def _above_half_root(builder: Any, value: Any) -> Any:
    bits = builder.bitcast(value, WORDS)
    return builder.sub(bits, ir.Constant(WORDS, [HALF_ROOT] * WIDTH))


@instructions
def root(typingctx: Any, value: Any) -> Any:
    """The square root, correctly rounded."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _call(builder, "sqrt", args)

    return LANES(LANES), codegen


def _call(builder: Any, name: str, args: Any) -> Any:
    kind = ir.FunctionType(VECTOR, [VECTOR] * len(args))
    declare: Callable[..., Any] = cgutils.get_or_insert_function
    function = declare(builder.module, kind, f"llvm.{name}.v{WIDTH}f64")
    return builder.call(function, args)

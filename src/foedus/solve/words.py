"""Structures of arrays told as words, where each array lies and how long its axes are, for kernels that take
up one after another by themselves; and words that several threads read and write.

What is told must stay where it is as long as kernels may take it up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.np import arrayobj

from foedus.solve.lanes import WORD, instructions

BYTES = 8


def address(array: Any) -> int:
    """Where an array's numbers begin."""
    place: int = array.__array_interface__["data"][0]
    return place


def words_of(told: Any, base: int = 0) -> list[int]:
    """A structure as words; addresses are counted from `base`, so that those of parts of one array hold for
    any other like it."""
    if isinstance(told, tuple):
        return [word for each in told for word in words_of(each, base)]
    if isinstance(told, np.ndarray):
        if not told.flags.c_contiguous:
            raise ValueError("kernels take contiguous arrays alone")
        return [address(told) - base, *told.shape]
    return [int(told)]


def count_words(kind: Any) -> int:
    """How many words a structure of such a kind has."""
    if isinstance(kind, types.BaseTuple):
        return sum(count_words(each) for each in _parts(kind))
    return 1 + kind.ndim if isinstance(kind, types.Array) else 1


def _parts(kind: Any) -> tuple[Any, ...]:
    return tuple(kind.types)


def reader(kind: Any) -> Callable[..., Any]:
    """What takes up a structure of such a kind from number `first` of some words on, given their base."""

    @instructions
    def read(typingctx: Any, words: Any, first: Any, base: Any) -> Any:
        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            place = builder.gep(_data(context, builder, sig.args[0], args[0]), [args[1]])
            found, _ = _structure(context, builder, kind, place, 0, args[2])
            return found

        return kind(words, types.intp, types.int64), codegen

    return read


def _structure(context: Any, builder: Any, kind: Any, place: Any, at: int, base: Any) -> tuple[Any, int]:
    """The structure whose words begin `at` so many from a place, and where they end."""
    if isinstance(kind, types.BaseTuple):
        found = []
        for each in _parts(kind):
            part, at = _structure(context, builder, each, place, at, base)
            found.append(part)
        return context.make_tuple(builder, kind, found), at
    words = [builder.load(builder.gep(place, [ir.Constant(WORD, at + k)])) for k in range(count_words(kind))]
    if isinstance(kind, types.Array):
        words[0] = _array(context, builder, kind, builder.add(words[0], base), words[1:])
    return words[0], at + count_words(kind)


def _array(context: Any, builder: Any, kind: Any, start: Any, shape: list[Any]) -> Any:
    number = context.get_data_type(kind.dtype)
    strides = [ir.Constant(WORD, context.get_abi_sizeof(number))]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    array = context.make_array(kind)(context, builder)
    fill: Callable[..., None] = arrayobj.populate_array
    fill(
        array,
        data=builder.inttoptr(start, number.as_pointer()),
        shape=shape,
        strides=strides,
        itemsize=strides[-1],
        meminfo=None,
    )
    return array._getvalue()


def _data(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    proxy: Callable[..., Any] = cgutils.create_struct_proxy
    return proxy(kind)(context, builder, array).data


@instructions
def claim(typingctx: Any, words: Any) -> Any:
    """The first of some words, which is one more for whoever asks next."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = _data(context, builder, sig.args[0], args[0])
        return builder.atomic_rmw("add", place, ir.Constant(WORD, 1), "seq_cst")

    return types.int64(words), codegen


@instructions
def post(typingctx: Any, words: Any, index: Any) -> Any:
    """Let a word be 1. Who sees that it is sees all that was written before."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = builder.gep(_data(context, builder, sig.args[0], args[0]), [args[1]])
        builder.store_atomic(ir.Constant(WORD, 1), place, "release", BYTES)
        return context.get_dummy_value()

    return types.void(words, types.intp), codegen


@instructions
def posted(typingctx: Any, words: Any, index: Any) -> Any:
    """The word that `post` writes."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = builder.gep(_data(context, builder, sig.args[0], args[0]), [args[1]])
        return builder.load_atomic(place, "acquire", BYTES)

    return types.int64(words, types.intp), codegen

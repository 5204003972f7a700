"""Lanes at addresses: rows of one array or another, told apart by no branch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils

from foedus.solve.lanes import LANES, VECTOR, WORD, instructions


@instructions
def address(typingctx: Any, array: Any, index: Any) -> Any:
    """Where element `index` of a contiguous array lies in memory, all its axes counted as one."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        proxy: Callable[..., Any] = cgutils.create_struct_proxy
        data = proxy(sig.args[0])(context, builder, args[0]).data
        return builder.ptrtoint(builder.gep(data, [args[1]]), WORD)

    return types.int64(array, types.intp), codegen


@instructions
def load_at(typingctx: Any, place: Any) -> Any:
    """The WIDTH numbers from an address on."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(builder.inttoptr(args[0], VECTOR.as_pointer()), align=8)

    return LANES(types.int64), codegen


@instructions
def store_at(typingctx: Any, place: Any, value: Any) -> Any:
    """Write WIDTH numbers from an address on."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[1], builder.inttoptr(args[0], VECTOR.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(types.int64, LANES), codegen


def _prefetch(write: int) -> Callable[..., Any]:
    """Ask for a cache line, to be read or to be written."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        declare: Callable[..., Any] = cgutils.get_or_insert_function
        function = declare(builder.module, kind, "llvm.prefetch.p0i8")
        keep, data = 3, 1
        told = [ir.Constant(word, number) for number in (write, keep, data)]
        builder.call(function, [builder.inttoptr(args[0], byte), *told])
        return context.get_dummy_value()

    return codegen


@instructions
def fetch(typingctx: Any, place: Any) -> Any:
    """Ask for the cache line at an address, which is soon to be read."""
    return types.void(types.int64), _prefetch(0)


@instructions
def fetch_to_write(typingctx: Any, place: Any) -> Any:
    """Ask for the cache line at an address, which is soon to be written."""
    return types.void(types.int64), _prefetch(1)

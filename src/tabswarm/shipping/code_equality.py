"""Whether two code objects do the same: the check that shipped source still is the code that runs.

Where a file was edited after its import, the text says `x + 1000` while `x + 1` runs. Instructions, names and constants
are compared, recursively; lines are not.
"""

from __future__ import annotations

import inspect
import types

from tabswarm.shipping.compile_source import FUTURE_FLAGS

_CO_METHOD = 0x8000000  # 3.14: defined in a class body; a dummy class tells the compiler so of lambdas too
_FLAGS = ~(inspect.CO_NESTED | _CO_METHOD)  # whether it is nested depends on the factory round it


def same_code(a: types.CodeType, b: types.CodeType) -> bool:
    """Whether two code objects of one Python are the same but for where they stand."""
    return (
        a.co_code == b.co_code
        and a.co_names == b.co_names
        and a.co_varnames == b.co_varnames
        and a.co_freevars == b.co_freevars
        and a.co_cellvars == b.co_cellvars
        and a.co_argcount == b.co_argcount
        and a.co_posonlyargcount == b.co_posonlyargcount
        and a.co_kwonlyargcount == b.co_kwonlyargcount
        and a.co_flags & _FLAGS == b.co_flags & _FLAGS
        and a.co_exceptiontable == b.co_exceptiontable
        and _same_constant(a.co_consts, b.co_consts)
    )


def _same_constant(a: object, b: object) -> bool:
    if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
        return same_code(a, b)
    if type(a) is not type(b):  # 1, 1.0 and True are equal, and not the same constant
        return False
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_same_constant, a, b))
    if isinstance(a, slice) and isinstance(b, slice):
        return _same_constant((a.start, a.stop, a.step), (b.start, b.stop, b.step))
    if isinstance(a, frozenset) and isinstance(b, frozenset):
        return {(type(item), item) for item in a} == {(type(item), item) for item in b}
    return a == b and repr(a) == repr(b)  # 0.0 and -0.0 are equal, and not the same constant


def future_flags(code: types.CodeType) -> int:
    """The `__future__` imports that a code object was compiled under."""
    return code.co_flags & FUTURE_FLAGS

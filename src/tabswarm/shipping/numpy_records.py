"""Arrays and scalars of numpy in records: (dtype, shape, order, bytes), never objects.

numpy is imported only when a record holds something of it: neither a tab nor a driver needs it otherwise.
"""

from __future__ import annotations

import importlib
import math
from typing import TYPE_CHECKING, Any

from tabswarm.errors import RecordRefused, ResultNotSerialisable

if TYPE_CHECKING:
    Parts = tuple[object, ...]


def _numpy() -> Any:
    return importlib.import_module("numpy")


def array_parts(value: object) -> Parts | None:
    """What `ndarray_reader` is called with, or None for what is no plain array."""
    numpy = _numpy()

    if type(value) is not numpy.ndarray:
        return None
    array: Any = value
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    return _describe(array.dtype), array.shape, order, array.tobytes(order)


def scalar_parts(value: object) -> Parts | None:
    """What `numpy_scalar_reader` is called with, or None for what is no scalar."""
    numpy = _numpy()

    if not isinstance(value, numpy.generic):
        return None
    return _describe(value.dtype), value.tobytes()


def read_array(description: object, shape: object, order: object, data: object) -> object:
    """A writable array; refuses object dtypes and shapes that do not fit the bytes."""
    numpy = _numpy()

    dtype = _dtype(description)
    if type(shape) is not tuple or not all(type(n) is int and n >= 0 for n in shape) or order not in ("C", "F"):
        raise RecordRefused("a record gives an array a malformed shape")
    if type(data) is not bytes or math.prod(shape) * dtype.itemsize != len(data):
        raise RecordRefused("a record gives an array a shape that does not fit its bytes")
    if not dtype.itemsize:
        return numpy.zeros(shape, dtype) if math.prod(shape) < 1 << 20 else _refuse_size()
    return numpy.frombuffer(bytearray(data), dtype).reshape(shape, order=order)


def read_scalar(description: object, data: object) -> object:
    """A scalar of its bytes."""
    array: Any = read_array(description, (1,), "C", data)
    return array[0]


def _describe(dtype: Any) -> object:
    numpy = _numpy()

    if dtype.hasobject:
        raise ResultNotSerialisable("a numpy array of Python objects (dtype=object): use a list, or a plain dtype")
    return numpy.lib.format.dtype_to_descr(dtype)


def _dtype(description: object) -> Any:
    numpy = _numpy()

    if type(description) not in (str, list):
        raise RecordRefused(f"a record describes a dtype by a {type(description).__name__}")
    dtype = numpy.lib.format.descr_to_dtype(description)
    if dtype.hasobject:
        raise RecordRefused("a record holds a numpy array of Python objects")
    return dtype


def _refuse_size() -> object:
    raise RecordRefused("a record gives an array of empty items a huge shape")

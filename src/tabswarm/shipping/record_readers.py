"""Readers: what the record reader hands to pickle's machine in place of classes and functions.

The law: what `find_class` gives is never a class or a function but one of these, an object without attributes (empty
`__slots__`) that refuses BUILD and checks what it is called with. With a class at hand the BUILD opcode could replace
its methods, with `bytearray` a call could allocate 10**12 bytes.

A reader stands in a record under its module and name in `READERS`; these names are part of the format.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from tabswarm.errors import RecordRefused

Reduced = tuple[object, ...]


class Reader:
    """What the record reader hands to pickle's machine in place of a class."""

    __slots__ = ()

    def __call__(self, *args: object) -> object:
        """Rebuild a value. Each reader has its own."""
        raise RecordRefused("a reader without a type")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: this is what BUILD would do."""
        raise RecordRefused("a record's bytes set an attribute of what reads them")

    def __setstate__(self, state: object) -> NoReturn:
        """Refuse: this is what BUILD would do."""
        raise RecordRefused("a record's bytes set the state of what reads them")

    def __reduce__(self) -> str:
        """A reader is pickled by its name in this module."""
        return f"{type(self).__name__}_reader"


def make_reader(name: str, read: Callable[..., object]) -> Reader:
    """A reader of the name that calls the function."""
    namespace = {
        "__slots__": (),
        "__module__": read.__module__,
        "__call__": staticmethod(read),
        "__doc__": read.__doc__,
    }
    made: Reader = type(name, (Reader,), namespace)()
    return made


READERS: dict[tuple[str, str], Reader] = {}
REDUCERS: dict[type, Callable[..., Reduced]] = {}


def reader(read: Callable[..., object]) -> Reader:
    """Makes the function `x_reader` of a module the reader by which the module's `x` values are named."""
    made = READERS[read.__module__, read.__name__] = make_reader(read.__name__.removesuffix("_reader"), read)
    return made


def expect(value: object, *kinds: type) -> None:
    """Refuse a value that is not exactly of one of the types (a subclass could be the user's)."""
    if type(value) not in kinds:
        names = " or ".join(kind.__name__ for kind in kinds)
        raise RecordRefused(f"a record gives a {type(value).__name__} where a {names} belongs")

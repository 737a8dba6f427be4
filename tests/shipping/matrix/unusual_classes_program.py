"""A driver program of things that few people write, each of which once broke, or might; run as a script, it ships every
case to a file.

python unusual_classes_program.py OUT
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import enum
import functools
import io
import math
import operator
import struct
import sys
import threading
import types
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, Optional, ParamSpec, TypeVar, get_args

from case_book import case, ship_all

R = TypeVar("R")
P = ParamSpec("P")



class Base:
    __secret = 5

    def go(self) -> list[str]:
        return ["base"]

    @classmethod
    def name(cls) -> str:
        return cls.__name__

    @property
    def p(self) -> str:
        return "p"

    def secret(self) -> Any:
        return self.__secret, (lambda: self.__secret)(), [self.__secret for _ in range(1)]


class Child(Base):
    shift = lambda self, k=(lambda: 3): k()  # noqa: E731

    def go(self) -> list[str]:
        return [s for s in super().go()] + [f() for f in [lambda: super(Child, self).go()[0]]]  # noqa: C416

    @classmethod
    def name(cls) -> str:
        return super().name() + "!"

    @property
    def p(self) -> str:
        return super().p + __class__.__name__  # type: ignore[name-defined]  # noqa: F821


def wrapping(cls: Any) -> Any:
    class Wrapper(cls):
        def go(self) -> list[str]:
            return ["wrapped", *super().go()]

    Wrapper.__name__, Wrapper.__qualname__ = cls.__name__, cls.__qualname__
    return Wrapper


@wrapping
class Wrapped(Base):
    pass


instance_of_wrapped = Wrapped()


@case
def super_and_mangling_in_odd_places() -> Any:
    child = Child()
    return child.go(), Child.name(), child.p, child.secret(), child.shift(), instance_of_wrapped.go(), Wrapped().go()


class Meta(type):
    registry: dict[str, type] = {}

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: int) -> Any:
        namespace["options"] = options
        mcs.registry[name] = made = super().__new__(mcs, name, bases, namespace)
        return made

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: int) -> None:
        super().__init__(name, bases, namespace)

    def __instancecheck__(cls, other: object) -> bool:
        return other == 42

    def __call__(cls, *arguments: Any) -> Any:
        made = super().__call__(*arguments)
        made.born = True
        return made


class Made(metaclass=Meta, level=1):
    pass


@case
def a_metaclass_with_hooks() -> Any:
    return Made.options, isinstance(42, Made), Made().born, sorted(Meta.registry)


class Attribute:
    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        return self.name, type(instance).__name__


class Lazy:
    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        functools.update_wrapper(self, f)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self.f, instance)


class Described:
    attribute = Attribute()
    real = property(operator.attrgetter("_real"))
    _real = 8

    @Lazy
    def times(self, x: int) -> int:
        return x * 2


@case
def descriptors() -> Any:
    return Described().attribute, Described().times(4), Described().real, Described.times.__name__


class Doubling(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key * 2


class Noted(list[int]):
    pass


doubling, noted = Doubling(a="1"), Noted([1, 2])
noted.note = "n"  # type: ignore[attr-defined]
doubling.extra = noted  # type: ignore[attr-defined]


class Node:
    def __init__(self, parent: Node | None = None) -> None:
        self.parent, self.children = parent, []  # type: ignore[var-annotated]
        if parent:
            parent.children.append(self)


root = Node()
leaf = Node(Node(root))
itself: list[Any] = []
itself.append(itself)


class Worker(threading.Thread):
    def run(self) -> None:
        self.result = 5


@case
def instances_with_a_past() -> Any:
    same = leaf.parent.parent.children[0] is leaf.parent  # type: ignore[union-attr]
    worker = Worker()
    worker.run()
    return doubling["zz"], doubling.extra.note, same, itself[0] is itself, worker.result  # type: ignore[attr-defined]


# --- what the standard library generates


@dataclass(frozen=True)
class Point:
    x: int
    y: int


class Planet(Point, enum.Enum):
    EARTH = 1, 2
    MARS = 3, 4

    def total(self) -> int:
        return self.x + self.y


class Operation(enum.Enum):
    ADD = enum.member(lambda a, b: a + b)
    MULTIPLY = enum.member(operator.mul)


class Named(enum.Enum):
    _ignore_ = ["n"]

    def _generate_next_value_(name, start, count, last_values):  # type: ignore[no-untyped-def, override]  # noqa: N805
        return name.lower()

    A = enum.auto()
    B = enum.auto()

    @classmethod
    def _missing_(cls, value: object) -> Named:
        return cls.A


class Permission(enum.IntFlag, boundary=enum.KEEP):
    READ = 4
    WRITE = 2


By_call = enum.Enum("By_call", "X Y")


@case
def enums_of_all_kinds() -> Any:
    return (
        *(Planet.EARTH.total(), Planet(Point(3, 4)).name, Planet.MARS.value),
        *(Operation.ADD.value(1, 2), Operation.MULTIPLY.value(3, 4), Named("nobody").value, Named.B.value),
        *(Permission(7).value, (Permission.READ | Permission.WRITE).value, By_call.Y.value),
    )


class Pair(NamedTuple, Generic[R]):
    left: R
    right: int = 2

    def both(self) -> Any:
        return self.left, self.right


UserId = NewType("UserId", int)
Maybe = Optional[int]
header = struct.Struct("<I")
Loose = dataclasses.make_dataclass(
    "Loose", [("a", int), ("b", int, field(default=2))], namespace={"sum": lambda self: self.a + self.b}
)


@case
def what_typing_and_others_generate() -> Any:
    pair = Pair[str]("l")
    return pair.both(), pair._replace(right=5), UserId(5), get_args(Maybe)[0] is int, header.pack(1), Loose(1).sum()


@dataclass
class Logged:
    a: int = 1

    def __post_init__(self) -> None:
        self.log = ["base"]


@dataclass
class Longer(Logged):
    b: list[int] = field(default_factory=list, metadata={"k": 1})

    def __post_init__(self) -> None:
        super().__post_init__()
        self.log.append("longer")

    def __eq__(self, other: object) -> bool:
        return True


@dataclass(slots=True, weakref_slot=True)
class Slotted:
    x: int = 1

    def twice(self) -> int:
        return self.x * 2


@dataclass(unsafe_hash=True, match_args=False, init=False)
class Hashed:
    x: int

    def __init__(self, value: int) -> None:
        self.x = value


longer = Longer(5)
longer.b.append(1)


@case
def dataclasses_of_all_kinds() -> Any:
    metadata = Longer.__dataclass_fields__["b"].metadata["k"]
    return longer.log, longer.b, Longer().b, metadata, Longer() == 3, Slotted().twice(), hash(Hashed(1)) == hash(Hashed(1))


class Read(collections.abc.Mapping[str, int]):
    def __init__(self, data: dict[str, int]) -> None:
        self.data = data

    def __getitem__(self, key: str) -> int:
        return self.data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)


read = Read({"a": 1})
text, binary = io.StringIO("abc"), io.BytesIO(b"x")
cached = functools.lru_cache(3)(functools.partial(pow, 2))


@case
def values_of_the_library() -> Any:
    return dict(read), text.getvalue(), binary.getvalue(), cached(3), math.isclose(math.tau, 6.283185307179586)


if __name__ == "__main__":
    ship_all(sys.argv[1])

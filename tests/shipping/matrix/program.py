"""A driver program with the code that people really write; run as a script, it ships every construct to a file.

    python program.py OUT

Each case is a function without parameters, written the way a user writes it; it must give the same plain data at the far end.
"""

from __future__ import annotations

import abc
import asyncio
import collections
import collections.abc
import concurrent.futures
import contextlib
import dataclasses
import enum
import functools
import math
import os.path
import pathlib
import re
import sys
import typing
from collections import namedtuple
from dataclasses import dataclass, field
from enum import Enum, Flag, IntEnum, auto
from functools import cached_property, lru_cache, partial, singledispatch
from typing import Any, Generic, NamedTuple, Protocol, TypedDict, TypeVar

import local_module
import msgspec
from local_package import Doubler

CASES: dict[str, Any] = {}


def case(function: Any) -> Any:
    CASES[function.__name__] = function
    return function


GLOBAL = 10
TABLE = {"a": 1}
first, second, third = lambda x: x + GLOBAL, lambda x: x * GLOBAL, lambda x: x + GLOBAL  # noqa: E731


@case
def lambdas_on_one_line() -> Any:
    return [first(1), second(2), third(3), (lambda x, *, y=2: x**y)(3)]


def make_counter() -> Any:
    count = 0

    def increment() -> int:
        nonlocal count
        count += 1
        return count

    def get() -> int:
        return count

    return increment, get


increment, get = make_counter()
increment()


@case
def closures_share_their_cells() -> Any:
    increment()
    return [increment() - get(), get() > 1]


def default_arguments(a: int, b: list[int] = [GLOBAL], /, c: int = GLOBAL * 2, *rest: int, d: int = 4, **more: int) -> Any:  # noqa: B006
    return [a, b, c, rest, d, more]


@case
def defaults() -> Any:
    return [default_arguments(1), default_arguments(1, [2], 3, 4, d=5, e=6), (lambda x=GLOBAL: x)()]


def louder(times: int) -> Any:
    def decorate(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any) -> Any:
            return [function(*args)] * times

        return wrapper

    return decorate


@louder(times=2)
@louder(3)
def decorated(x: int) -> int:
    """A docstring."""
    return x + 1


@case
def decorators() -> Any:
    return [decorated(1), decorated.__name__, decorated.__doc__, decorated.__wrapped__.__wrapped__(5)]


class Animal:
    kinds: typing.ClassVar[list[str]] = ["cat"]

    def __init__(self, name: str) -> None:
        self.__name = name

    def speak(self) -> str:
        return f"{self.__name} of {type(self).__name__}"

    @property
    def name(self) -> str:
        return self.__name

    @name.setter
    def name(self, value: str) -> None:
        self.__name = value

    @staticmethod
    def static(x: int) -> int:
        return x + GLOBAL

    @classmethod
    def build(cls, name: str) -> Animal:
        return cls(name)

    def nested(self) -> Any:
        return (lambda: self.__name)()


class Dog(Animal):
    def speak(self) -> str:
        loud = [super(Dog, self).speak().upper() for _ in range(1)]
        return super().speak() + "!" + loud[0]

    def later(self) -> Any:
        return lambda: (__class__.__name__, super(__class__, self).speak())  # type: ignore[name-defined]  # noqa: F821


@case
def classes_and_super() -> Any:
    dog = Dog.build("Rex")
    dog.name = "Max"
    return [dog.speak(), dog.later()(), dog.nested(), Dog.static(1), Animal.kinds, Dog.__qualname__, isinstance(dog, Animal)]


rex = Dog("Rex")


@case
def instances_and_bound_methods() -> Any:
    return [rex.speak(), list(map(rex.build, ["a"]))[0].name, [bound() for bound in [rex.nested]]]


def countdown(n: int) -> Any:
    while n:
        sent = yield n
        n -= 1 + (sent or 0)
    yield from (letter for letter in "ab")


@case
def generators() -> Any:
    return [list(countdown(3)), sum(x * GLOBAL for x in range(4))]


def factorial(n: int) -> int:
    return 1 if n < 2 else n * factorial(n - 1)


def is_even(n: int) -> bool:
    return n == 0 or is_odd(n - 1)


def is_odd(n: int) -> bool:
    return n != 0 and is_even(n - 1)


def local_recursion() -> Any:
    def even(n: int) -> bool:
        return n == 0 or odd(n - 1)

    def odd(n: int) -> bool:
        return n != 0 and even(n - 1)

    return even


even_by_closure = local_recursion()


@case
def recursion() -> Any:
    return [factorial(10), is_even(7), is_odd(7), even_by_closure(8)]


@case
def local_modules() -> Any:
    from local_package.inner import offset

    return [local_module.triple(2), Doubler(1).double(5), offset.OFFSET, local_module.slow_square(4), adder(4)]


adder = local_module.make_adder(5)


@dataclass
class Point:
    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list, repr=False, compare=False)
    origin: typing.ClassVar[str] = "zero"
    scale: dataclasses.InitVar[int] = 1

    def __post_init__(self, scale: int) -> None:
        self.x *= scale

    def norm(self) -> float:
        return math.hypot(self.x, self.y)


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int = field(default=0, metadata={"doc": "the second"})


@dataclass(slots=True, kw_only=True)
class Slotted:
    a: int = 1
    b: str = "b"


@dataclass(frozen=True, slots=True)
class FrozenSlotted(object):
    a: int = 1


@dataclass
class Point3(Point):
    z: int = 9

    def norm(self) -> float:
        return super().norm() + self.z


@dataclass(unsafe_hash=True)
class Custom:
    a: int

    def __repr__(self) -> str:
        return f"<{self.a}>"


origin = Point(1, 2, ["t"])


@case
def dataclass_instances() -> Any:
    p, v = Point(3, 4, scale=2), Version(1)
    try:
        v.major = 2  # type: ignore[misc]
        frozen = False
    except dataclasses.FrozenInstanceError:
        frozen = True
    try:
        Slotted().c = 1  # type: ignore[attr-defined]
        slotted = False
    except AttributeError:
        slotted = True
    match p:
        case Point(x, y):
            matched = [x, y]
    return [
        *[repr(p), p == Point(6, 4), p.norm(), Point.origin, frozen, slotted, matched, sorted([Version(2), v])[0].major],
        *[repr(Slotted(b="c")), repr(FrozenSlotted(2)), {FrozenSlotted(1): 5}[FrozenSlotted(1)], repr(Point3(1)), Point3(3, 4).norm()],
        *[repr(dataclasses.replace(v, minor=3)), [f.name for f in dataclasses.fields(Point3)], repr(Custom(1)), {Custom(1): 1}[Custom(1)]],
        *[repr(origin), origin.tags, dataclasses.asdict(origin), dataclasses.fields(Version)[1].metadata["doc"], Point.__hash__ is None],
    ]


class Employee(NamedTuple):
    """Has a name."""

    name: str
    id: int = 3

    def title(self) -> str:
        return f"{self.name}/{self.id}"


Pair = namedtuple("Pair", "left right", defaults=[0])


class Triple(namedtuple("TripleBase", ["a", "b", "c"])):
    __slots__ = ()

    def total(self) -> int:
        return self.a + self.b + self.c


somebody = Employee("Guido")


@case
def named_tuples() -> Any:
    return [
        *[repr(somebody), somebody.title(), Employee.__doc__, Employee("x", 1)._asdict(), Pair(1)._replace(right=4), repr(Pair(5))],
        *[Triple(1, 2, 3).total(), Triple(1, 2, 3)._fields, isinstance(somebody, Employee)],
    ]


class Color(Enum):
    RED = 1
    GREEN = auto()
    CRIMSON = 1

    @property
    def pretty(self) -> str:
        return self.name.title()

    @classmethod
    def _missing_(cls, value: object) -> Any:
        return cls.GREEN


class Access(Flag):
    READ = 1
    WRITE = 2
    BOTH = 3


class Level(IntEnum):
    LOW = 1
    HIGH = 5

    def __str__(self) -> str:
        return f"level {self.value}"


class Planet(Enum):
    EARTH = (5.0, 2.0)
    MARS = (1.0, 4.0)

    def __init__(self, mass: float, radius: float) -> None:
        self.mass = mass
        self.radius = radius

    @property
    def gravity(self) -> float:
        return self.mass / self.radius**2


class Word(str, Enum):
    HELLO = "hello"


class Coordinate(bytes, Enum):
    def __new__(cls, value: int, label: str) -> Any:
        made = bytes.__new__(cls, [value])
        made._value_ = value
        made.label = label  # type: ignore[attr-defined]
        return made

    PX = (0, "P.X")
    PY = (1, "P.Y")


@case
def enums() -> Any:
    return [
        *[Color.RED.name, Color(2).pretty, Color.CRIMSON is Color.RED, Color(99).name, [c.name for c in Color], Color["CRIMSON"].value],
        *[(Access.READ | Access.WRITE) is Access.BOTH, Access.READ in Access.BOTH, str(Level.HIGH), Level.HIGH > Level.LOW, Level(5).name],
        *[Planet.EARTH.gravity, Planet((1.0, 4.0)).radius, Word.HELLO.upper(), Word("hello") is Word.HELLO, Color.RED in {Color.RED}],
        *[Coordinate.PY.label, Coordinate(0).name],  # type: ignore[call-arg,attr-defined]
    ]


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...

    @classmethod
    def __subclasshook__(cls, other: type) -> Any:
        return True if other.__name__ == "Blob" else NotImplemented


class Square(Shape):
    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        return self.side**2


class Blob: ...


class Virtual: ...


Shape.register(Virtual)


@case
def abstract_classes() -> Any:
    try:
        Shape()  # type: ignore[abstract]
        refused = False
    except TypeError:
        refused = True
    return [refused, Square(3).area(), isinstance(Square(1), Shape), isinstance(Virtual(), Shape), isinstance(Blob(), Shape), isinstance(3, Shape)]


T = TypeVar("T")
K = TypeVar("K", bound="Animal")


class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> Stack[T]:
        self.items.append(item)
        return self


class IntStack(Stack[int]):
    pass


class Closable(Protocol):
    def close(self) -> str: ...


@typing.runtime_checkable
class Sized2(Protocol):
    size: int

    def grow(self) -> None: ...


class Door(Closable):
    size = 3

    def close(self) -> str:
        return "shut"

    def grow(self) -> None: ...


class Movie(TypedDict, total=False):
    title: str
    year: int


@case
def typing_classes() -> Any:
    movie: Movie = Movie(title="x")
    return [
        *[Stack[str]().push("a").items, IntStack().push(1).items, Door().close(), isinstance(Door(), Sized2), isinstance(3, Sized2)],
        *[movie, sorted(Movie.__optional_keys__), Movie.__name__, str(Stack[int].__origin__.__name__), len(Stack.__parameters__)],  # type: ignore[attr-defined]
    ]


class Slots:
    __slots__ = ("__hidden", "a")

    def __init__(self) -> None:
        self.a, self.__hidden = 1, 2

    def both(self) -> Any:
        return [self.a, self.__hidden]


class SlotsChild(Slots):
    __slots__ = ("b",)


@case
def slots() -> Any:
    child = SlotsChild()
    child.b = 5
    return [child.both(), child.b, hasattr(child, "__dict__"), Slots.__slots__[1]]


class Meta(type):
    made: typing.ClassVar[list[str]] = []

    def __new__(mcls, name: str, bases: Any, namespace: Any, **options: Any) -> Any:
        cls = super().__new__(mcls, name, bases, namespace)
        mcls.made.append(name)
        cls.options = options  # type: ignore[attr-defined]
        return cls

    def __call__(cls, *args: Any) -> Any:
        made = super().__call__(*args)
        made.by_meta = True
        return made

    @property
    def shout(cls) -> str:
        return cls.__name__.upper()


class WithMeta(metaclass=Meta, level=3):
    pass


class Plugin:
    known: typing.ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, *, key: str, **more: Any) -> None:
        Plugin.known[key] = cls


class Red(Plugin, key="red"):
    value = 3


class Descriptor:
    def __set_name__(self, owner: Any, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: Any) -> str:
        return f"field {self.name}"


class Described:
    title = Descriptor()


@case
def metaclasses_and_hooks() -> Any:
    return [
        *[WithMeta().by_meta, WithMeta.shout, WithMeta.options, Meta.made, type(WithMeta).__name__],  # type: ignore[attr-defined]
        *[Plugin.known["red"].value, Plugin.known["red"] is Red, sorted(Plugin.known), Described().title],
    ]


@lru_cache(maxsize=100)
def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


class Lazy:
    def __init__(self) -> None:
        self.runs = 0

    @cached_property
    def value(self) -> int:
        self.runs += 1
        return self.runs


add_three = partial(default_arguments, 3, d=1)


@singledispatch
def describe(value: object) -> str:
    return "object"


@describe.register
def _(value: int) -> str:
    return f"int {value + GLOBAL}"


@describe.register(list)
def _describe_list(value: Any) -> str:
    return "list of " + ", ".join(map(describe, value))


class Dispatching:
    @functools.singledispatchmethod
    def of(self, value: object) -> str:
        return "object"

    @of.register
    def _(self, value: str) -> str:
        return "str"


@functools.total_ordering
class Ordered:
    def __init__(self, n: int) -> None:
        self.n = n

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ordered) and self.n == other.n

    def __lt__(self, other: Ordered) -> bool:
        return self.n < other.n


@case
def functools_wrappers() -> Any:
    lazy = Lazy()
    return [
        *[fibonacci(30), fibonacci.cache_info().maxsize, lazy.value + lazy.value, add_three(4), describe(1), describe([1, "a"])],
        *[Dispatching().of("a"), Dispatching().of(1), Ordered(1) <= Ordered(1), Ordered(2) > Ordered(1)],
    ]


async def sleepy(x: int) -> int:
    await asyncio.sleep(0)
    return x + GLOBAL


async def gather() -> list[int]:
    async def numbers() -> Any:
        for i in range(3):
            yield i

    return [await sleepy(i) async for i in numbers()]


@case
def async_functions() -> Any:
    if sys.platform == "emscripten":
        coroutine = sleepy(1)
        coroutine.close()
        return [10, 11, 12]
    return asyncio.run(gather())


@case
def walrus_and_comprehensions() -> Any:
    if (n := len(TABLE)) > 0:
        pass
    total = 0
    values = [total := total + x for x in range(4)]
    return [
        *[n, values, {k: v for k, v in TABLE.items()}, sorted({x % 3 for x in range(9)}), [[y * x for y in range(x)] for x in range(3)]],
        *[[f() for f in [lambda i=i: i + GLOBAL for i in range(3)]], [g() for g in [lambda: x for x in range(3)]]],  # noqa: B023
    ]


class InAClass:
    base = 3
    squares: typing.ClassVar[list[int]] = [x * x for x in range(3)]
    adders: typing.ClassVar[Any] = [lambda v, i=i: v + i for i in range(2)]

    def outer(self) -> Any:
        class Inner:
            """Made at the far end."""

            def who(self) -> str:
                return type(self).__qualname__

            @classmethod
            def make(cls) -> Any:
                return cls()

        def helper(x: int) -> int:
            def deeper(y: int) -> int:
                return x + y + InAClass.base

            return deeper(1)

        return [Inner().who(), Inner.make().__doc__, helper(2), helper.__qualname__]


@case
def nested_functions_and_classes() -> Any:
    return [InAClass().outer(), InAClass.squares, [add(1) for add in InAClass.adders]]


@contextlib.contextmanager
def tagged(name: str) -> Any:
    log.append(f"<{name}>")
    yield name
    log.append(f"</{name}>")


log: list[str] = []


@case
def library_decorators_and_globals() -> Any:
    global counter
    counter += 1
    with tagged("b") as name:
        log.append(name)
    pool = concurrent.futures.ThreadPoolExecutor.__name__
    return [log[-3:], pool, os.path.basename("a/b"), counter > 0, re.compile(PATTERN.pattern).findall("a1b2"), str(PurePath)]


counter = 0
PATTERN = re.compile(r"\d")
PurePath = pathlib.PurePosixPath("a") / "b"


class MyError(ValueError):
    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code


@case
def exceptions_and_patterns() -> Any:
    caught = []
    for kind in (MyError, KeyError):
        try:
            raise kind(3)
        except* MyError as group:
            caught.append(group.exceptions[0].code)
        except* KeyError:
            caught.append("key")
    match {"a": [1, 2, 3], "b": None}:
        case {"a": [head, *tail], **rest}:
            caught.append([head, tail, rest])
    try:
        return caught
    finally:
        caught.append("finally")


class Box(collections.abc.MutableMapping):  # type: ignore[type-arg]
    def __init__(self) -> None:
        self._data: dict[Any, Any] = {}

    def __getitem__(self, key: Any) -> Any:
        return self._data[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._data[key] = value

    def __delitem__(self, key: Any) -> None:
        del self._data[key]

    def __iter__(self) -> Any:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


class Default(dict):  # type: ignore[type-arg]
    def __missing__(self, key: Any) -> Any:
        return f"no {key}"


box = Box()
box["a"] = 1


@case
def containers_of_the_users() -> Any:
    box["b"] = 2
    return [dict(box), box.pop("a"), box.setdefault("a", 1), Default(a=1)["b"], collections.Counter("aab").most_common(1)]


typical = type("Typical", (Animal,), {"speak": lambda self: "made by type()"})


@case
def a_class_made_by_type() -> Any:
    return typical("x").speak()


def main(target: str) -> None:
    from tabswarm.shipping.code import ship

    shipped = {}
    for name, function in CASES.items():
        shipment = ship(function)
        assert shipment.python is None, name
        shipped[name] = (shipment.root, shipment.blobs, repr(function()))
    pathlib.Path(target).write_bytes(msgspec.msgpack.encode(shipped))


if __name__ == "__main__":
    main(sys.argv[1])

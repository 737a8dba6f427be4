"""A driver program with the dataclasses, named tuples and enums that people really write; run as a script, it ships every case to a file.

python generated_program.py OUT
"""

from __future__ import annotations

import dataclasses
import math
import sys
import typing
from collections import namedtuple
from dataclasses import dataclass, field
from enum import Enum, Flag, IntEnum, auto
from typing import Any, NamedTuple

from case_book import case, ship_all


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
        *[
            repr(p),
            p == Point(6, 4),
            p.norm(),
            Point.origin,
            frozen,
            slotted,
            matched,
            sorted([Version(2), v])[0].major,
        ],
        *[
            repr(Slotted(b="c")),
            repr(FrozenSlotted(2)),
            {FrozenSlotted(1): 5}[FrozenSlotted(1)],
            repr(Point3(1)),
            Point3(3, 4).norm(),
        ],
        *[
            repr(dataclasses.replace(v, minor=3)),
            [f.name for f in dataclasses.fields(Point3)],
            repr(Custom(1)),
            {Custom(1): 1}[Custom(1)],
        ],
        *[
            repr(origin),
            origin.tags,
            dataclasses.asdict(origin),
            dataclasses.fields(Version)[1].metadata["doc"],
            Point.__hash__ is None,
        ],
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
        *[
            repr(somebody),
            somebody.title(),
            Employee.__doc__,
            Employee("x", 1)._asdict(),
            Pair(1)._replace(right=4),
            repr(Pair(5)),
        ],
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
        *[
            Color.RED.name,
            Color(2).pretty,
            Color.CRIMSON is Color.RED,
            Color(99).name,
            [c.name for c in Color],
            Color["CRIMSON"].value,
        ],
        *[
            (Access.READ | Access.WRITE) is Access.BOTH,
            Access.READ in Access.BOTH,
            str(Level.HIGH),
            Level.HIGH > Level.LOW,
            Level(5).name,
        ],
        *[
            Planet.EARTH.gravity,
            Planet((1.0, 4.0)).radius,
            Word.HELLO.upper(),
            Word("hello") is Word.HELLO,
            Color.RED in {Color.RED},
        ],
        *[Coordinate.PY.label, Coordinate(0).name],  # type: ignore[call-arg,attr-defined]
    ]


if __name__ == "__main__":
    ship_all(sys.argv[1])

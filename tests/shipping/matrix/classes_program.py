"""A driver program with the classes that people really write; run as a script, it ships every case to a file.

python classes_program.py OUT
"""

from __future__ import annotations

import abc
import collections
import collections.abc
import sys
import typing
from typing import Any, Generic, Protocol, TypedDict, TypeVar

from case_book import case, ship_all

GLOBAL = 10


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
    return [
        dog.speak(),
        dog.later()(),
        dog.nested(),
        Dog.static(1),
        Animal.kinds,
        Dog.__qualname__,
        isinstance(dog, Animal),
    ]


rex = Dog("Rex")


@case
def instances_and_bound_methods() -> Any:
    return [rex.speak(), list(map(rex.build, ["a"]))[0].name, [bound() for bound in [rex.nested]]]


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
    return [
        refused,
        Square(3).area(),
        isinstance(Square(1), Shape),
        isinstance(Virtual(), Shape),
        isinstance(Blob(), Shape),
        isinstance(3, Shape),
    ]


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
        *[
            Stack[str]().push("a").items,
            IntStack().push(1).items,
            Door().close(),
            isinstance(Door(), Sized2),
            isinstance(3, Sized2),
        ],
        *[
            movie,
            sorted(Movie.__optional_keys__),
            Movie.__name__,
            str(Stack[int].__origin__.__name__),
            len(Stack.__parameters__),
        ],  # type: ignore[attr-defined]
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
    return [
        dict(box),
        box.pop("a"),
        box.setdefault("a", 1),
        Default(a=1)["b"],
        collections.Counter("aab").most_common(1),
    ]


typical = type("Typical", (Animal,), {"speak": lambda self: "made by type()"})


@case
def a_class_made_by_type() -> Any:
    return typical("x").speak()


if __name__ == "__main__":
    ship_all(sys.argv[1])

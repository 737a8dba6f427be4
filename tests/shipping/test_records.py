"""Blocks of records: what goes in comes out, in chunks, and what cannot is named."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import pathlib
import re
import threading
import uuid
import zoneinfo
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, UserString, defaultdict, deque
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabswarm.errors import RecordRefused, RecordTooLarge, ResultNotSerialisable
from tabswarm.shipping.class_registry import ClassRegistry
from tabswarm.shipping.record_types import RecordedException
from tabswarm.shipping.records import RecordWriter, iter_chunks, iter_records, read_records, write_records


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    name: str


class Pair(NamedTuple):
    left: int
    right: int


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Tally:
    """Guarded, as it has a method `add`."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, n: int) -> Tally:
        self.total += n
        return self


class Words(list[str]):
    def append(self, word: str) -> None:
        super().append(word.upper())


class Lookup(dict[str, int]):
    __slots__ = ("origin",)
    origin: str


class Celsius(float):
    pass


class Failure(ValueError):
    def __init__(self, code: int, *more: int) -> None:
        super().__init__(f"code {code}")
        self.code = code


class Careful:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.value = 3

    def __getstate__(self) -> dict[str, object]:
        return {"value": self.value}


class Restored:
    def __init__(self, value: int) -> None:
        self.value = value

    def __getstate__(self) -> int:
        return self.value

    def __setstate__(self, state: int) -> None:
        self.value = state * 10


CLASSES = ClassRegistry()
for _class in (Point, Key, Pair, Color, Access, Tally, Words, Lookup, Celsius, Failure, Careful, Restored):
    CLASSES.add(_class)


def there_and_back(records: list[Any], classes: ClassRegistry = CLASSES) -> list[Any]:
    return read_records(write_records(records, classes=classes), classes=classes)


_hashable = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.decimals(allow_nan=False),
    st.fractions(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.ip_addresses(),
    st.complex_numbers(allow_nan=False),
    st.builds(range, st.integers(-9, 9), st.integers(-9, 9)),
    st.datetimes(timezones=st.just(datetime.UTC)),
    st.sampled_from(Color),
    st.builds(Key, st.text()),
    st.builds(Pair, st.integers(), st.integers()),
)
_records = st.recursive(
    st.one_of(_hashable, st.builds(Point, st.integers(), st.integers()), st.binary().map(bytearray)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(_hashable, inner, max_size=3),
        st.sets(_hashable, max_size=3),
        st.frozensets(_hashable, max_size=3),
        st.lists(inner, max_size=3).map(deque),
        st.dictionaries(_hashable, inner, max_size=2).map(OrderedDict),
    ),
    max_leaves=12,
)


@given(st.lists(_records, max_size=20))
def test_records_come_back_as_they_went(records: list[Any]) -> None:
    back = there_and_back(records)
    assert back == records
    assert repr(back) == repr(records) or any(isinstance(part, set | frozenset) for part in _all_parts(records))


def _all_parts(value: Any) -> list[Any]:
    parts = [value]
    if isinstance(value, dict):
        parts += [part for pair in value.items() for item in pair for part in _all_parts(item)]
    elif isinstance(value, list | tuple | set | frozenset | deque):
        parts += [part for item in value for part in _all_parts(item)]
    return parts


@pytest.mark.parametrize(
    "value",
    [
        *[
            slice(1, None, 2),
            ...,
            re.compile("a+", re.I),
            pathlib.PurePosixPath("a/b"),
            pathlib.PureWindowsPath("c:/d"),
        ],
        *[
            Counter("aab"),
            defaultdict(int, a=1),
            defaultdict(None, {1: 2}),
            deque([1, 2], maxlen=2),
            ChainMap({1: 2}, {3: 4}),
        ],
        *[UserDict({"a": 1}), UserList([1]), UserString("s"), datetime.timezone(datetime.timedelta(hours=2), "X")],
        *[
            datetime.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo("UTC")),
            ipaddress.ip_network("10.0.0.0/8"),
        ],
        *[ipaddress.ip_interface("10.0.0.1/8"), decimal.Decimal("NaN"), fractions.Fraction(1, 3), uuid.UUID(int=5)],
        *[Color.RED, Access.READ | Access.WRITE, Access.WRITE, Celsius(1.5), 2**70, -0.0],
    ],
    ids=repr,
)
def test_a_value_comes_back_as_what_it_was(value: Any) -> None:
    (back,) = there_and_back([value])
    assert type(back) is type(value)
    assert repr(back) == repr(value)


def test_members_of_enums_are_themselves_again() -> None:
    assert there_and_back([Color.BLUE])[0] is Color.BLUE


def test_instances_of_the_users_classes_come_back_by_their_state() -> None:
    words, lookup = Words(["a"]), Lookup(a=1)
    words.append("b")
    lookup.origin = "here"
    tally, *back = there_and_back([Tally().add(3), words, lookup, Careful()])
    assert type(tally) is Tally and tally.add(1).total == 4
    assert back[0] == ["a", "B"] and type(back[0]) is Words
    assert back[1] == {"a": 1} and back[1].origin == "here"
    assert back[2].value == 3 and not hasattr(back[2], "lock")


def test_a_record_may_contain_itself() -> None:
    tally = Tally()
    tally.friends = [tally]  # type: ignore[attr-defined]
    (back,) = there_and_back([tally])
    assert back.friends[0] is back


def test_only_a_trusted_class_runs_its_own_setstate() -> None:
    (plain,) = there_and_back([Restored(2)])
    assert plain.value == 2
    trusting = ClassRegistry(trust=[Restored])
    (trusted,) = there_and_back([Restored(2)], trusting)
    assert trusted.value == 20


def test_exceptions_are_data() -> None:
    built_in, own, foreign = there_and_back([KeyError("k", 2), Failure(7), re.error("bad")])
    assert type(built_in) is KeyError and built_in.args == ("k", 2)
    assert type(own) is Failure and own.code == 7 and str(own) == "code 7"
    assert isinstance(foreign, RecordedException) and str(foreign).endswith(": bad")


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (("a", {"k": [0, threading.Lock()]}), r"record 1 -> \[1\] -> \['k'\] -> \[1\].*lock"),
        (Point(1, threading.Lock()), r"record 1 -> \.y.*lock"),  # type: ignore[arg-type]
        (Pair(1, lambda: 1), r"record 1 -> \.right.*the function"),  # type: ignore[arg-type]
        (int, "record 1.*the class int"),
        (defaultdict(lambda: 1), "factory"),
        (type("Inner", (), {"__qualname__": "f.<locals>.Inner"})(), "made inside the task"),
        (threading.Thread(), "threading.Thread.*trust="),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_a_record_is_named_with_its_place(record: object, words: str) -> None:
    with pytest.raises(ResultNotSerialisable, match=words):
        write_records(["fine", record], classes=CLASSES)


def test_a_record_nested_too_deeply_is_refused() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ResultNotSerialisable, match="too deeply"):
        write_records([deep])


def test_a_block_is_a_run_of_chunks_that_a_reader_streams() -> None:
    records = [(f"word{n}", n) for n in range(100_000)]
    block = write_records(records)
    sizes = [len(chunk) for chunk in iter_chunks(block)]
    assert len(sizes) > 4 and max(sizes) < 40_000
    assert list(iter_records(block)) == records
    assert read_records(memoryview(block + write_records([1]))) == [*records, 1]
    assert read_records(b"") == []


def test_a_large_record_stands_alone() -> None:
    writer = RecordWriter(compress=False)
    for n in range(40):
        writer.write(bytes([n]) * 1_000_000)
    chunks = writer.take_chunks()
    assert chunks and writer.take_chunks() == []
    assert max(map(len, chunks[1:])) < 1_100_000
    block = b"".join(chunks) + writer.finish()
    assert [record[0] for record in read_records(block)] == list(range(40)) and writer.count == 40


def test_a_record_over_the_limit_is_refused_by_its_writer() -> None:
    writer = RecordWriter(record_limit=1000)
    writer.write_batch(["small", "x" * 2000])
    with pytest.raises(RecordTooLarge, match=r"record 1 .*xxx"):
        writer.finish()


def test_compression_is_used_where_it_pays() -> None:
    assert len(write_records(["the same"] * 10_000)) < 2_000
    noise = [uuid.uuid4().bytes for _ in range(1000)]
    assert len(write_records(noise)) < len(write_records(noise, compress=False)) * 1.01


@given(st.data())
def test_a_damaged_block_is_refused_and_never_crashes(data: st.DataObject) -> None:
    block = bytearray(write_records([(n, str(n), Point(n)) for n in range(200)], classes=CLASSES))
    position = data.draw(st.integers(0, len(block) - 1))
    block[position] ^= data.draw(st.integers(1, 255))
    try:
        read_records(bytes(block), classes=CLASSES, limit=1 << 20)
    except (RecordRefused, RecordTooLarge):
        pass


def test_a_block_cut_off_anywhere_is_refused() -> None:
    block = write_records([1, "two", [3]])
    for end in range(1, len(block)):
        with pytest.raises(RecordRefused):
            read_records(block[:end])

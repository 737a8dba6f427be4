"""The stable hash: it agrees with `==`, is the same everywhere, and refuses what has no value to hash."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import math
import pathlib
import uuid
from collections import namedtuple
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shipping.pythons import found_pythons, run_python, version_of

from tabswarm.errors import StableHashError
from tabswarm.shipping.stable_hash import PartitionTable, partition_of, partitions_of, stable_hash

VECTORS = Path(__file__).with_name("stable_hash_vectors.json")

WRITE_VECTORS = """
import json, sys
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from ipaddress import ip_address, ip_network
from pathlib import PurePosixPath, PureWindowsPath
from uuid import UUID
from tabswarm.shipping.stable_hash import stable_hash
inf = float("inf")
print(json.dumps({text: stable_hash(eval(text)) for text in json.load(open(sys.argv[1]))}))
"""


@pytest.mark.parametrize("python", found_pythons(), ids=version_of)
def test_the_vectors_hold_on_every_python(python: Path, tmp_path: Path) -> None:
    (tmp_path / "vectors.py").write_text(WRITE_VECTORS)
    got = json.loads(run_python(python, "vectors.py", str(VECTORS), cwd=tmp_path))
    assert got == json.loads(VECTORS.read_text())
    assert len(got) > 40


numbers = st.one_of(
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False),
    st.fractions(),
    st.decimals(allow_nan=False),
    st.integers(-5, 5),
    st.integers(-5, 5).map(float),
    st.integers(-5, 5).map(Decimal),
    st.integers(-5, 5).map(Fraction),
    st.integers(-5, 5).map(complex),
    st.integers(1, 400).map(lambda n: 2.0**n),
    st.integers(1, 400).map(lambda n: 2**n),
    st.integers(1, 300).map(lambda n: 2.0**-n),
    st.integers(1, 300).map(lambda n: Fraction(1, 2**n)),
)
keys = st.recursive(
    st.one_of(st.none(), numbers, st.text(), st.binary(), st.dates(), st.datetimes(), st.timedeltas(), st.uuids()),
    lambda inner: st.one_of(st.tuples(inner, inner), st.frozensets(inner, max_size=3)),
    max_leaves=4,
)


@given(numbers, numbers)
def test_equal_numbers_have_equal_hashes_whatever_their_types(a: Any, b: Any) -> None:
    assert a != b or stable_hash(a) == stable_hash(b)


@given(st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False)))
def test_a_number_hashes_as_the_fraction_that_it_is(number: float | Decimal) -> None:
    exact = Fraction(number)
    if exact.denominator % (2**61 - 1):
        assert stable_hash(number) == stable_hash(exact)
    if exact.denominator == 1:
        assert stable_hash(number) == stable_hash(exact.numerator)


@given(keys, keys)
def test_equal_keys_have_equal_hashes(a: Any, b: Any) -> None:
    assert a != b or stable_hash(a) == stable_hash(b)
    assert 0 <= stable_hash(a) < 2**64


@given(st.lists(keys), st.integers(1, 50))
def test_the_fast_way_agrees_with_the_plain_one(some: list[Any], partitions: int) -> None:
    expected = [stable_hash(key) % partitions for key in some]
    assert partitions_of(some, partitions) == expected
    assert [partition_of(key, partitions) for key in some] == expected


def test_the_examples_of_the_design_land_together() -> None:
    assert {stable_hash(one) for one in (1, 1.0, True, Decimal(1), Fraction(1), 1 + 0j, Decimal("1.000"))} == {1}
    assert stable_hash(-0.0) == stable_hash(0.0) == stable_hash(0) == 0
    assert stable_hash(None) == 0
    assert stable_hash(range(0, 10, 3)) == stable_hash(range(0, 12, 3))


def test_subclasses_and_members_that_equal_their_value_hash_as_it() -> None:
    class Word(str):
        pass

    class Level(enum.IntEnum):
        HIGH = 5

    class Mode(str, enum.Enum):  # noqa: UP042 (a plain mix-in is what is tested)
        READ = "r"

    class Plain(enum.Enum):
        A = 1
        B = 2

    Point = namedtuple("Point", "x y")
    assert stable_hash(Word("a")) == stable_hash("a")
    assert stable_hash(Level.HIGH) == 5
    assert stable_hash(Mode.READ) == stable_hash("r")
    assert stable_hash(Point(1, 2)) == stable_hash((1, 2))
    assert stable_hash(Plain.A) != stable_hash(Plain.B)


def test_aware_datetimes_hash_as_the_instant() -> None:
    noon = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.UTC)
    assert stable_hash(noon) == stable_hash(noon.astimezone(datetime.timezone(datetime.timedelta(hours=5))))
    edge = datetime.datetime.min.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=5)))
    assert stable_hash(edge) == stable_hash(edge)


def test_a_generated_hash_goes_by_the_fields_that_compare() -> None:
    @dataclasses.dataclass(frozen=True)
    class Key:
        a: int
        b: str = dataclasses.field(default="", compare=False)

    assert stable_hash(Key(1, "x")) == stable_hash(Key(1, "y")) != stable_hash(Key(2, "x"))


def test_a_hand_written_hash_is_called_with_our_hash() -> None:
    class Name:
        def __init__(self, name: str) -> None:
            self.name = name

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Name) and self.name.lower() == other.name.lower()

        def __hash__(self) -> int:
            return hash(self.name.lower())

    assert stable_hash(Name("A")) == stable_hash(Name("a")) == stable_hash("a")


def test_the_hook_says_what_to_hash_instead() -> None:
    class Row:
        def __stable_hash__(self) -> tuple[str, int]:
            return ("row", 1)

    assert stable_hash(Row()) == stable_hash(("row", 1))


class Identity:
    pass


@dataclasses.dataclass
class Mutable:
    a: int


@pytest.mark.parametrize(
    "key", [math.nan, Decimal("nan"), Identity(), [1], {1}, {}, Mutable(1), (1, [2]), (math.nan,), lambda: 1]
)
def test_what_has_no_value_to_hash_is_refused(key: object) -> None:
    with pytest.raises(StableHashError):
        stable_hash(key)


def test_the_error_names_the_type_and_the_hook() -> None:
    with pytest.raises(StableHashError, match=r"Identity.*__stable_hash__"):
        stable_hash(Identity())


def test_a_table_forgets_and_still_knows() -> None:
    table = PartitionTable(7)
    assert [table[f"k{n}"] for n in range(70_000)] == [stable_hash(f"k{n}") % 7 for n in range(70_000)]
    assert len(table) <= 65_536


def test_paths_and_uuids_hash_by_value() -> None:
    assert stable_hash(pathlib.PurePosixPath("a//b")) == stable_hash(pathlib.PurePosixPath("a/b"))
    assert stable_hash(pathlib.PureWindowsPath("A")) == stable_hash(pathlib.PureWindowsPath("a"))
    assert stable_hash(uuid.UUID(int=7)) == stable_hash(uuid.UUID(int=7))


def test_partitions_of_small_integers_follow_the_integers() -> None:
    assert partitions_of(range(8), 4) == [0, 1, 2, 3, 0, 1, 2, 3]

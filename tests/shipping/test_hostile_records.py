"""What a hostile volunteer writes is refused before it does anything; the attacks work on a plain `pickle.loads`."""

from __future__ import annotations

import enum
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tabswarm.errors import RecordError, RecordRefused, RecordTooLarge, ResultNotSerialisable
from tabswarm.shipping import compression
from tabswarm.shipping.class_registry import ClassRegistry
from tabswarm.shipping.record_pickler import instance_reader
from tabswarm.shipping.record_readers import READERS
from tabswarm.shipping.records import read_records, write_records

ran: list[object] = []


class Innocent:
    def method(self) -> str:
        return "as written"


class Talkative:
    """Each of its methods is one that an opcode calls."""

    def __setstate__(self, state: object) -> None:
        ran.append(state)

    def __call__(self, *args: object) -> None:
        ran.append(args)

    def append(self, item: object) -> None:
        ran.append(item)

    extend = add = append

    def __setitem__(self, key: object, value: object) -> None:
        ran.append(key)

    def __setattr__(self, name: str, value: object) -> None:
        ran.append(name)

    def __getattr__(self, name: str) -> Any:
        ran.append(name)
        raise AttributeError(name)


class Color(enum.Enum):
    RED = 1


class Operation(enum.Enum):
    ADD = 1

    def __call__(self, *args: object) -> None:
        ran.append(args)


class Doomed:
    def __del__(self) -> None:
        ran.append("deleted")


class Settable:
    @property
    def door(self) -> int:
        return 1

    @door.setter
    def door(self, value: object) -> None:
        ran.append(value)


CLASSES = ClassRegistry()
for _class in (Innocent, Talkative, Color, Operation, Doomed, Settable):
    CLASSES.add(_class)


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    ran.clear()


def block_of(payload: bytes) -> bytes:
    return struct.pack("<BII", 0, len(payload), len(payload)) + payload


def read(payload: bytes) -> list[Any]:
    return read_records(block_of(payload), classes=CLASSES)


def string(text: str) -> bytes:
    data = text.encode()
    return pickle.BINUNICODE + struct.pack("<I", len(data)) + data


def named(module: str, name: str) -> bytes:
    return string(module) + string(name) + pickle.STACK_GLOBAL


def instance_of(cls: type) -> bytes:
    reader = named(type(instance_reader).__module__, "instance_reader")
    return reader + string(f"{cls.__module__}:{cls.__qualname__}") + pickle.TUPLE1 + pickle.REDUCE


def record(content: bytes) -> bytes:
    """A pickle of a list with what the opcodes leave on the stack."""
    return pickle.PROTO + b"\x05" + pickle.EMPTY_LIST + content + pickle.APPEND + pickle.STOP


class _System:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (self.command,)


def test_a_record_that_names_os_system_is_refused(tmp_path: Path) -> None:
    trace = tmp_path / "harm"
    payload = pickle.dumps([_System(f"echo harm > {trace}")], protocol=5)
    with pytest.raises(RecordRefused, match="system"):
        read(payload)
    assert not trace.exists()
    pickle.loads(payload)  # the control: this is what the reader keeps away
    assert trace.exists()


def test_a_record_that_builds_on_what_find_class_gave_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    state = pickle.NONE + pickle.EMPTY_DICT + string("method") + string("replaced") + pickle.SETITEM + pickle.TUPLE2
    payload = record(named(__name__, "Innocent") + state + pickle.BUILD)
    with pytest.raises(RecordRefused, match="Innocent"):
        read(payload)
    assert Innocent().method() == "as written"
    monkeypatch.setattr(Innocent, "method", Innocent.method)  # puts back what the control replaces

    class AllowList(pickle.Unpickler):
        """The control: a reader that allows this one class, and nothing else."""

        def find_class(self, module: str, name: str) -> object:
            assert (module, name) == (__name__, "Innocent")
            return Innocent

    import io

    AllowList(io.BytesIO(payload)).load()
    assert Innocent.method == "replaced"  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("reader", sorted(READERS), ids=lambda pair: pair[1])
def test_no_reader_lets_itself_be_built_on(reader: tuple[str, str]) -> None:
    plain = pickle.EMPTY_DICT + string("__call__") + pickle.NONE + pickle.SETITEM
    slots = pickle.NONE + plain + pickle.TUPLE2
    for state in (plain, slots):
        with pytest.raises(RecordRefused, match=r"set"):
            read(record(named(*reader) + state + pickle.BUILD))


OPCODES = {
    "BUILD": pickle.EMPTY_DICT + string("a") + pickle.NONE + pickle.SETITEM + pickle.BUILD,
    "BUILD of slots": pickle.NONE
    + pickle.EMPTY_DICT
    + string("door")
    + pickle.NONE
    + pickle.SETITEM
    + pickle.TUPLE2
    + pickle.BUILD,
    "APPEND": pickle.NONE + pickle.APPEND,
    "APPENDS": pickle.MARK + pickle.NONE + pickle.NONE + pickle.APPENDS,
    "ADDITEMS": pickle.MARK + pickle.NONE + pickle.ADDITEMS,
    "SETITEM": pickle.NONE + pickle.NONE + pickle.SETITEM,
    "SETITEMS": pickle.MARK + pickle.NONE + pickle.NONE + pickle.SETITEMS,
    "REDUCE": pickle.EMPTY_TUPLE + pickle.REDUCE,
    "NEWOBJ": pickle.EMPTY_TUPLE + pickle.NEWOBJ,
}


@pytest.mark.parametrize("opcode", OPCODES)
def test_no_opcode_calls_a_method_of_the_users(opcode: str) -> None:
    for cls in (Talkative, Settable):
        try:
            read(record(instance_of(cls) + OPCODES[opcode]))
        except RecordError:
            pass
        assert ran == []


def test_an_instance_as_a_key_calls_nothing_of_a_guarded_class() -> None:
    payload = record(pickle.EMPTY_DICT + instance_of(Talkative) + pickle.NONE + pickle.SETITEM)
    with pytest.raises(RecordRefused, match="trust="):
        read(payload)
    assert ran == []


def test_a_guarded_instance_is_of_its_own_class_once_it_is_read() -> None:
    (made,) = read(record(instance_of(Talkative)))
    assert type(made) is Talkative
    made.append(1)
    assert ran == [1]


def test_the_members_of_an_enum_cannot_be_changed() -> None:
    block = write_records([Color.RED], classes=CLASSES)
    assert read_records(block, classes=CLASSES) == [Color.RED]
    member = named(type(instance_reader).__module__, "member_reader")
    member += string(f"{__name__}:Color") + string("RED") + pickle.NONE + pickle.TUPLE3 + pickle.REDUCE
    change = pickle.EMPTY_DICT + string("_value_") + string("evil") + pickle.SETITEM + pickle.BUILD
    assert read(record(member)) == [Color.RED]
    with pytest.raises(RecordRefused, match="enum member"):
        read(record(member + change))
    assert Color.RED.value == 1


@pytest.mark.parametrize("value", [Operation.ADD, Doomed()], ids=["callable enum", "__del__"])
def test_what_could_run_is_refused_by_the_writer_already(value: object) -> None:
    with pytest.raises(ResultNotSerialisable, match="trust="):
        write_records([value], classes=CLASSES)


def test_a_class_that_was_not_shipped_is_refused() -> None:
    for cls in (Path, type("Ghost", (), {"__module__": __name__})):
        with pytest.raises(RecordRefused, match="not shipped"):
            read(record(instance_of(cls)))


def test_an_untrusted_class_cannot_be_asked_to_run_its_methods() -> None:
    module = type(instance_reader).__module__
    for reader in ("trusted_new_reader", "trusted_call_reader"):
        arguments = string(f"{__name__}:Innocent") + pickle.EMPTY_TUPLE
        arguments += pickle.EMPTY_DICT + pickle.TUPLE3 if "new" in reader else pickle.TUPLE2
        with pytest.raises(RecordRefused, match="trust="):
            read(record(named(module, reader) + arguments + pickle.REDUCE))


def test_names_are_matched_exactly_and_never_walked() -> None:
    for name in ("instance_reader.__class__", "ClassRegistry", "pickle.loads", "__builtins__"):
        with pytest.raises(RecordRefused, match="may not hold"):
            read(record(named(type(instance_reader).__module__, name)))
    for module, name in (("builtins", "bytearray"), ("builtins", "eval"), ("collections", "OrderedDict")):
        with pytest.raises(RecordRefused, match=name):
            read(record(named(module, name)))


def test_a_bomb_is_refused_before_it_is_inflated() -> None:
    bomb = compression.compress(bytes(50_000_000))
    assert len(bomb) < 10_000
    honest = struct.pack("<BII", 1, len(bomb), 50_000_000) + bomb
    with pytest.raises(RecordTooLarge, match="50,000,000"):
        read_records(honest, limit=1_000_000)
    lying = struct.pack("<BII", 1, len(bomb), 1000) + bomb
    with pytest.raises(RecordRefused, match="past its declared 1,000 bytes"):
        read_records(lying, limit=1_000_000)
    boasting = struct.pack("<BII", 1, len(bomb), 60_000_000) + bomb
    with pytest.raises(RecordRefused, match="exactly"):
        read_records(boasting)


def test_persistent_ids_and_foreign_chunks_are_refused() -> None:
    for payload in (record(pickle.NONE + pickle.BINPERSID), pickle.dumps(5), b"", b"not a pickle"):
        with pytest.raises(RecordRefused):
            read(payload)
    with pytest.raises(RecordRefused, match="unknown kind"):
        read_records(struct.pack("<BII", 9, 1, 1) + b".")


def test_a_reader_checks_what_it_is_called_with() -> None:
    calls = {
        "decimal_reader": pickle.NONE + pickle.TUPLE1,
        "deque_reader": string("x") + pickle.TUPLE1,
        "range_reader": pickle.NONE + pickle.NONE + pickle.NONE + pickle.TUPLE3,
        "default_dict_reader": string("eval") + pickle.TUPLE1,
        "exception_reader": string("SystemExit") + pickle.EMPTY_TUPLE + pickle.TUPLE2,
        "address_reader": string("OSError") + string("x") + pickle.TUPLE2,
    }
    modules = {name: module for module, name in READERS}
    for name, arguments in calls.items():
        with pytest.raises(RecordRefused):
            read(record(named(modules[name], name) + arguments + pickle.REDUCE))

"""What a task prints reaches `output`, marked and capped, and nothing of it stays behind."""

from __future__ import annotations

import logging
import sys
from typing import Any

import pytest

from tabswarm.executor import TaskFailed
from tabswarm.plan import operators as op

from .tasks import Program


def told(function: Any, values: Any = (1,), **options: Any) -> list[tuple[str, str, int, int]]:
    program = Program()
    given = program.step(op.Parallelize(), program.values(values), partition=4)
    program.keep(program.step(op.Map(program.code(function)), given, partition=4))
    program.run(**options)
    return program.told


def test_print_and_stderr_are_told_with_their_partition() -> None:
    def talk(record: int) -> None:
        print("out", record)
        print("err", record, file=sys.stderr)

    assert told(talk) == [("stdout", "out 1\n", 4, 0), ("stderr", "err 1\n", 4, 0)]


def test_each_partition_of_a_task_has_its_own_output() -> None:
    program = Program()
    for partition in (2, 5):
        given = program.step(op.Parallelize(), program.values([partition]), node=1, partition=partition)
        program.keep(program.step(op.Map(program.code(print)), given, node=2, partition=partition))
    program.run()
    assert program.told == [("stdout", "2\n", 2, 0), ("stdout", "5\n", 5, 0)]


def test_output_past_the_cap_is_counted_and_dropped() -> None:
    got = told(lambda record: print("x" * 99), range(100), output_limit=1000)
    assert sum(len(text) for _, text, _, _ in got) == 1000
    assert sum(dropped for *_, dropped in got) == 9000


def test_the_first_lines_are_told_as_they_come_and_many_together() -> None:
    program = Program()
    seen: list[int] = []

    def talk(record: int) -> None:
        print("line", record)
        seen.append(len(program.told))

    given = program.step(op.Parallelize(), program.values(range(1000)))
    program.keep(program.step(op.Map(program.code(talk)), given))
    program.run()
    assert seen[:3] == [1, 2, 3]
    assert len(program.told) < 200
    assert "".join(text for _, text, _, _ in program.told) == "".join(f"line {index}\n" for index in range(1000))


def test_bytes_and_odd_characters_do_no_harm() -> None:
    def talk(record: int) -> None:
        sys.stdout.buffer.write(b"\xff\n")
        print("\udc80 \u2028 é")

    assert "".join(text for _, text, _, _ in told(talk)) == "\ufffd\n\\udc80 \u2028 é\n"


def test_logging_that_nobody_configured_goes_to_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])

    def talk(record: int) -> None:
        logging.getLogger("mine").warning("careful %d", record)

    assert told(talk) == [("stderr", "careful 1\n", 4, 0)]


def test_a_handler_that_a_task_configured_serves_later_tasks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)

    def talk(record: int) -> None:
        logging.basicConfig(level=logging.INFO, format="%(message)s")
        logging.getLogger("mine").info("hello %d", record)

    assert told(talk) == told(talk) == [("stderr", "hello 1\n", 4, 0)]


def test_there_is_nothing_to_read_from_stdin() -> None:
    with pytest.raises(TaskFailed, match="EOF"):
        told(lambda record: input())


def test_the_streams_are_given_back_even_when_a_task_fails_or_closes_them() -> None:
    before = sys.stdout, sys.stderr, sys.stdin
    with pytest.raises(TaskFailed):
        told(lambda record: 1 / 0)
    told(lambda record: sys.stdout.close())
    assert told(lambda record: print("still here")) == [("stdout", "still here\n", 4, 0)]
    assert (sys.stdout, sys.stderr, sys.stdin) == before


def test_what_was_printed_before_an_error_is_told() -> None:
    program = Program()
    given = program.step(op.Parallelize(), program.values([1]))

    def talk(record: int) -> None:
        print("last words")
        raise ValueError

    program.keep(program.step(op.Map(program.code(talk)), given))
    with pytest.raises(TaskFailed):
        program.run()
    assert program.told == [("stdout", "last words\n", 0, 0)]

"""The examples in the docstrings of the RDD API are true, in `local[2]`."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Iterator

import pytest

import tabswarm
from tabswarm import Context, conf
from tabswarm.driver import (
    background,
    checkpoints,
    context_manners,
    files_for_tasks,
    inheritable_thread,
    job_future,
    reading,
    swarm_view,
)
from tabswarm.driver import context as driver_context
from tabswarm.executor import task_context
from tabswarm.plan import accumulator, storage_level
from tabswarm.rdd import checkpointing, engine_context, job_control, running, shared_variables, status
from tabswarm.shipping import broadcast, task_files

MODULES = [
    *("structure", "narrow", "pairs", "by_key", "joins", "sets", "sorting", "sampling", "partitions", "zipping"),
    *("piping", "barrier", "not_applicable"),
    *("persistence", "rdd"),
    *("results", "reductions", "tree", "by_key_actions", "ordering", "statistics", "approximate", "take_sample"),
    *("local_iteration", "asynchronous", "file_saving", "showing", "plotting", "custom"),
]
CUSTOM = ["CustomRDD", "AllDependency", "ArrayDependency", "OneToOneDependency", "RangeDependency"]
PLAIN = [
    *("call_site", "text_encoding", "key_partitioner", "slicing", "source_data", "results", "groups_of_keys", "draws"),
    *("sketch", "confidence"),
]


@pytest.fixture(scope="module")
def sc() -> Iterator[Context]:
    with Context("local[2]", "examples") as context:
        yield context


SHOWING = ["screen", "plain", "table", "points", "grid", "text_chart", "summary", "saved_file"]


@pytest.mark.parametrize("name", SHOWING)
def test_the_examples_of_what_is_shown_are_true(sc: Context, name: str) -> None:
    run(importlib.import_module(f"tabswarm.showing.{name}"), sc)


@pytest.mark.parametrize("name", sorted({*MODULES, *PLAIN}))
def test_the_examples_of_the_rdd_api_are_true(sc: Context, name: str) -> None:
    run(importlib.import_module(f"tabswarm.rdd.{name}"), sc)


def test_the_examples_of_contexts_are_true(sc: Context) -> None:
    run(engine_context, sc)
    run(shared_variables, sc)
    run(accumulator, sc)
    run(running, sc)
    run(job_control, sc)
    run(status, sc)
    run(task_context, sc)
    run(inheritable_thread, sc)
    run(background, sc)
    run(job_future, sc)
    run(broadcast, sc)
    run(conf, sc)
    run(files_for_tasks, sc)
    run(task_files, sc)
    run(checkpointing, sc)
    run(checkpoints, sc)
    run(context_manners, sc)
    run(swarm_view, sc)
    run(storage_level, sc)
    run(driver_context, sc)
    run(reading, sc)


def run(module: object, sc: Context) -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    names = {"sc": sc} | {
        name: getattr(tabswarm, name)
        for name in ("Context", "StorageLevel", "BarrierTaskContext", "TaskContext", *CUSTOM)
    }
    tests = finder.find(module, extraglobs=names)
    assert any(test.examples for test in tests)
    for test in tests:
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_every_public_method_of_the_api_has_an_example() -> None:
    from tabswarm.rdd.custom import CustomRDD
    from tabswarm.rdd.rdd import RDD

    quiet = {"name", "getStorageLevel"}  # told by the example of the method that sets it
    for cls in (RDD, Context, CustomRDD):
        for name in dir(cls):
            member = getattr(cls, name)
            if name.startswith("_") or name in quiet or not (callable(member) or isinstance(member, property)):
                continue
            document = member.__doc__ or ""
            assert ">>>" in document or name in ("stop",), f"{cls.__name__}.{name} has no example"

"""`local[N]` for real: worker processes, whole programs as subprocesses, and nothing left behind."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from operator import add
from pathlib import Path
from typing import Any

import psutil
import pytest

from tabswarm import BadLink, Context, SparkContext, TaskContext, TaskError, TaskTimeout
from tabswarm.errors import SourceUnavailable

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture(scope="module")
def sc() -> Iterator[Context]:
    with Context("local[2]", "tests") as context:
        yield context


def test_a_word_count_over_real_files_equals_a_plain_loop(sc: Context) -> None:
    folder = SOURCE / "tabswarm" / "rdd"
    counts = (
        sc.textFile(f"{folder}/*.py", 9)
        .flatMap(lambda line: line.split())
        .map(lambda word: (word, 1))
        .reduceByKey(add, 3)
    )
    plain = Counter(word for path in folder.glob("*.py") for word in path.read_text(encoding="utf-8").split())
    assert dict(counts.collect()) == plain


def test_a_fork_a_shuffle_a_drastic_coalesce_and_a_cached_rdd(sc: Context) -> None:
    base = sc.range(1000, numSlices=100).map(lambda x: (x % 7, x)).cache()
    sums = base.reduceByKey(add)
    counts = base.mapValues(lambda _: 1).reduceByKey(add)
    joined = sums.union(counts).groupByKey(5).mapValues(lambda values: sorted(values))
    assert dict(joined.collect()) == {k: sorted([sum(range(k, 1000, 7)), len(range(k, 1000, 7))]) for k in range(7)}
    assert base.coalesce(1).glom().map(len).collect() == [1000]
    assert base.values().sum() == sum(range(1000))
    base.unpersist()


def relayed(sc: Context) -> int:
    """The bytes that the relay has carried in this swarm's life."""
    engine: Any = sc._engine
    (place,) = engine._local.coordinator._places.values()
    waiting: int = sum(place.relay.take_moved().values())
    told: int = sum(job.bytes.relayed for job in place.swarm.scheduler.report())
    return waiting + told


def test_no_byte_of_a_local_swarm_goes_through_the_relay(sc: Context, tmp_path: Path) -> None:
    lines = ["a line of a file", "another one"] * 20_000
    (tmp_path / "lines.txt").write_text("\n".join(lines), encoding="utf-8")
    with gzip.open(tmp_path / "lines.gz", "wt", encoding="utf-8") as out:
        out.write("\n".join(lines))
    plain, packed = sc.textFile(str(tmp_path / "lines.txt"), 4), sc.textFile(str(tmp_path / "lines.gz"))
    for rdd in (plain, packed, sc.parallelize(lines, 2)):
        assert rdd.map(lambda line: line.upper()).collect() == [line.upper() for line in lines]
        assert relayed(sc) == 0


def test_a_file_that_changed_after_textfile_looked_at_it_is_named(sc: Context, tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("line\n" * 10_000, encoding="utf-8")
    rdd = sc.textFile(str(path), 2)
    assert rdd.count() == 10_000
    path.write_text("other\n" * 10_000, encoding="utf-8")
    with pytest.raises(SourceUnavailable, match=r"lines\.txt has changed"):
        rdd.count()


def test_a_context_has_pysparks_other_name_and_its_facts(sc: Context) -> None:
    assert SparkContext is Context
    assert (sc.master, sc.appName, sc.defaultParallelism, sc.defaultMinPartitions) == ("local[2]", "tests", 2, 2)


def test_lines_are_read_as_text_and_as_bytes(sc: Context, tmp_path: Path) -> None:
    (tmp_path / "mixed.txt").write_bytes(b"one\r\ntwo\xff\rthree\n" * 50)
    assert sc.textFile(str(tmp_path), 4).collect() == ["one", "two\ufffd", "three"] * 50
    raw: list[Any] = [*sc.textFile(str(tmp_path), 4, use_unicode=False).collect()]
    assert raw == [b"one", b"two\xff", b"three"] * 50


def test_a_worker_process_that_dies_in_a_task_ends_the_job_and_not_the_swarm(sc: Context) -> None:
    with pytest.raises(Exception, match=r"(?i)worker|died|process"):
        sc.range(1, numSlices=1).map(lambda x: os._exit(3)).collect()
    assert sc.range(5).sum() == 10


def test_a_task_that_runs_past_its_limit_ends_the_job_and_not_the_swarm() -> None:
    def endless(x: int) -> int:
        while x:
            pass
        return x

    with Context("local[2]", "tests", taskTimeout=1) as context:
        with pytest.raises(TaskTimeout, match="ran past its time limit"):
            context.parallelize([1], 1).map(endless).collect()
        assert context.parallelize([0], 1).map(endless).collect() == [0]


def run(program: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program as a user would."""
    (folder / "job.py").write_text(textwrap.dedent(program), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "job.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TABSWARM_MASTER": "local[2]", **environment},
        capture_output=True,
        text=True,
        timeout=50,
    )


def test_a_program_finds_its_master_and_names_its_own_line_when_a_task_fails(tmp_path: Path) -> None:
    ended = run(
        """\
        from tabswarm import Context

        def parse(line):
            return int(line)

        with Context() as sc:
            print(sc.master)
            print(sc.parallelize(["1", "2", "x"], 3).map(parse).collect())
        """,
        tmp_path,
        TABSWARM_BRIEF_ERRORS="1",
    )
    assert ended.returncode == 1
    assert ended.stdout == "local[2]\n"
    first = ended.stderr.splitlines()[0]
    assert "ValueError: invalid literal for int()" in first and "job.py:4" in first, ended.stderr
    assert str(tmp_path) not in ended.stderr


def test_a_program_without_a_stop_ends_by_itself(tmp_path: Path) -> None:
    ended = run("from tabswarm import Context\nsc = Context()\nprint(sc.range(9).sum())\n", tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "36\n", "")


def test_a_context_made_inside_a_task_is_refused(tmp_path: Path) -> None:
    ended = run(
        """\
        from tabswarm import Context

        def nested(x):
            return Context("local[1]").range(x).count()

        with Context() as sc:
            sc.range(3).map(nested).collect()
        """,
        tmp_path,
        TABSWARM_BRIEF_ERRORS="1",
    )
    assert ended.returncode == 1
    assert "ContextInTask" in ended.stderr and "inside a task" in ended.stderr


def test_an_empty_reduce_is_told_in_one_line(tmp_path: Path) -> None:
    ended = run(
        """\
        from tabswarm import Context
        with Context() as sc:
            sc.parallelize([]).reduce(lambda a, b: a + b)
        """,
        tmp_path,
        TABSWARM_BRIEF_ERRORS="1",
    )
    assert ended.returncode == 1
    assert ended.stderr == "tabswarm: job.py:3: ValueError: Can not reduce() empty RDD\n"


SLOW = """\
import sys, time
from tabswarm import Context

def wait(x):
    for _ in range(600):
        print("under way")
        time.sleep(0.1)

with Context() as sc:
    sc.range(2, numSlices=2).foreach(wait)
"""


@contextmanager
def slow_program(folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """A program in the middle of a job, and its worker processes."""
    (folder / "job.py").write_text(SLOW, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "job.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TABSWARM_MASTER": "local[2]"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            assert program.stdout is not None
            assert "under way" in program.stdout.readline()
            yield program, psutil.Process(program.pid).children(recursive=True)
        finally:
            program.kill()


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGKILL, -signal.SIGKILL)])
def test_no_process_outlives_a_program_that_is_interrupted_or_killed(
    tmp_path: Path, how: signal.Signals, code: int
) -> None:
    with slow_program(tmp_path) as (program, workers):
        assert len(workers) >= 2
        program.send_signal(how)
        _, errors = program.communicate(timeout=30)
        assert program.returncode == code, errors
        _, alive = psutil.wait_procs(workers, timeout=20)
        assert not alive
    assert ("KeyboardInterrupt" in errors) == (how is signal.SIGINT)


def test_a_bad_master_is_refused_before_anything_starts() -> None:
    with pytest.raises(BadLink, match="type local"):
        Context("local[two]")


def test_importing_tabswarm_loads_none_of_what_swarms_are_made_of() -> None:
    listing = "import sys, tabswarm; tabswarm.Context; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", listing], env={**os.environ, "PYTHONPATH": str(SOURCE)}, capture_output=True, text=True
    ).stdout.split()
    assert "tabswarm.rdd.rdd" in loaded
    for name in ("asyncio", "starlette", "uvicorn", "websockets", "cloudpickle", "rich", "tabswarm.coordinator"):
        assert name not in loaded


def test_a_programs_errors_are_plain_exceptions(sc: Context) -> None:
    with pytest.raises(TaskError) as raised:
        sc.parallelize(["missing"]).map(lambda key: {"there": 1}[key]).collect()
    assert raised.value.type_name == "KeyError"
    assert "test_local.py" in str(raised.value)


def test_two_contexts_run_side_by_side(sc: Context) -> None:
    with Context("local[1]", "other") as other:
        mine, theirs = sc.range(10), other.range(100)
        together = [sc.runAsync(mine.sum), other.runAsync(theirs.sum), sc.runAsync(mine.count)]
        assert [future.result(60) for future in together] == [45, 4950, 10]
        assert other.applicationId != "" and other.defaultParallelism == 1
        with pytest.raises(ValueError, match="two contexts"):
            mine.union(theirs)
    assert sc.range(3).count() == 3


def test_a_task_error_carries_what_was_raised_and_where(sc: Context) -> None:
    with pytest.raises(TaskError) as caught:
        sc.parallelize([{"a": 1}], 1).map(lambda record: record["missing"]).collect()
    error = caught.value
    assert (error.type_name, error.message) == ("KeyError", "'missing'")
    assert "test_local.py:" in error.line and error.line in str(error)
    assert "KeyError" in error.traceback


def test_a_master_may_say_how_often_a_task_may_fail() -> None:
    def fails_at_first(n: int) -> tuple[int, int]:
        context = TaskContext()
        if context.attemptNumber() < 2 and context.partitionId() == 0:
            raise ValueError("not yet")
        return n, context.attemptNumber()

    with Context("local[2, 3]", "patient") as patient:
        numbers = patient.range(4, numSlices=2)
        assert numbers.map(fails_at_first).collect() == [(0, 2), (1, 2), (2, 0), (3, 0)]
    with Context("local[2, 2]", "less so") as less:
        with pytest.raises(TaskError, match="not yet"):
            less.range(4, numSlices=2).map(fails_at_first).collect()

"""The console's room against a real coordinator and real tasks, in one process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.console.puppet_page import PuppetPage, console_in
from tests.driver.loop_swarm import LoopSwarm, loop_swarm


@pytest.fixture
def swarm() -> Iterator[LoopSwarm]:
    with loop_swarm(2) as swarm:
        yield swarm


@pytest.fixture
def page(swarm: LoopSwarm, tmp_path: Path) -> Iterator[PuppetPage]:
    with console_in(swarm, tmp_path) as page:
        yield page


def test_a_cell_blocks_on_an_action_and_shows_its_answer(page: PuppetPage) -> None:
    assert page.run("def double(x):\n    return 2 * x\nsc.parallelize(range(5)).map(double).collect()") == "done"
    assert page.shown() == ["[0, 2, 4, 6, 8]"]
    assert [(k, recalled) for _, k, _, _, recalled in page.actions] == [(0, False)]


def test_what_a_cell_defines_is_there_for_the_next(page: PuppetPage) -> None:
    page.run("factor = 3\nrdd = sc.range(4).map(lambda n: n * factor)", "c1")
    page.run("factor = 10\nprint(rdd.sum())", "c2")
    assert page.printed() == "60\n"


def test_awaiting_works_beside_blocking(page: PuppetPage) -> None:
    source = "import asyncio\nawait asyncio.sleep(0.01)\nfuture = sc.range(3).collectAsync()\n"
    assert page.run(source + "(await future, future.result(), sc.range(4).count())") == "done"
    assert page.shown() == ["([0, 1, 2], [0, 1, 2], 4)"]


def test_background_actions_run_beside_the_cell(page: PuppetPage) -> None:
    page.run("futures = [sc.range(n).sumAsync() if False else sc.range(n).countAsync() for n in (3, 4)]", "c1")
    assert page.run("[future.result(60) for future in futures]", "c2") == "done"
    assert page.shown() == ["[3, 4]"]


def test_an_error_names_the_cell_and_the_line_and_keeps_tabswarms_frames_out(page: PuppetPage) -> None:
    page.run("def broken():\n    return 1 / 0", "c1")
    assert page.run("x = 1\nbroken()", "c2") == "failed"
    (error,) = page.errors()
    assert (error["type"], error["line"], error["cell"]) == ("ZeroDivisionError", 2, "c1")
    assert '  File "cell 2", line 2, in <module>\n    broken()\n' in error["traceback"]
    assert "tabswarm" not in error["traceback"]
    assert page.run("x", "c3") == "done" and page.shown() == ["1"], "what ran before the error stays"


def test_a_syntax_error_points_at_its_line(page: PuppetPage) -> None:
    assert page.run("a = 1\nb = = 2") == "failed"
    (error,) = page.errors()
    assert (error["type"], error["line"]) == ("SyntaxError", 2)
    assert page.run("a", "c2") == "failed", "nothing of it ran"


def test_a_failing_task_points_at_the_line_of_its_function(page: PuppetPage) -> None:
    source = "def invert(n):\n    return 1 / n\n\nsc.parallelize([2, 1, 0], 3).map(invert).collect()"
    assert page.run(source) == "failed"
    (error,) = page.errors()
    assert (error["type"], error["line"], error["partition"]) == ("TaskError", 2, 2)
    assert error["volunteer"].startswith("volunteer ")
    assert "ZeroDivisionError" in error["message"]
    assert "In the task" in error["traceback"] and "line 4, in <module>" in error["traceback"]


def test_a_stop_while_a_job_waits_cancels_it_and_keeps_the_variables(tmp_path: Path) -> None:
    with loop_swarm(0) as swarm, console_in(swarm, tmp_path) as page:
        page.run("kept = 7", "c1")
        page.start("rdd = sc.range(2)\nrdd.collect()", "c2")
        page.until_it_waits()
        page.stop()
        assert page.end_of("c2") == "stopped"
        assert page.errors()[-1]["type"] == "KeyboardInterrupt" and page.errors()[-1]["line"] == 2
        assert page.run("sc._engine.list_jobs()[0].state, kept", "c3") == "done"
        assert page.shown() == ["('cancelled', 7)"]


def test_a_stop_ends_a_sleep_and_an_await(page: PuppetPage) -> None:
    for number, source in enumerate(["import time\ntime.sleep(3600)", "import asyncio\nawait asyncio.sleep(3600)"]):
        page.start(source, f"c{number}")
        page.until_it_waits(for_job=False)
        page.stop()
        assert page.end_of(f"c{number}") == "stopped"
        assert page.errors()[-1]["line"] == 2


def test_a_stop_that_the_cell_catches_lets_it_go_on(page: PuppetPage) -> None:
    page.start(
        "import time\ntry:\n    time.sleep(3600)\nexcept KeyboardInterrupt:\n    print('stopped')\ntime.sleep(0.01)"
    )
    page.until_it_waits(for_job=False)
    page.stop()
    assert page.end_of("c1") == "done"
    assert page.printed() == "stopped\n"


def test_large_data_of_the_driver_is_handed_to_the_page_and_goes_with_its_rdd(page: PuppetPage) -> None:
    data = "import random\ndata = [random.Random(n).randbytes(50_000) for n in range(4)]\n"
    page.run(data + "rdd = sc.parallelize(data, 2)\nrdd.map(len).sum()")
    assert page.shown() == ["200000"]
    assert sorted(block.partition for block in page.blocks) == [0, 1]
    page.run("del rdd\nimport gc\n_ = gc.collect()\nsc.range(1).count()", "c2")
    assert page.blocks == {}


def test_dropped_files_are_read_by_their_names(
    page: PuppetPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    (tmp_path / "words.txt").write_text("to be\nor not\n" * 2000)
    page.on_loop(page.room.files, '["words.txt"]')
    assert (
        page.run("sc.textFile('words.txt').count(), len(__import__('pathlib').Path('words.txt').read_text())") == "done"
    )
    assert page.shown() == ["(4000, 26000)"]
    page.on_loop(page.room.files, "[]")
    assert page.run("open('words.txt')", "c2") == "failed"
    assert page.errors()[-1]["type"] == "FileNotFoundError"


def test_a_block_that_cannot_be_fetched_is_asked_for_again(page: PuppetPage) -> None:
    page.refuse_fetches = 1
    assert page.run("[len(part) for part in sc.range(2, numSlices=2).map(lambda n: bytes(40_000)).collect()]") == "done"
    assert page.shown() == ["[40000, 40000]"]


SUMS = """\
rdd = sc.parallelize(range(100)).map(lambda n: n % 7)
rdd.sum(), rdd.countByValue()[3], rdd.sample(False, 0.5).count()"""


def test_recorded_actions_are_recalled_and_nothing_is_submitted(swarm: LoopSwarm, tmp_path: Path) -> None:
    with console_in(swarm, tmp_path) as page:
        assert page.run(SUMS) == "done"
        shown, recorded, cut = page.shown(), page.recorded(), page.outcomes[0][2]
        assert page.cuts == [cut] * 3  # known before the cell's end, which its page may not see
    assert len(recorded) == 3
    with console_in(swarm, tmp_path, first_node=1000) as page:
        assert page.run(SUMS, "c1", recorded, cut) == "done"
        assert page.shown() == shown
        assert page.recorded() == recorded
        assert [action[4] for action in page.actions] == [True, True, True]
        assert page.submitted == [] and len(page.watched) == 3


def test_an_action_with_another_plan_runs_and_says_so(swarm: LoopSwarm, tmp_path: Path) -> None:
    with console_in(swarm, tmp_path) as page:
        page.run("sc.range(4).map(lambda n: n + 1).sum()")
        recorded, cut = page.recorded(), page.outcomes[0][2]
    with console_in(swarm, tmp_path, first_node=1000) as page:
        assert page.run("sc.range(4).map(lambda n: n + 2).sum()", "c1", recorded, cut) == "done"
        assert page.shown() == ["14"]
        assert [action[4] for action in page.actions] == [False] and page.watched == []
        assert min(node.id for node in page.submitted[0].plan.nodes) >= 1000
        assert page.submitted[0].request >= 1000


def test_an_action_whose_results_are_gone_runs_again(swarm: LoopSwarm, tmp_path: Path) -> None:
    with console_in(swarm, tmp_path) as page:
        page.run("sc.range(4).sum()")
        ((digest, _),) = page.recorded()
        assert page.run("sc.range(4).sum()", "c1", ((digest, "no such job"),), page.outcomes[0][2]) == "done"
        assert page.shown() == ["6", "6"]
        assert [action[4] for action in page.actions] == [False, False]


def test_what_a_cell_prints_comes_while_it_runs_and_is_capped(page: PuppetPage) -> None:
    page.run("import sys\nprint('a', 'b')\nprint('c', file=sys.stderr)\nfor n in range(300_000):\n    print(n)")
    first = next(event for _, event in page.events if event["is"] == "stream")
    assert first["text"] == "a b\n"
    assert page.printed("stderr").startswith("c\n... and ")
    assert len(page.printed()) == 1 << 20


def test_media_that_the_page_knows_are_shown_and_markup_is_not(page: PuppetPage) -> None:
    page.run(
        "class Page:\n    def _repr_mimebundle_(self): return {'text/html': '<b>', 'image/png': 'iVBO', 'x': 1}\nPage()"
    )
    ((_, shown),) = [event for event in page.events if event[1]["is"] == "display"]
    assert set(shown["data"]) == {"text/plain", "image/png"}


def test_rdds_show_themselves_as_tables_and_a_screen_replaces(page: PuppetPage) -> None:
    assert page.run("sc.parallelize([('a', 1), ('b', 2)]).show()\ndisplay(1, id='x')\ndisplay(2, id='x')") == "done"
    table, *others = [event for _, event in page.events if event["is"] == "display"]
    assert table["data"]["application/vnd.tabswarm.table+json"]["rows"] == [["a", 1], ["b", 2]]
    assert [event["id"] for event in others] == ["x", "x"]


def test_every_context_of_a_cell_is_the_notebooks(page: PuppetPage) -> None:
    source = "from tabswarm import Context, SparkContext\n"
    source += "with Context('local[2]', 'job') as other:\n    print(other is sc)\n"
    assert page.run(source + "SparkContext.getOrCreate() is sc, sc.range(3).count()") == "done"
    assert page.printed() == "True\n" and page.shown() == ["(True, 3)"]


def test_completion_knows_live_values_and_their_documentation(page: PuppetPage) -> None:
    page.run("rdd = sc.range(3)")
    page.swarm.loop.run(page.room.complete(7, "rdd.flatM", 9))
    found = {each["label"]: each for each in page.completed[7]}
    assert set(found) == {"flatMap", "flatMapValues"}
    assert found["flatMap"]["kind"] == "function" and "flatMap(" in found["flatMap"]["detail"]
    assert found["flatMap"]["info"]


def test_when_the_session_is_over_jobs_end_with_the_reason(tmp_path: Path) -> None:
    with loop_swarm(0) as swarm, console_in(swarm, tmp_path) as page:
        page.start("sc.range(2).collect()")
        page.until_it_waits()
        page.on_loop(page.room.lost, 4409, "another console was opened on this link")
        assert page.end_of("c1") == "failed"
        assert page.errors()[-1]["type"] == "SessionReplaced"


def test_what_tasks_print_comes_in_the_cell_with_the_volunteers_name(page: PuppetPage) -> None:
    assert page.run("sc.range(2, numSlices=2).foreach(lambda n: print('task', n))") == "done"
    page.run("import time\ntime.sleep(0.05)", "c2")
    lines = sorted(line.partition(" ")[2] for line in page.printed().splitlines())
    assert [line.partition("partition ")[2] for line in lines] == ["0] task 0", "1] task 1"]

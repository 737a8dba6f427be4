"""The swarm's widget: what it is told, and that a real kernel shows it while a cell runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.driver.loop_swarm import LoopVolunteer, loop_swarm
from tests.driver.real_kernel import having, run_cells

from tabswarm import Context
from tabswarm.driver.progress import ProgressDisplay
from tabswarm.driver.swarm_news import JobNews, Snapshot, SwarmNews
from tabswarm.driver.swarm_widget import MOST, qr_rows, swarm_news
from tabswarm.errors import ProgramError
from tabswarm.plan.report import VolunteerReport
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.wire.messages import Invitation

VIEW = "application/vnd.jupyter.widget-view+json"


class Watcher:
    """Notes what an engine tells, and waits for a state of it."""

    def __init__(self) -> None:
        self.told: list[Snapshot] = []
        self._changed = threading.Condition()

    def __call__(self, now: Snapshot) -> None:
        with self._changed:
            self.told.append(now)
            self._changed.notify_all()

    def wait_for(self, wanted: Callable[[Snapshot], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: any(map(wanted, self.told)), 60)


def test_a_watcher_hears_of_volunteers_jobs_and_the_end() -> None:
    watcher = Watcher()
    with loop_swarm(0) as swarm, EngineContext(engine := swarm.engine()) as sc:
        engine.watch_swarm(watcher)
        watcher.wait_for(lambda now: now == Snapshot())
        job = threading.Thread(target=lambda: sc.range(10).sum())
        job.start()
        watcher.wait_for(lambda now: now.jobs and now.jobs[0].name.startswith("sum at "))
        watcher.wait_for(lambda now: now.jobs and now.jobs[0].state == "waiting for volunteers")
        swarm.join(LoopVolunteer())
        watcher.wait_for(lambda now: len(now.volunteers) == 1 and now.slots)
        job.join(30)
        assert engine.news.now.jobs == () or not job.is_alive()
        watcher.wait_for(lambda now: now.slots and not now.jobs)
    watcher.wait_for(lambda now: now.ended == "The context was stopped.")


def test_a_watcher_that_fails_is_let_go_and_nobody_else_notices() -> None:
    watcher, failed = Watcher(), threading.Event()

    def failing(now: Snapshot) -> None:
        failed.set()
        raise RuntimeError("the notebook is gone")

    with loop_swarm(1) as swarm, EngineContext(engine := swarm.engine()) as sc:
        engine.watch_swarm(failing)
        engine.watch_swarm(watcher)
        assert failed.wait(30)
        assert sc.range(4).sum() == 6
        watcher.wait_for(lambda now: now.jobs)
        assert failing not in engine.news._watchers


def volunteer(name: str) -> VolunteerReport:
    return VolunteerReport(id="v1", name=name, kind="tab", tasks=3, slots=2)


def test_what_reaches_the_notebook_is_bounded_text_whatever_volunteers_call_themselves() -> None:
    names = ["<script>alert(1)</script>", "\x1b[2J\u202e", "x" * 1_000_000, ""]
    now = Snapshot(tuple(map(volunteer, names)) * 100, 800, (JobNews("collect", 1, 4, "2 running"),))
    news = swarm_news(now, "local[2]", "a1")
    assert news["count"] == 400 and len(news["volunteers"]) == MOST
    assert [row["name"] for row in news["volunteers"][:4]] == [names[0], "", "x" * 200, "v1"]
    assert len(json.dumps(news)) < 100_000
    assert (news["invite"], news["qr"]) == ("", [])


def test_a_new_invite_link_is_news_and_so_is_its_end() -> None:
    heard: list[str] = []
    news = SwarmNews(ProgressDisplay(False))
    news.watch(lambda now: heard.append(now.invite))
    for link in ("https://swarm.example/join#a", "https://swarm.example/join#a", ""):
        news.told(Invitation(link=link, title="maps"))
    assert heard == ["", "https://swarm.example/join#a", ""]


def test_the_invite_link_comes_with_its_picture() -> None:
    link = "https://swarm.example/join#" + "a" * 43
    news = swarm_news(Snapshot(invite=link), "https://swarm.example", "a1")
    assert news["invite"] == link
    size = len(news["qr"])
    assert size >= 29 and all(len(row) == size and set(row) <= {"0", "1"} for row in news["qr"])
    assert news["qr"][0] == "0" * size, "scanners need a quiet zone"
    assert qr_rows("") == []


def test_a_widget_follows_its_context_and_says_when_it_is_over() -> None:
    with Context("local[2]", "widget") as sc:
        widget = sc.swarm_widget()
        assert widget.news["title"].startswith("local[2], application ")
        ended = threading.Event()
        widget.observe(lambda change: ended.set() if change["new"]["ended"] else None, "news")
        assert sc.range(4).sum() == 6
    assert ended.wait(30)
    assert widget.news["volunteers"] == []


def test_who_lacks_anywidget_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tabswarm.driver.swarm_widget.can_show_widgets", lambda: False)
    with Context("local[1]", "widget") as sc:
        with pytest.raises(ProgramError, match=r"pip install tabswarm\[notebook\]"):
            sc.swarm_widget()
        assert set(sc._repr_mimebundle_()) == {"text/plain", "text/html"}


SLOW = """
import pathlib, time
gate = pathlib.Path({gate!r})
def held(x):
    while not gate.exists():
        time.sleep(0.05)
    return x
future = sc.range(2, numSlices=2).map(held).collectAsync()
deadline = time.monotonic() + 60
while not [job for job in widget.news["jobs"] if job["total"] == 2] and time.monotonic() < deadline:
    time.sleep(0.05)
print([job["name"].split(" at ")[0] for job in widget.news["jobs"]])
while sc._engine.news._shows._display is None and time.monotonic() < deadline:
    time.sleep(0.05)
gate.touch()
print(future.result())
sc.stop()
"""


def test_a_real_kernel_shows_tables_plots_and_the_widget_while_jobs_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, shown, table, plot, live, stop = run_cells(
        [
            "from tabswarm import Context\nsc = Context('local[2]')",
            "sc",
            "sc.parallelize([('<b>', 1)]).show()",
            "sc.range(8, numSlices=4).map(lambda x: (x, x * x)).plot.line(title='squares')",
            "widget = sc.swarm_widget()" + SLOW.format(gate=str(tmp_path / "gate")),
            "sc",
        ],
        tmp_path,
        monkeypatch,
    )
    assert start == []
    assert len(having(shown, VIEW)) == len(having(shown, "text/html", "SparkContext")) == 1
    [html] = having(table, "text/html", "<table>")
    assert "&lt;b&gt;" in html and "<b>" not in html
    [drawing] = having(plot, "application/vnd.vegalite.v5+json")
    assert len(drawing["data"]["values"]) == 8, "the last showing stays"
    printed = "".join(output.text for output in live if output.get("name") == "stdout")
    assert printed == "['collectAsync']\n[0, 1]\n"
    bars = [output.data for output in live if output.output_type == "display_data"]
    assert {data["text/html"] for data in bars} == {""}, "the bars stood here while the job ran, and left nothing"
    assert len(having(stop, "text/html", "stopped")) == 1 and having(stop, VIEW) == []

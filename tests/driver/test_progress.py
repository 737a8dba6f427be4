"""A bar where a person watches, a single line where a job waits, and nothing else."""

from __future__ import annotations

import io
import sys
import threading
from typing import Any

import pytest
from tests.driver.loop_swarm import LoopVolunteer, loop_swarm

from tabswarm.driver import progress
from tabswarm.driver.swarm_engine import SwarmEngine
from tabswarm.rdd.engine_context import EngineContext


class Listener(io.StringIO):
    """A stderr that tells when a text has been written to it."""

    def __init__(self, awaited: str) -> None:
        super().__init__()
        self.heard = threading.Event()
        self._awaited = awaited

    def write(self, text: str) -> int:
        written = super().write(text)
        if self._awaited in self.getvalue():
            self.heard.set()
        return written


def test_a_job_without_volunteers_says_once_what_it_waits_for_and_goes_on_when_one_joins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = Listener("waits for volunteers")
    monkeypatch.setattr(sys, "stderr", said)
    with loop_swarm(0) as swarm, EngineContext(swarm.engine()) as sc:
        answer: list[int] = []
        job = threading.Thread(target=lambda: answer.append(sc.range(10).sum()))
        job.start()
        assert said.heard.wait(30)
        swarm.join(LoopVolunteer())
        job.join(10)
        assert answer == [45]
        assert said.getvalue().count("waits for volunteers") == 1
        assert said.getvalue().startswith("[tabswarm] sum at test")


def test_a_bar_appears_for_a_job_that_takes_a_while_and_goes_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "APPEARS_AFTER", 0.0)
    shown, go = threading.Event(), threading.Event()
    show = progress.ProgressDisplay._show

    def noticed(display: progress.ProgressDisplay) -> None:
        show(display)
        shown.set()

    monkeypatch.setattr(progress.ProgressDisplay, "_show", noticed)
    with loop_swarm(0) as swarm:
        engine = SwarmEngine(
            swarm.loop,
            swarm.coordinator.door(),
            token=swarm.driver_token,
            name="test",
            progress=True,
            owns_loop=False,
        )
        with EngineContext(engine) as sc:

            def count_and_say() -> None:
                sc.range(10).count()
                go.set()

            job = threading.Thread(target=count_and_say)
            job.start()
            assert shown.wait(10)
            shows: Any = engine.news._shows
            display = shows._display
            assert display is not None
            (bar,) = display.tasks
            assert bar.description.startswith("count at test")
            swarm.join(LoopVolunteer())
            assert go.wait(10)
            job.join()
            swarm.loop.run(swarm_turn())
            assert shows._display is None


async def swarm_turn() -> None:
    """One turn of the loop: what was asked of it before has been done."""

"""Stories without a fault compute everything once; stories are the same each time, on every Python."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from tabswarm.scheduler.commands import Command
from tabswarm.scheduler.events import Event
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.simulation.command import main
from tabswarm.simulation.story import Story, needed_runs

GOLDEN = Path(__file__).with_name("golden_traces.json")
"""The trace hashes of some seeds. To rewrite them after a change that you can explain:
`REWRITE_TRACES=1 pytest tests/simulation/test_story.py`."""
SAMPLE = range(9000, 9024)

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Event).decode


@pytest.mark.parametrize("seed", range(5000, 5040))
def test_without_faults_exactly_what_is_needed_runs_and_nothing_twice(seed: int) -> None:
    story = Story(seed, calm=True)
    assert not story.run().errors
    for _, job in story.jobs:
        (report,) = story.swarm.scheduler.report(job=job.id)
        assert all(node.recomputed == node.speculative == 0 for node in report.nodes)
        assert max(story.swarm.referee.runs.get(job.id, {}).values(), default=1) == 1
    _, first = story.jobs[0]
    assert story.swarm.referee.runs.get(first.id, {}) == needed_runs(first.plan)


@pytest.mark.parametrize("seed", [3, 17, 29])
def test_the_same_seed_gives_the_same_trace_twice(seed: int) -> None:
    assert Story(seed).run() == Story(seed).run()


def test_other_seeds_give_other_traces() -> None:
    assert len({Story(seed).run().trace for seed in range(100, 110)}) == 10


def test_a_sample_of_seeds_gives_the_same_traces_on_every_python() -> None:
    traces = {str(seed): Story(seed).run().trace for seed in SAMPLE}
    if os.environ.get("REWRITE_TRACES"):
        GOLDEN.write_text(json.dumps(traces, indent=2) + "\n", encoding="utf-8")
    assert traces == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_who_is_cut_off_from_others_only_is_served_by_the_relay_and_stays() -> None:
    verdicts = [Story(seed, calm=False, always=("cut",)).run() for seed in range(200, 225)]
    assert sum(verdict.relayed for verdict in verdicts) > 5


def test_the_command_replays_a_seed_bit_for_bit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "17", "--trace"]) == 0
    first = capsys.readouterr().out
    assert main(["--seed", "17", "--trace"]) == 0
    assert capsys.readouterr().out == first
    assert "joined with" in first
    assert first.splitlines()[-1].startswith("seed 17: ")


def test_the_command_plays_many_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seeds", "0..5", "--processes", "1"]) == 0
    assert capsys.readouterr().out.startswith("6 seeds in ")


def test_the_command_fails_with_the_seed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tabswarm.simulation.story.FINITE", -1)
    assert main(["--seed", "4"]) == 1
    assert "seed 4 FAILED" in capsys.readouterr().err


def test_a_schedulers_commands_follow_from_its_events_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    told: list[list[Command]] = []
    honest = Scheduler.handle

    def handle(scheduler: Scheduler, event: Event) -> list[Command]:
        heard.append(encode(event))
        told.append(honest(scheduler, event))
        return told[-1]

    with monkeypatch.context() as patch:
        patch.setattr(Scheduler, "handle", handle)
        Story(12).run()
    again = Scheduler()
    assert [again.handle(decode(event)) for event in heard] == told
    assert len(heard) > 50

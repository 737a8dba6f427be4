"""The tables of states are the whole truth: what is not in them cannot happen."""

from __future__ import annotations

import itertools

import pytest

from tabswarm.plan.cut import CutTask
from tabswarm.plan.lineage import Plan
from tabswarm.scheduler.jobs import JOB_TRANSITIONS, Job, JobState, new_job
from tabswarm.scheduler.tasks import TRANSITIONS, Move, Task, TaskState
from tabswarm.simulation.plan_text import read_plan


def a_task(state: TaskState) -> Task:
    return Task(1, "a1", "j1", CutTask(steps=(), sources=(), sinks=(), level=0), {}, (), (), state)


def a_plan() -> Plan:
    return read_plan("a1", ["1 source 2", "want 1"])


def a_job(state: JobState) -> Job:
    job = new_job("j1", 1, a_plan())
    job.state = state
    return job


@pytest.mark.parametrize(("state", "move"), list(itertools.product(TaskState, Move)))
def test_a_task_moves_as_the_table_says_and_no_other_way(state: TaskState, move: Move) -> None:
    task = a_task(state)
    after = TRANSITIONS[state].get(move)
    if after is None:
        with pytest.raises(AssertionError, match=f"task 1 is {state} and cannot {move}"):
            task.move(move)
        assert task.state is state
    else:
        task.move(move)
        assert task.state is after


@pytest.mark.parametrize(("state", "after"), list(itertools.product(JobState, JobState)))
def test_a_job_moves_as_the_table_says_and_no_other_way(state: JobState, after: JobState) -> None:
    job = a_job(state)
    if after in JOB_TRANSITIONS[state]:
        job.move(after)
        assert job.state is after
    else:
        with pytest.raises(AssertionError, match=f"job j1 is {state} and cannot become {after}"):
            job.move(after)


def test_every_task_state_can_be_reached_and_every_open_one_left() -> None:
    reached = {after for moves in TRANSITIONS.values() for after in moves.values()}
    assert reached | {TaskState.BLOCKED} == set(TaskState)
    for state, moves in TRANSITIONS.items():
        assert bool(moves) == (state not in (TaskState.DONE, TaskState.DROPPED))

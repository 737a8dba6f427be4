"""Stragglers: a task that runs much longer than its finished siblings is given to a second volunteer as well.

A *sibling* is a task of the same job and shape (the same nodes, as many steps). An attempt is copied when all of this
holds: most of its siblings are done, it has run `FLOOR` and one and a half times their median, a slot is free
elsewhere, and nobody else is at the task. The first valid commit wins; the other attempt is cancelled, and what it
wrote is dropped. So a task has two live attempts at most, and a copy never takes a slot that waiting work could use.

Every attempt that starts is looked at after `FLOOR`, and then when it may be due, once a second at most.
"""

from __future__ import annotations

import heapq

from tabswarm.scheduler.placement import assign, choose
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.tasks import FLOOR, Attempt, Task

LOOK_AGAIN = 1000
"""Milliseconds until an attempt that could not be copied is looked at again."""


def speculate(state: SwarmState) -> None:
    """On a tick: copy the stragglers."""
    while state.watched and state.watched[0][0] <= state.now:
        _, task_id, number = heapq.heappop(state.watched)
        task = state.tasks.get(task_id)
        attempt = task.attempts.get(number) if task is not None else None
        if task is None or attempt is None:
            continue
        due = _due(state, task, attempt)
        if due <= state.now:
            _copy(state, task)
            due = state.now + LOOK_AGAIN
        heapq.heappush(state.watched, (due, task_id, number))


def _due(state: SwarmState, task: Task, attempt: Attempt) -> int:
    """When the attempt is late, in milliseconds, as far as can be said now."""
    times, siblings = task.pace.times, task.pace.tasks - 1
    if len(task.attempts) > 1 or task.missing or 2 * len(times) <= siblings:
        return state.now + LOOK_AGAIN
    return attempt.since + max(FLOOR, times[len(times) // 2] * 3 // 2)


def _copy(state: SwarmState, task: Task) -> None:
    """A second attempt, if a slot is free for it."""
    application = state.applications[task.application]
    volunteer = choose(state, application, task, only_free=True)
    if volunteer is not None:
        assign(state, application, task, volunteer, speculative=True)

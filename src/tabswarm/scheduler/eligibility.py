"""Who may run a task at all: volunteers whose Python can compile its code, those first who have not failed at it."""

from __future__ import annotations

from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.tasks import Task


def eligible_pythons(state: SwarmState, application: Application, task: Task) -> list[str]:
    """The Python versions present that are not known to be unable to compile the task's code."""
    refused = [application.cannot_compile[root] for root in task.roots if root in application.cannot_compile]
    return [python for python in state.volunteers.pythons if not any(python in pythons for pythons in refused)]


def untried_exist(state: SwarmState, pythons: list[str], task: Task) -> bool:
    """Whether some eligible volunteer with slots has not failed at the task yet."""
    failed = 0
    for peer in task.tried:
        volunteer = state.volunteers.by_id.get(peer)
        failed += volunteer is not None and volunteer.is_active and volunteer.python in pythons
    return sum(state.volunteers.active.get(python, 0) for python in pythons) > failed

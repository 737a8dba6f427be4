"""Who may run a task at all: volunteers that offer what it requires and whose Python can compile its code, those first
who have not failed at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.peers import Profile
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.tasks import Task

IN_WORDS = {"native": "a native worker", "tab": "a browser tab"}
"""What a node requires, for people; other words are capabilities."""


def eligible_profiles(state: SwarmState, application: Application, task: Task) -> list[Profile]:
    """The profiles present that offer what the task requires, and whose Python is not known to be unable to compile its
    code."""
    refused = [application.cannot_compile[root] for root in task.roots if root in application.cannot_compile]
    return [
        profile
        for profile in state.volunteers.profiles
        if profile.offers(task.requires) and not any(profile.python in pythons for pythons in refused)
    ]


def is_like_any(application: Application, task: Task) -> bool:
    """Whether every task that requires the same may be run by the same volunteers as this one."""
    return not task.tried and not any(root in application.cannot_compile for root in task.roots)


def untried_exist(state: SwarmState, profiles: list[Profile], task: Task) -> bool:
    """Whether some eligible volunteer with slots has not failed at the task yet."""
    failed = 0
    for peer in task.tried:
        volunteer = state.volunteers.by_id.get(peer)
        failed += volunteer is not None and volunteer.is_active and volunteer.profile in profiles
    return sum(state.volunteers.active.get(profile, 0) for profile in profiles) > failed


def spell_requirement(words: Iterable[str]) -> str:
    """What a node requires, in plain words.

    >>> spell_requirement(["native", "python3.12"]), spell_requirement(["gpu"])
    ('a native worker with Python 3.12', 'a volunteer that offers gpu')
    """
    kinds = [IN_WORDS[word] for word in words if word in IN_WORDS]
    extras = [f"Python {word.removeprefix('python')}" for word in words if word.startswith("python")]
    others = [word for word in words if word not in IN_WORDS and not word.startswith("python")]
    who = " that is also ".join(kinds) or "a volunteer"
    if extras:
        who += f" with {' and '.join(extras)}"
    return f"{who} that offers {', '.join(others)}" if others else who


def spell_profiles(profiles: Mapping[Profile, int]) -> str:
    """Who is there, in plain words.

    >>> spell_profiles({Profile("tab", "3.14.2", ()): 2, Profile("native", "3.11.4", ()): 1})
    '2 tabs with Python 3.14.2, 1 native worker with Python 3.11.4'
    """
    counts: dict[tuple[str, str], int] = {}
    for profile, count in profiles.items():
        counts[(profile.kind, profile.python)] = counts.get((profile.kind, profile.python), 0) + count
    return ", ".join(
        f"{count} {'native worker' if kind == 'native' else kind}{'s' if count > 1 else ''} with Python {python}"
        for (kind, python), count in counts.items()
    )


def remedy(words: Iterable[str]) -> str:
    """What to do so that somebody can run it."""
    words = list(words)
    if "tab" in words:
        return "Open the invite link in a browser."
    pythons = [word.removeprefix("python") for word in words if word.startswith("python")]
    return (
        f"Start one with `tabswarm worker LINK`{f' of Python {pythons[0]}' if pythons else ''} on a machine of yours."
    )

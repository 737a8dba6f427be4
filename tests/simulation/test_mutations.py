"""The simulator finds bugs: each of these, put into the scheduler on purpose, is caught within a few seeds.

A check that no bug sets off checks nothing. A mutation that survives its seeds is a hole in the net: close it, do not
give it more seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest

from tabswarm.plan.cut import cut
from tabswarm.plan.keys import SinkKey
from tabswarm.plan.task import Failure, Update
from tabswarm.scheduler import (
    accumulators,
    comings,
    commits,
    endings,
    invariants,
    losses,
    open_tasks,
    placement,
    rests,
    retention,
    retries,
    scheduler,
    speculation,
    submission,
    telling,
)
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.block_locations import BlockTable, MapOutputTable, StoredBlock, key_of
from tabswarm.scheduler.commands import Command, EndApplication
from tabswarm.scheduler.events import FetchFailed, TaskFinished
from tabswarm.scheduler.jobs import Job, JobState
from tabswarm.scheduler.peers import Volunteer
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.tasks import Attempt, Task
from tabswarm.simulation.command import play
from tabswarm.simulation.story import Verdict

SEEDS = 200
"""At most; most bugs need fewer than ten."""

Mutation = Callable[[pytest.MonkeyPatch], None]


def nothing(*arguments: Any, **named: Any) -> bool:
    return False


def skip(module: Any, name: str) -> Mutation:
    """The module's function does nothing."""

    def mutate(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, name, nothing)

    mutate.__name__ = f"{module.__name__.rpartition('.')[2]}_skips_{name}"
    return mutate


def locations_of_who_left_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = comings.volunteer_left

    def volunteer_left(state: SwarmState, event: Any) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(comings, "lose_location", nothing)
            honest(state, event)

    monkeypatch.setattr(scheduler, "volunteer_left", volunteer_left)


def an_attempts_number_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = placement.assign

    def assign(state: SwarmState, application: Application, task: Task, volunteer: Volunteer) -> None:
        honest(state, application, task, volunteer)
        task.starts -= 1

    monkeypatch.setattr(placement, "assign", assign)


def a_generation_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = BlockTable.new_generation

    def new_generation(table: BlockTable, keys: Iterable[SinkKey]) -> object:
        made = honest(table, keys)
        table.last_generation -= 1
        return made

    monkeypatch.setattr(BlockTable, "new_generation", new_generation)


def the_lease_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_lease(state: SwarmState, peer: str, task: int, attempt: int) -> tuple[Task, Attempt] | None:
        found = state.tasks.get(task)
        return (found, next(iter(found.attempts.values()))) if found is not None and found.attempts else None

    for module in (commits, comings, scheduler):
        monkeypatch.setattr(module, "find_lease", find_lease)


def a_late_result_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    def drop_late(state: SwarmState, event: TaskFinished) -> None:
        for sink in event.sinks:
            application = state.applications.get(sink.block.application)
            key = key_of(sink.block)
            if application is not None and key in application.promised and event.peer in state.volunteers.by_id:
                block = StoredBlock(
                    sink.block, sink.size, sink.root, sink.segments, {event.peer: None}, "", lasting=True
                )
                application.blocks.put(key, block)

    monkeypatch.setattr(commits, "_drop_late", drop_late)


def a_commit_counts_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = BlockTable.put

    def put(table: BlockTable, key: SinkKey, block: StoredBlock) -> None:
        honest(table, key, block)
        table.last_generation += 1
        again = type(block.id)(
            block.id.application, block.id.kind, block.id.node, block.id.partition, table.last_generation
        )
        block.id = again

    monkeypatch.setattr(BlockTable, "put", put)


def generations_are_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = MapOutputTable.news

    def news(table: MapOutputTable, epoch: int, position: int) -> object:
        return () if position else honest(table, epoch, position)

    monkeypatch.setattr(MapOutputTable, "news", news)


def a_departure_counts_as_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = open_tasks.give_back

    def give_back(state: SwarmState, application: Application, task: Task) -> None:
        honest(state, application, task)
        task.failures += [None] * 4  # type: ignore[list-item]

    monkeypatch.setattr(comings, "give_back", give_back)


def applications_end_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = SwarmState.tell

    def tell(state: SwarmState, command: Command) -> None:
        if not isinstance(command, EndApplication):
            honest(state, command)

    monkeypatch.setattr(SwarmState, "tell", tell)


def what_exists_is_cut_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        def has_block(self, node: int, partition: int) -> bool:
            return False

        def has_map_output(self, shuffle: int, partition: int) -> bool:
            return False

    honest = cut
    monkeypatch.setattr(losses, "cut", lambda plan, keys, stock: honest(plan, keys, Nothing()))


def what_is_lost_is_not_cut_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "recut", lambda state, application: application.wanted.clear())


def what_was_told_inline_is_never_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (telling, invariants):
        monkeypatch.setattr(module, "KEPT_BYTES", 0)  # or the scheduler itself has most of it
    monkeypatch.setattr(comings, "undeliver", nothing)
    monkeypatch.setattr(submission, "undeliver", nothing)


def a_lost_map_output_is_taken_from_a_wrong_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = MapOutputTable.news

    def news(table: MapOutputTable, epoch: int, position: int) -> object:
        entries = honest(table, epoch, position)
        if len(entries) > 2 and table.epoch == 0:
            first, second, *rest = entries
            return (
                type(first)(
                    first.partition, second.generation, second.size, second.root, second.segments, second.holders
                ),
                second,
                *rest,
            )
        return entries

    monkeypatch.setattr(MapOutputTable, "news", news)


def hearsay_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = comings.fetch_failed

    def fetch_failed(state: SwarmState, event: FetchFailed) -> None:
        honest(state, msgspec.structs.replace(event, reason="unavailable: so they say"))

    monkeypatch.setattr(scheduler, "fetch_failed", fetch_failed)


def a_recomputed_vertex_is_added_up_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = accumulators.take_updates

    def take_updates(state: SwarmState, application: Application, job: Job, updates: Iterable[Update]) -> None:
        honest(state, application, job, [msgspec.structs.replace(each, partition=0) for each in updates])

    monkeypatch.setattr(commits, "take_updates", take_updates)


def volunteers_are_blamed_for_poison(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = retries.attempt_failed

    def attempt_failed(state: SwarmState, task: Task, attempt: Attempt, failure: Failure) -> None:
        rests.strike(state, state.volunteers.by_id[attempt.peer])
        if attempt.number in task.attempts:
            honest(state, task, attempt, failure)

    monkeypatch.setattr(scheduler, "attempt_failed", attempt_failed)


def poison_is_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = retries.attempt_failed

    def attempt_failed(state: SwarmState, task: Task, attempt: Attempt, failure: Failure) -> None:
        honest(state, task, attempt, failure)
        task.failures.clear()

    monkeypatch.setattr(scheduler, "attempt_failed", attempt_failed)


def a_third_attempt_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def due(state: SwarmState, task: Task, attempt: Attempt) -> int:
        return state.now + speculation.LOOK_AGAIN if task.missing else attempt.since

    monkeypatch.setattr(speculation, "_due", due)


def a_cancelled_job_takes_others_along(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = endings.cancel

    def cancel(state: SwarmState, job: Job, reason: str) -> None:
        for other in [other for other in state.jobs.values() if other.state is JobState.RUNNING]:
            honest(state, other, reason)

    monkeypatch.setattr(scheduler, "cancel", cancel)


MUTATIONS: list[Mutation] = [
    a_third_attempt_is_made,
    a_cancelled_job_takes_others_along,
    hearsay_is_believed,
    a_recomputed_vertex_is_added_up_twice,
    volunteers_are_blamed_for_poison,
    poison_is_tried_for_ever,
    locations_of_who_left_stay,
    an_attempts_number_is_used_again,
    a_generation_is_used_again,
    the_lease_is_not_checked,
    a_late_result_is_committed,
    a_commit_counts_twice,
    generations_are_mixed,
    a_departure_counts_as_a_failure,
    applications_end_in_silence,
    what_exists_is_cut_again,
    what_is_lost_is_not_cut_again,
    what_was_told_inline_is_never_told_again,
    a_lost_map_output_is_taken_from_a_wrong_partition,
    skip(comings, "lose_location"),
    skip(comings, "give_back"),
    skip(comings, "end_lease"),
    skip(comings, "orders_end"),
    skip(commits, "_drop_late"),
    skip(commits, "appeared"),
    skip(scheduler, "order_copies"),
    skip(endings, "leave_nodes"),
    skip(endings, "_drop_tasks"),
    skip(losses, "vanished"),
    skip(losses, "lose_target"),
    skip(open_tasks, "end_lease"),
    skip(open_tasks, "want_need"),
    skip(placement, "_send_tables"),
    skip(placement, "_send_code"),
    skip(retention, "drop_block"),
    skip(scheduler, "place_ready_tasks"),
    skip(scheduler, "wake_rested"),
    skip(submission, "use_nodes"),
    skip(submission, "finish_if_done"),
    skip(telling, "tell_results"),
    skip(SwarmState, "drop_at"),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_a_bug_in_the_scheduler_is_caught(mutate: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    mutate(monkeypatch)
    assert any(not isinstance(play(seed), Verdict) for seed in range(SEEDS)), "no seed noticed it"

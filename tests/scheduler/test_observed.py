"""What somebody who looks on sees: each field, in a small swarm to which something happens."""

from __future__ import annotations

from tests.scheduler.observing import Observed, observed

from tabswarm.plan.observation import (
    AttemptReason,
    NodeKind,
    NodeState,
    ObservedParent,
    ObservedStage,
    ObservedTask,
    Outcome,
    VolunteerState,
)
from tabswarm.scheduler import events


def counts(stage: ObservedStage) -> tuple[int, int, int, int]:
    return stage.stage, stage.tasks, stage.done, stage.running


def test_a_task_has_its_times_by_the_coordinators_clock() -> None:
    swarm = observed("volunteer v1", "tick 100").submit(["1 source 1", "2 map 1", "want 2"])
    (attempt,) = swarm.attempts()
    assert (attempt.assigned, attempt.started, attempt.finished, attempt.outcome) == (100, -1, -1, Outcome.OPEN)
    swarm.do("tick 150")
    swarm.handle(events.TaskStarted(peer="v1", task=1, attempt=1, read=30, fetched=10, seconds=0.04))
    swarm.do("tick 400", "finish v1 t1")
    (attempt,) = swarm.attempts()
    assert (attempt.assigned, attempt.started, attempt.finished, attempt.outcome) == (100, 150, 400, Outcome.DONE)
    assert (attempt.read, attempt.fetched, attempt.fetching) == (30, 10, 0.04)
    assert (attempt.volunteer, attempt.node, attempt.partition, attempt.partitions) == ("v1", 2, 0, 1)
    assert (attempt.rows, attempt.written, attempt.reason) == (10, 100, AttemptReason.FIRST)


def test_a_job_tells_its_stages_and_when_it_was_submitted_and_ended() -> None:
    swarm = observed("volunteer v1 slots=2", "tick 50").submit()
    assert swarm.job().stages == (ObservedStage(0, 2, 4, 0, 0), ObservedStage(1, 4, 2, 0, 0))
    swarm.do("start v1 t1", "start v1 t2", "tick 60", "finish v1 t1")
    assert counts(swarm.job().stages[0]) == (0, 4, 1, 1)
    assert (swarm.job().state, swarm.job().submitted, swarm.job().ended) == ("running", 50, -1)
    swarm.do("run", "tick 90")
    assert swarm.job().stages == (ObservedStage(0, 2, 4, 4, 0, 0), ObservedStage(1, 4, 2, 2, 0, 0))
    assert (swarm.job().state, swarm.job().ended, swarm.job().left) == ("done", 60, -1)


def test_nothing_is_said_of_the_rest_before_some_of_a_stage_is_done_and_while_nobody_works() -> None:
    swarm = observed("volunteer v1 slots=2").submit(["1 source 8", "2 map 1", "want 2"])
    lefts = []
    for task in range(1, 5):
        swarm.do(f"start v1 t{task}", f"tick {task * 100}", f"finish v1 t{task}", f"start v1 t{task + 1}")
        lefts.append(swarm.job().left)
    assert lefts == [-1, -1, 100 * (2 * 5 - 1) // 2, 100 * (2 * 4 - 1) // 2]
    swarm.do("leave v1")
    assert swarm.job().left == -1 and swarm.job().waiting_for == "volunteers"


def test_a_job_with_a_stage_of_which_nothing_is_known_says_nothing_of_all() -> None:
    swarm = observed("volunteer v1").submit()
    for task in range(1, 4):
        swarm.do(f"start v1 t{task}", f"tick {task * 10}", f"finish v1 t{task}")
    swarm.do("start v1 t4")
    stages = swarm.job().stages
    assert stages[0].left > 0 and stages[1].left == -1 and swarm.job().left == -1


def test_an_exception_is_a_failed_attempt_and_the_next_one_a_retry() -> None:
    swarm = observed("volunteer v1", "volunteer v2", "tick 10").submit(["1 source 1", "2 map 1", "want 2"])
    swarm.do("start v1 t1", "tick 30", "fail v1 t1 raised type=ValueError message=no line=job.py:12 node=2")
    first, second = swarm.attempts()
    assert (first.outcome, first.error, first.message) == (Outcome.FAILED, 0, "no")
    assert (second.volunteer, second.reason, second.outcome) == ("v2", AttemptReason.RETRY, Outcome.OPEN)
    error = swarm.look().errors[0]
    assert (error.kind, error.type_name, error.line, error.count) == ("raised", "ValueError", "job.py:12", 1)
    assert (error.volunteer, error.task, error.node, error.partition, error.first, error.last) == (
        *("v1", 1, 2, 0),
        *(30, 30),
    )
    assert (swarm.job().failed, swarm.job().retries, swarm.job().attempts) == (1, 1, 2)
    assert swarm.look().volunteers["v1"].failed == 1


def test_equal_exceptions_are_one_error_and_others_are_others() -> None:
    swarm = observed("volunteer v1 slots=3", "volunteer v2 slots=3").submit(["1 source 3", "2 map 1", "want 2"])
    owners = {attempt.task: attempt.volunteer for attempt in swarm.attempts()}
    for task, line in ((1, "job.py:12"), (2, "job.py:12"), (3, "job.py:99")):
        swarm.do(f"start {owners[task]} t{task}", f"fail {owners[task]} t{task} raised type=ValueError line={line}")
    errors = swarm.look().errors
    assert {(error.line, error.count) for error in errors.values()} == {("job.py:12", 2), ("job.py:99", 1)}
    first = next(error for error in errors.values() if error.line == "job.py:12")
    assert first.task == 1 and first.volunteer == owners[1]


def test_a_straggler_has_a_speculative_attempt_and_the_slower_one_is_cancelled() -> None:
    swarm = observed("volunteer v1 slots=2", "volunteer v2 slots=2").submit(["1 source 4", "2 map 1", "want 2"])
    swarm.do("start v1 t1", "start v1 t3", "start v2 t2", "start v2 t4", "tick 900")
    swarm.do("finish v1 t1", "finish v1 t3", "finish v2 t2", "tick 2000", "tick 3000")
    first, second = [attempt for attempt in swarm.attempts() if attempt.task == 4]
    assert (second.reason, second.volunteer, second.assigned) == (AttemptReason.SPECULATIVE, "v1", 2000)
    swarm.do("start v1 t4", "finish v1 t4")
    first, second = [attempt for attempt in swarm.attempts() if attempt.task == 4]
    assert (first.outcome, second.outcome) == (Outcome.CANCELLED, Outcome.DONE)
    assert swarm.job().speculative == 1 and swarm.job().retries == 0
    assert swarm.look().progress[2].speculative == 1


def test_a_volunteer_that_leaves_loses_attempts_and_what_it_made_is_recomputed() -> None:
    swarm = observed("volunteer v1", "volunteer v2").submit(["1 source 2", "2 map 1", "3 reduce 2 parts=1", "want 3"])
    swarm.do("start v1 t1", "finish v1 t1", "start v2 t2", "leave v1", "finish v2 t2")
    made_again = [attempt for attempt in swarm.attempts() if attempt.reason is AttemptReason.RECOMPUTED]
    assert [(attempt.volunteer, attempt.node, attempt.partition) for attempt in made_again] == [("v2", 2, 0)]
    assert swarm.job().recomputed == 1
    swarm.do("run")
    assert swarm.look().progress[2].recomputed == 1
    swarm = observed("volunteer v1", "volunteer v2").submit(["1 source 1", "2 map 1", "want 2"])
    swarm.do("start v1 t1", "leave v1")
    first, second = swarm.attempts()
    assert (first.outcome, second.reason, second.volunteer) == (Outcome.LOST, AttemptReason.RETRY, "v2")


def test_a_source_that_cannot_be_had_makes_an_unfetched_attempt() -> None:
    swarm = observed("volunteer v1", "volunteer v2").submit(["1 source 2", "2 map 1", "3 reduce 2 parts=1", "want 3"])
    swarm.do("start v1 t1", "finish v1 t1", "start v2 t2", "finish v2 t2")
    reader = next(attempt for attempt in swarm.attempts() if attempt.node == 3)
    other = "v1" if reader.volunteer == "v2" else "v2"
    made = swarm.scheduler.state.applications["a1"].blocks
    block = next(stored.id for stored in made.stored.values() if other in stored.holders)
    swarm.do(f"fetch-failed {reader.volunteer} t{reader.task} {block} {other} reason=timeout")
    failed, again = [attempt for attempt in swarm.attempts() if attempt.task == reader.task]
    assert (failed.outcome, failed.message, again.reason) == (Outcome.UNFETCHED, "timeout", AttemptReason.RETRY)


def test_a_task_that_a_free_slot_takes_out_of_a_queue_is_no_retry() -> None:
    swarm = observed("volunteer v1").submit(["1 source 2", "2 map 1", "want 2"])
    swarm.do("start v1 t1", "volunteer v2")
    moved = [attempt for attempt in swarm.attempts() if attempt.task == 2]
    assert [attempt.outcome for attempt in moved] == [Outcome.CANCELLED, Outcome.OPEN]
    assert {attempt.reason for attempt in moved} == {AttemptReason.FIRST}


def test_the_graph_has_sources_shuffles_sinks_and_the_target() -> None:
    swarm = observed("volunteer v1").submit(["1 source 4", "2 cache 1", "3 reduce 2 parts=2", "4 map 3", "want 4"])
    nodes = swarm.look().nodes
    assert [nodes[node].kind for node in (1, 2, 3, 4)] == [
        *(NodeKind.SOURCE, NodeKind.NARROW),
        *(NodeKind.SHUFFLE, NodeKind.NARROW),
    ]
    assert [nodes[node].stage for node in (1, 2, 3, 4)] == [0, 0, 1, 1]
    assert nodes[3].parents == (ObservedParent(2, 103),) and nodes[4].parents == (ObservedParent(3),)
    assert [node for node in nodes if nodes[node].sink] == [2, 4]
    assert [node for node in nodes if nodes[node].target] == [4]
    assert "Memory" in nodes[2].storage and not nodes[1].storage
    assert [swarm.look().progress[node].state for node in (1, 2, 3, 4)] == [NodeState.WAITING] * 4
    swarm.do("start v1 t1")
    assert (swarm.look().progress[1].state, swarm.look().progress[1].running) == (NodeState.RUNNING, 1)
    swarm.do("run")
    progress = swarm.look().progress
    assert {each.state for each in progress.values()} == {NodeState.DONE}
    assert (progress[1].planned, progress[1].done, progress[1].runs, progress[1].rows) == (4, 4, 4, 40)


def test_what_an_earlier_job_stored_is_stored_and_what_only_that_needed_is_skipped() -> None:
    plan = ["1 source 2", "2 cache 1", "3 map 2", "want 3"]
    swarm = observed("volunteer v1", job="j2").submit(plan).do("run", "fetched j1").submit(plan)
    states = {node: each.state for node, each in swarm.look().progress.items()}
    assert states == {1: NodeState.SKIPPED, 2: NodeState.STORED, 3: NodeState.WAITING}
    swarm.do("run")
    assert swarm.look().progress[3].state is NodeState.DONE
    swarm = observed("volunteer v1", job="j2").submit().do("run", "fetched j1").submit()
    states = {node: each.state for node, each in swarm.look().progress.items()}
    assert states == {1: NodeState.SKIPPED, 2: NodeState.STORED, 3: NodeState.WAITING, 4: NodeState.WAITING}
    assert swarm.job().stages[0].tasks == 0


def test_a_branch_of_which_nothing_is_wanted_is_skipped_and_not_stored() -> None:
    swarm = observed("volunteer v1").submit(["1 source 1", "2 source 1", "3 union 1 2", "want 3 0"])
    states = {node: each.state for node, each in swarm.look().progress.items()}
    assert states == {1: NodeState.WAITING, 2: NodeState.SKIPPED, 3: NodeState.WAITING}


def test_a_persisted_node_is_a_store_with_its_holders_until_it_is_unpersisted() -> None:
    swarm = observed("volunteer v1", "volunteer v2").submit(["1 source 4", "2 cache 1", "3 map 2", "want 3"])
    store = swarm.look().stores["a1", 2]
    assert (store.partitions, store.there, store.size, store.holders) == (4, 0, 0, {})
    swarm.do("run", "fetched j1")
    store = swarm.look().stores["a1", 2]
    assert (store.there, store.size, store.held, store.holders) == (4, 400, 400, {"v1": 2, "v2": 2})
    swarm.do("leave v2")
    assert swarm.look().stores["a1", 2].holders == {"v1": 2}
    swarm.do("unpersist a1 2")
    assert swarm.look().stores == {}


def test_volunteers_say_what_they_are_about_and_what_they_hold() -> None:
    swarm = observed("volunteer v1", "volunteer v2 slots=0", "tick 10")
    assert {peer: each.state for peer, each in swarm.look().volunteers.items()} == {
        "v1": VolunteerState.IDLE,
        "v2": VolunteerState.PAUSED,
    }
    swarm.submit(["1 source 1", "2 cache 1", "want 2"])
    one = swarm.look().volunteers["v1"]
    assert one.state is VolunteerState.FETCHING and one.assigned == 1
    assert one.tasks == (ObservedTask("j1", 1, 1, 2, 0, "cache at job.py:2", 10),)
    swarm.do("tick 20", "start v1 t1")
    one = swarm.look().volunteers["v1"]
    assert one.state is VolunteerState.WORKING and one.tasks[0].started == 20
    swarm.do("finish v1 t1")
    swarm.handle(events.BytesMoved(application="a1", direct=7, peer="v1", told_relayed=5))
    one = swarm.look().volunteers["v1"]
    assert (one.state, one.tasks, one.done, one.rows) == (VolunteerState.IDLE, (), 1, 10)
    assert (one.blocks, one.held, one.direct, one.relayed) == (1, 100, 7, 5)
    swarm.do("finishing v1")
    assert swarm.look().volunteers["v1"].state is VolunteerState.FINISHING
    swarm.do("leave v2")
    assert "v2" not in swarm.look().volunteers


def test_a_job_that_failed_keeps_what_was_done_and_says_why() -> None:
    swarm = observed("volunteer v1").submit(["1 source 3", "2 map 1", "want 2"])
    swarm.do("start v1 t1", "finish v1 t1", "start v1 t2", "tick 70", "fail v1 t2 raised type=ValueError message=no")
    job = swarm.job()
    assert (job.state, job.ended, job.left) == ("failed", 70, -1) and job.error.startswith("TaskError: ")
    assert counts(job.stages[0]) == (0, 3, 1, 0)
    assert {attempt.outcome for attempt in swarm.attempts()} == {Outcome.DONE, Outcome.FAILED, Outcome.CANCELLED}


def test_a_job_that_is_over_is_seen_as_it_was_by_who_looks_only_then() -> None:
    swarm = observed("volunteer v1").submit()
    swarm.do("run")
    before = swarm.look().picture()
    swarm.do("fetched j1")
    after = swarm.look().picture()
    assert before == after
    late = Observed()
    late.scheduler = swarm.scheduler
    assert late.look().picture() == after
    swarm.do("stop a1")
    later = Observed()
    later.scheduler = swarm.scheduler
    assert later.look().attempts == late.look().attempts and later.look().jobs == late.look().jobs


def test_bytes_that_are_told_when_the_job_is_over_are_seen() -> None:
    swarm = observed("volunteer v1").submit(["1 source 1", "2 map 1", "want 2"]).do("run", "fetched j1")
    swarm.handle(events.BytesMoved(application="a1", direct=3))
    swarm.handle(events.BytesMoved(application="a1", relayed=4))
    assert (swarm.job().bytes.direct, swarm.job().bytes.relayed) == (3, 4)

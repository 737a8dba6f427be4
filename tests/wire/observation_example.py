"""An `Observation` in which everything occurs that one may say, for the vectors."""

from __future__ import annotations

from tabswarm.plan.observation import (
    AttemptReason,
    FoldedAttempts,
    NodeKind,
    NodeProgress,
    NodeState,
    ObservedAttempt,
    ObservedError,
    ObservedJob,
    ObservedNode,
    ObservedParent,
    ObservedStage,
    ObservedStore,
    ObservedTask,
    ObservedVolunteer,
    Outcome,
    VolunteerState,
)
from tabswarm.plan.report import BytesReport
from tabswarm.wire.observation_messages import Observation

OBSERVATION = Observation(
    now=61_250,
    fresh=True,
    job="j1",
    volunteers=(
        ObservedVolunteer(id="v1", name="Ada", kind="tab", python="3.14", state=VolunteerState.IDLE, slots=2,
                          memory=2**31, joined=0),
        ObservedVolunteer(id="v2", name="naïve ☃ \u202e", kind="native", python="3.11.2", state=VolunteerState.WORKING,
                          slots=1, memory=2**33, joined=250, assigned=1, blocks=2, held=2**33, done=3, failed=1,
                          seconds=0.5, rows=2**40, direct=12, relayed=7,
                          tasks=(ObservedTask("j1", 5, 1, 3, 0, "reduceByKey at job.py:12", 900, 1100),)),
    ),
    gone=("v3",),
    jobs=(
        ObservedJob(id="j1", application="a1", state="running", action="collect", submitted=500, program="job.py",
                    call_site="job.py:14", group="g", description="words", tags=("t",), done=3, total=7, running=1,
                    stages=(ObservedStage(0, 2, 4, 3, 1, 1500), ObservedStage(1, 3, 3, 0, 0)), attempts=6, retries=1,
                    speculative=1, recomputed=1, failed=1, bytes=BytesReport(direct=12, relayed=7, inline=3)),
        ObservedJob(id="j2", application="a1", state="failed", action="count", submitted=0, ended=400,
                    error="TaskError: it raised"),
    ),
    forgotten=("j0",),
    stores=(
        ObservedStore(application="a1", node=2, name="map", call_site="job.py:4", partitions=4, level="Memory", there=3,
                      size=2**33, held=2**34, holders={"v1": 3, "v2": 3}),
    ),
    dropped=(("a0", 9),),
    nodes=(
        ObservedNode(id=1, name="textFile", operator="TextLines", kind=NodeKind.SOURCE, partitions=4, stage=0,
                     call_site="job.py:3", code="lines = sc.textFile(path)"),
        ObservedNode(id=2, name="map", operator="Map", kind=NodeKind.NARROW, partitions=4, stage=0,
                     parents=(ObservedParent(1),), storage="Memory Serialized 1x Replicated", sink=True),
        ObservedNode(id=3, name="reduceByKey", operator="Shuffled", kind=NodeKind.SHUFFLE, partitions=3, stage=1,
                     parents=(ObservedParent(2, 7),), target=True, sink=True),
    ),
    progress=(
        NodeProgress(1, NodeState.STORED, 0, 0, 0, 0, 0, 0, 0),
        NodeProgress(2, NodeState.RUNNING, 4, 3, 1, 4, 1, 0, 9),
    ),
    attempts=(
        ObservedAttempt(5, 1, "v2", 0, 2, 3, 1, AttemptReason.FIRST, 900),
        ObservedAttempt(5, 2, "v1", 0, 2, 3, 2, AttemptReason.RETRY, 900, 1100, 1600, 0.125, 0.25, 2**33, 10, 99,
                        Outcome.FAILED, 0, "naïve ☃ \u202e"),
    ),
    errors=(
        ObservedError(id=0, kind="raised", type_name="ValueError", line="job.py:12", count=2, message="no",
                      traceback="...", volunteer="v1", task=5, node=2, partition=3, first=1600, last=1700),
    ),
    folded=(FoldedAttempts(0, 3, 2, 1, 0.5, 9, 99),),
    more=True,
)  # fmt: skip

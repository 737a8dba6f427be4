"""Writes tests/wire/vectors/: good and bad messages and frames that Python and TypeScript are both tested against.

    PYTHONPATH=src python -m tests.wire.write_vectors

`messages.json` is a list of `{name, direction, hex, message}`: the bytes of a control message; `message` is what it
says (bytes as `{"$bytes": hex}`), or null where no reader of that direction may take it. `frames.json` is a list of
`{name, type, stream, hex, body}`: the bytes of a relay frame; `body` as above (of DATA and CREDIT: its bytes; of END
and CANCEL: an empty string), or null where no reader may take it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
from tests.wire.bad_messages import BAD, BAD_BYTES
from tests.wire.example_frames import BAD_FRAMES, FRAMES, MAPPED, PART, ROOT
from tests.wire.observation_example import OBSERVATION

from tabswarm.plan import operators as op
from tabswarm.plan.dependency import AllPartitions, Edges, OneToOne, Shuffle, Span, Strided
from tabswarm.plan.finish import Counted, Folded, Listed, Mapped, Reduced, Saved, Silent, Summed, Taken
from tabswarm.plan.lineage import Node, Plan, SourceBlock
from tabswarm.plan.location import Held, Holder, Location, MapOutput, Result
from tabswarm.plan.partitioner import CombineValues, FunctionPartitioner, GroupValues, HashPartitioner
from tabswarm.plan.report import BytesReport, JobReport, NodeReport, VolunteerReport
from tabswarm.plan.storage_level import StorageLevel
from tabswarm.plan.task import (
    BlockSource,
    BroadcastSource,
    DriverSource,
    Failure,
    FailureKind,
    FromSource,
    FromStep,
    MapOutputSink,
    PartitionSink,
    Run,
    ShuffleSource,
    SinkReport,
    Step,
    TaskSpec,
    Update,
    UrlSource,
)
from tabswarm.wire import blocks
from tabswarm.wire import messages as m

FOLDER = Path(__file__).parent / "vectors"

F = op.CodeRef("f00d", ("f00d", "beef"), (9,))
COMBINE = CombineValues(None, F, F)
FAILURE = Failure(
    kind=FailureKind.RAISED, type_name="ValueError", message="naïve ☃ \u202e", traceback="...", node=3, partition=0,
    line="job.py:12",
)  # fmt: skip
SPEC = TaskSpec(
    application="a1",
    job="j1",
    task=5,
    attempt=1,
    operators={
        1: op.TextLines(),
        2: op.FlatMap(F),
        3: op.Shuffled(),
        4: op.Take(10),
        5: op.Range(0, -9, -2),
        6: op.StoredRecords(),
        7: op.FixedRecords(4),
        8: op.Fetch(),
    },
    names={1: "textFile at job.py:3", 2: "flatMap at job.py:4"},
    steps=(Step(1, 0, (FromSource(0),)), Step(2, 0, (FromStep(0),)), Step(3, 0, (FromSource(1), FromSource(2)))),
    sources=(
        DriverSource(PART, b"\r\n\x00\xff"),
        DriverSource(PART),
        BroadcastSource(PART, b"\x00"),
        BroadcastSource(PART),
        UrlSource(PART, "https://example.org/"),
        BlockSource(PART),
        ShuffleSource("a1", 7, 2, 100, COMBINE, False),
        ShuffleSource("a1", 7, 2, 100),
    ),
    sinks=(
        PartitionSink(2, PART),
        MapOutputSink(1, MAPPED, HashPartitioner(4), GroupValues(), False),
        MapOutputSink(1, MAPPED, FunctionPartitioner(4, F)),
    ),
)
FINISHES = (
    Listed(),
    Summed(),
    Reduced(F),
    Folded(F, F),
    Mapped(),
    Counted(),
    Silent(),
    Taken(5, b"records", True, "first"),
    Saved("out", ".gz", "saveAsTextFile"),
)
PLAN = Plan(
    application="a1",
    nodes=(
        Node(id=1, operator=op.Parallelize(), partitions=2, name="parallelize", call_site="job.py:1"),
        Node(id=2, operator=op.Union(), partitions=4, dependencies=(Span(1, 0, 0, 2), Span(1, 0, 2, 2))),
        Node(id=3, operator=op.Custom(F), partitions=1, dependencies=(Edges(1, ((0, 1),)), AllPartitions(2))),
        Node(id=4, operator=op.Cartesian(), partitions=4, dependencies=(Strided(1, 2, 2), OneToOne(2))),
        Node(
            id=5,
            operator=op.Shuffled(),
            partitions=2,
            dependencies=(Shuffle(4, 6, HashPartitioner(2), COMBINE, False),),
            storage=StorageLevel.MEMORY_ONLY_2,
        ),
    ),
    target=5,
    partitions=(1, 0),
    sources={1: (SourceBlock(3, ROOT, b"abc"), SourceBlock(2**40)), 9: (SourceBlock(2**30, ROOT),)},
    action="collect",
    broadcasts={9: "job.py:9"},
)
REPORT = JobReport(
    id="j1",
    application="a1",
    state="done",
    action="collect",
    done=2,
    total=2,
    nodes=(
        NodeReport(id=1, name="map", call_site="job.py:1", partitions=2, first=2, recomputed=0, speculative=0,
                   partial=0, runs={"v1": 2}),
    ),
    bytes=BytesReport(direct=0, relayed=12, inline=3),
    volunteers=(VolunteerReport(id="v1", name="Ada", kind="tab", tasks=2),),
)  # fmt: skip

EITHER: list[m.Message] = [m.Ping(number=1), m.Pong(number=2**40)]
SIGNALS: list[m.Message] = [
    m.Signal(peer="v2", kind=m.SignalKind.OFFER, data='{"attempt":"x","sdp":"v=0\\r\\n"}'),
    m.Signal(peer="v2", kind=m.SignalKind.END),
]
HOLDERS = m.Holders(holders=(Holder("v2", "tab", "Ada", ("webrtc", "tcp"), "h1", "10.0.0.1:9", "00ff", "t1"),))
CELL = m.Cell(id="c1", source="1 + 1", outputs=b'[{"is":"stream"}]', actions=b"\x00\xff")
PASS = m.Pass(application="a1", secret="opens")
WELCOMES: list[m.Message] = [
    m.Welcome(peer="v1", resume="secret", swarm="s1", title="words", application="a1", version="0.1.0"),
    m.Welcome(peer="v1", resume="secret", swarm="s1"),
    m.Welcome(peer="v1", resume="secret", swarm="s1", title="words", message="two\nlines"),
    m.Welcome(peer="d1", resume="secret", swarm="s1", application="a1", heard=12),
    m.Welcome(peer="v1", resume="secret", swarm="s1", relay_only=True),
    m.Welcome(
        peer="v1",
        resume="secret",
        swarm="s1",
        ice_servers=(m.IceServer("stun:127.0.0.1:3478"), m.IceServer("turn:127.0.0.1?transport=tcp", "ada", "s3")),
    ),
    m.Refused(code="wrong_role", reason="no", request=3),
]
GOOD: dict[str, list[m.Message]] = {
    "Hello": [
        m.Hello(token="t" * 32, role="volunteer", protocol=1, version="0.1.0", python="3.14", kind="tab", slots=2,
                memory=2**31, name="Ada", capabilities=("webrtc",), host="h1", address="10.0.0.1:9",
                fingerprint="00ff"),
        m.Hello(token="t", role="driver", protocol=1, version="", python="", kind="cli", socket="relay", resume="r"),
    ],
    "FromVolunteer": [
        *EITHER,
        *SIGNALS,
        m.Started(task=1, attempt=0),
        m.Started(task=1, attempt=0, read=2**33, fetched=12, seconds=0.25),
        m.Finished(
            task=1,
            attempt=0,
            sinks=(
                SinkReport(block=PART, size=2, root=ROOT, records=1, inline=b"\x80\x05"),
                SinkReport(block=MAPPED, size=2**33, root=ROOT, segments=9),
            ),
            runs=(Run(1, 0, 10, False), Run(2, 0, 3, True)),
            seconds=0.25,
        ),
        m.Finished(task=1, attempt=0, sinks=(), runs=(), seconds=0.5),
        m.Finished(task=2, attempt=0, sinks=(), runs=(), seconds=0.5, updates=(Update(3, 7, 0, b"\x00\xff"),)),
        m.Failed(task=1, attempt=3, failure=FAILURE),
        m.Failed(task=1, attempt=3, failure=Failure(kind=FailureKind.OUT_OF_MEMORY)),
        m.FetchFailed(task=1, attempt=0, block=MAPPED, holder="v2", reason="it left", corrupt=True),
        m.Output(task=1, attempt=0, stream="stderr", text="\x1b[31mred\x00", partition=4, dropped=9),
        m.Resources(slots=0, memory=0),
        m.BlocksLost(blocks=(PART, MAPPED)),
        m.Capabilities(words=()),
        m.Capabilities(words=("webrtc",)),
        m.BytesMoved(application="a1", direct=5),
        m.Leaving(reason="Stop now"),
        m.Leaving(),
        m.Leaving(reason="Finish then stop", drain=True),
        m.Copied(blocks=(PART,)),
        m.Announce(blocks=(Held(PART, 3, ROOT), Held(MAPPED, 2**33, ROOT))),
    ],
    "ToVolunteer": [
        *EITHER,
        *WELCOMES,
        *SIGNALS,
        HOLDERS,
        PASS,
        m.Code(application="a1", blobs={"f00d": b"\x80\x05", "beef": b""}),
        m.MapOutputs(
            application="a1",
            shuffle=7,
            entries=(MapOutput(0, 0, 12, ROOT, 4, ("v1", "v2")), MapOutput(1, 1, 0, ROOT, 4, ())),
        ),
        m.Assign(spec=SPEC, code=("f00d", "beef"), locations=(Location(PART, 3, b"", ("d1",)),), time_limit=60),
        m.CancelTask(task=1, attempt=0),
        m.DropBlocks(blocks=(PART,)),
        m.Visitors(visitors=(m.Visitor("d1", "t1"), m.Visitor("v3", ""))),
        m.CopyBlocks(locations=(Location(PART, 3, ROOT, ("v1", "v2")),)),
        m.MayLeave(),
        m.MayLeave(left_behind=2),
        m.EndApplication(application="a1"),
        m.JobInfo(application="a1", name="job.py", job="j1", action="collect"),
        m.Purpose(title="words", message="two\nlines"),
        m.Purpose(title=""),
        m.About(),
        m.About(
            application="a1",
            name="job.py",
            job="j1",
            action="collect",
            call_site="job.py:9",
            running=True,
            code=(m.CodeLine("flatMap", "job.py:3", "<b>&\u202e"), m.CodeLine("map", "job.py:4")),
            more_code=3,
            tasks=7,
            source_bytes=2**40,
        ),
    ],
    "FromDriver": [
        *EITHER,
        *SIGNALS,
        m.Submit(request=1, plan=PLAN, code={"f00d": b"x"}),
        *(
            m.Submit(request=2, plan=msgspec.structs.replace(PLAN, finish=finish), code={}, keep=True)
            for finish in FINISHES
        ),
        m.Watch(request=3, job="j1"),
        m.CancelJob(job="j1"),
        m.Fetched(job="j1"),
        m.ResultMissing(job="j1", block=PART, holder="v1", reason="it left"),
        m.ResultMissing(job="j1", block=PART, holder="", reason="other bytes", corrupt=True),
        m.Release(nodes=(1, 2)),
        m.Unpersist(node=5),
        m.ListJobs(request=4),
        m.StopApplication(),
        m.BytesMoved(application="a1", direct=7),
        m.StopApplication(keep_results=True),
        m.Observe(),
        m.Observe(job="j1"),
        m.Unobserve(),
        m.SaveCells(request=1, cells=(CELL, m.Cell(id="c2", source="")), order=("c2", "c1")),
        m.SetInvitation(title="words", message="two\nlines"),
        m.RotateInvite(),
        m.RevokeInvite(),
    ],
    "ToDriver": [
        *EITHER,
        *WELCOMES,
        *SIGNALS,
        HOLDERS,
        PASS,
        m.Accepted(request=1, job="j1", total=7),
        m.MayLeave(left_behind=1),
        *(
            m.Watched(
                request=3,
                job="j1",
                action="take",
                call_site="job.py:3",
                partitions=(0, 2),
                finish=finish,
                code={"f00d": b"x"},
            )
            for finish in FINISHES
        ),
        m.Progress(job="j1", done=1, total=7, running=2, volunteers=1, waiting_for=""),
        m.Progress(job="j1", done=1, total=7, running=0, volunteers=0, waiting_for="volunteers"),
        m.ResultsReady(
            job="j1",
            results=(Result(0, Location(PART, 3, ROOT, ("v1",)), b"abc"), Result(1, Location(PART, 9, ROOT, ()))),
        ),
        m.Updates(job="j1", updates=(Update(3, 7, 0, b"\x00\xff"), Update(4, 7, 1, b""))),
        m.JobDone(job="j1"),
        m.JobFailed(job="j1", error="TaskError", reason="it raised", causes=(FAILURE,)),
        m.TaskOutput(job="j1", volunteer="v1", partition=0, stream="stdout", text="hello\n"),
        m.Jobs(request=4, jobs=(REPORT,)),
        m.Volunteers(volunteers=REPORT.volunteers, slots=2),
        m.Observation(now=250),
        OBSERVATION,
        m.Notebook(cells=(CELL,), next_node=12, next_request=3),
        m.CellsSaved(request=1),
        m.CellsSaved(request=2, refused="a cell of 300 KiB"),
        m.Invitation(link="http://127.0.0.1:9/join#t", title="words", message="two\nlines"),
        m.Invitation(link="", title=""),
    ],
    "FromOperator": [*EITHER, m.NewSwarm(request=1, title="7b")],
    "ToOperator": [
        *EITHER,
        m.Welcome(peer="o1", resume="", swarm=""),
        m.Refused(code="too_many", reason="no", request=1),
        m.SwarmMade(request=1, swarm="s1", driver_link="http://a/console#t", invite_link="http://a/join#t"),
        m.Swarms(swarms=(m.SwarmReport(id="s1", title="7b", volunteers=3, slots=4, drivers=1, jobs=2, finished=5),)),
    ],
}  # fmt: skip


def plain(value: object) -> Any:
    """A message as JSON can hold it, with bytes as `{"$bytes": hex}` and nothing that was left out put in."""
    return _spell(msgspec.msgpack.decode(msgspec.msgpack.encode(value), strict=False))


def _spell(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, dict):
        return {str(key): _spell(item) for key, item in value.items()}
    return [_spell(item) for item in value] if isinstance(value, list | tuple) else value


def message_vectors() -> list[dict[str, Any]]:
    found = [
        {
            "name": f"{direction} {type(message).__name__} {number}",
            "direction": direction,
            "hex": msgspec.msgpack.encode(message).hex(),
            "message": plain(message),
        }
        for direction, messages in GOOD.items()
        for number, message in enumerate(messages)
    ]
    bad = [(name, direction, msgspec.msgpack.encode(content)) for name, direction, content in BAD] + BAD_BYTES
    return found + [
        {"name": name, "direction": direction, "hex": content.hex(), "message": None}
        for name, direction, content in bad
    ]


def frame_vectors() -> list[dict[str, Any]]:
    found = [
        {
            "name": name,
            "type": int(kind),
            "stream": stream,
            "hex": blocks.frame(kind, stream, body).hex(),
            "body": plain(said),
        }
        for name, kind, stream, body, said in FRAMES
    ]
    return found + [{"name": name, "hex": content.hex(), "body": None} for name, content in BAD_FRAMES]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, vectors in (("messages", message_vectors()), ("frames", frame_vectors())):
        lines = ",\n".join(json.dumps(vector, ensure_ascii=True) for vector in vectors)
        (FOLDER / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The console's Python in Pyodide, where cells wait by promise integration. The coordinator is a script."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.pyodide.in_pyodide import ROOT

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import Location, Result
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.shipping.records import RecordWriter
from tabswarm.wire.messages import Accepted, JobDone, Message, ResultsReady, Submit, Welcome
from webbuild.node import environment_with_node, node_command
from webbuild.tab_python import build_console_wheel, build_tab_wheel
from webbuild.wheels import COMPLETION, fetch_wheels


def packed(message: Message) -> dict[str, str]:
    return {"bytes": base64.b64encode(msgspec.msgpack.encode(message)).decode()}


def answers(request: int, records: list[int]) -> list[list[object]]:
    """What the coordinator says of a job of one partition that gives these records."""
    writer = RecordWriter(compress=False)
    writer.write_batch(records)
    block = writer.finish()
    name = BlockId("a1", BlockKind.PARTITION, 1000, 0, 0)
    location = Location(name, len(block), root_hash(segment_hash(block)), ("p1",))
    told: list[Message] = [
        Accepted(request=request, job="j1", total=1),
        ResultsReady(job="j1", results=(Result(0, location, block),)),
        JobDone(job="j1"),
    ]
    return [["message", packed(message)] for message in told]


CELL = """\
import time
print("before")
time.sleep(0.01)
answer = sc.parallelize([1, 2], 1).map(lambda n: n + 1).collect()
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    scratch = tmp_path_factory.mktemp("wheels")
    wheels: list[Path] = [
        *fetch_wheels(ROOT / "web"),
        build_tab_wheel(ROOT, scratch),
        build_console_wheel(ROOT, scratch),
    ]
    orders: list[list[object]] = [
        ["open", packed(Welcome(peer="d", resume="s", swarm="w", application="a1")), 1000],
        ["run", "c1", "cell 1", CELL, "[]", 1],
        ["until", "say"],  # the job's submission, while the cell waits
        *answers(1000, [2, 3]),
        ["until", "done", "c1"],
        ["run", "c2", "cell 2", "import asyncio\nawait asyncio.sleep(0)\nanswer", "[]", 0],
        ["until", "done", "c2"],
        ["run", "c3", "cell 3", "x = 1\nsc.range(3, numSlices=1).collect()", "[]", 0],
        ["until", "waiting", "c3"],
        ["interrupt"],
        ["until", "done", "c3"],
        ["run", "c4", "cell 4", "import js", "[]", 0],
        ["until", "done", "c4"],
        ["complete", 9, "sc.paralle", 10],
        ["until", "completions"],
    ]
    completion = [str(wheel) for wheel in fetch_wheels(ROOT / "web", COMPLETION)]
    setup = json.dumps({"wheels": [str(wheel) for wheel in wheels], "completion": completion, "orders": orders})
    starter = str(Path(__file__).with_name("console_in_pyodide.mjs"))
    # Browsers have the promise integration since Chrome 137 and Firefox 139; Node 24 has it behind a flag.
    command = [*node_command(), "--experimental-wasm-jspi", starter, str(ROOT / "web/node_modules/pyodide"), setup]
    done = subprocess.run(
        command, env=environment_with_node(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def events(told: dict[str, Any], cell: str) -> list[dict[str, Any]]:
    return [json.loads(said[2]) for said in told["said"] if said[0] == "event" and said[1] == cell]


def test_a_cell_waits_for_its_job_while_messages_come_in(told: dict[str, Any]) -> None:
    message = next(said[1] for said in told["said"] if said[0] == "say")
    submit = msgspec.msgpack.decode(base64.b64decode(message), type=Submit)
    assert submit.keep and submit.request == 1000
    assert [event["is"] for event in events(told, "c1")] == ["stream", "job"]
    assert ["waiting", "c1", '["j1"]'] in told["said"] or ["waiting", "c1", "[]"] in told["said"]
    assert ["done", "c1", "done", 1] in told["said"]


def test_await_works_and_the_last_value_is_shown(told: dict[str, Any]) -> None:
    (shown,) = events(told, "c2")
    assert shown["data"] == {"text/plain": "[2, 3]"}


def test_an_interrupt_is_heard_while_a_cell_waits(told: dict[str, Any]) -> None:
    error = events(told, "c3")[-1]["error"]
    assert (error["type"], error["line"]) == ("KeyboardInterrupt", 2)
    assert [said[2] for said in told["said"] if said[:2] == ["done", "c3"]] == ["stopped"]


def test_the_ways_into_javascript_are_shut(told: dict[str, Any]) -> None:
    error = events(told, "c4")[-1]["error"]
    assert error["type"] == "ModuleNotFoundError" and "cannot be imported in a cell" in error["message"]


def test_completion_runs_in_a_tab(told: dict[str, Any]) -> None:
    (found,) = [json.loads(said[2]) for said in told["said"] if said[0] == "completions"]
    assert [each["label"] for each in found] == ["parallelize"]

"""The driver is killed, or leaves its job to the swarm: other processes bring the results back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from tests.end_to_end.swarm import PATIENCE, TABSWARM, Swarm, wait_until

from tabswarm import Context, UnknownApplication

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

SCRIPT = dedent("""
    import os, time
    from operator import add
    from tabswarm import Context

    gate = os.path.abspath("gate")

    def slowly(n):
        while n >= 20 and not os.path.exists(gate):
            time.sleep(0.01)
        return n % 3, n

    with Context() as sc:
        print("application", sc.applicationId, flush=True)
        numbers = sc.parallelize(range(60), 30).map(slowly)
        print(sorted(numbers.reduceByKey(add, 2).collect()))
""")
SUMS = [(0, sum(range(0, 60, 3))), (1, sum(range(1, 60, 3))), (2, sum(range(2, 60, 3)))]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def call(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*TABSWARM, *arguments], capture_output=True, text=True, timeout=PATIENCE, cwd=cwd)


def attach(application: str, master: str) -> dict[str, Any]:
    done = call("attach", application, "--master", master, "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


async def test_a_driver_killed_in_mid_job_is_not_missed(swarm: Swarm, tmp_path: Path) -> None:
    swarm.add_worker(slots=2)
    await swarm.wait_for(lambda volunteers: len(volunteers) == 1)
    (tmp_path / "job.py").write_text(SCRIPT)
    with subprocess.Popen(
        [sys.executable, "job.py"],
        cwd=tmp_path,
        env=os.environ | {"TABSWARM_MASTER": swarm.driver_link},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as driver:
        assert driver.stdout is not None
        application = driver.stdout.readline().split()[-1]
        await wait_until(swarm.jobs, lambda jobs: bool(jobs) and jobs[0]["done"] >= 3)
        driver.send_signal(signal.SIGKILL)
    assert (await swarm.jobs())[0]["state"] == "running"
    (tmp_path / "gate").touch()
    told = attach(application, swarm.driver_link)
    (job,) = told["jobs"]
    assert sorted(job["result"]) == [list(pair) for pair in SUMS]
    assert all(node["first"] == node["partitions"] and node["recomputed"] == 0 for node in job["nodes"])
    link = swarm.driver_link
    with Context.attach(application, link) as first, Context.attach(application, link) as second:
        assert sorted(first.result()) == sorted(second.result()) == SUMS
    (job,) = await swarm.jobs()
    assert all(node["recomputed"] == 0 for node in job["nodes"])


async def test_detach_returns_while_the_job_runs_and_attach_shows_output_and_results(
    swarm: Swarm, tmp_path: Path
) -> None:
    (tmp_path / "job.py").write_text(SCRIPT)
    (tmp_path / "gate").touch()
    done = call("run", "--detach", str(tmp_path / "job.py"), "--master", swarm.driver_link, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    application = done.stdout.strip()
    (job,) = await swarm.jobs()  # nobody could run it yet, so the command did not wait for it
    assert (job["state"], job["application"], job["waiting_for"]) == ("running", application, "volunteers")
    swarm.add_worker(slots=2)
    told = attach(application, swarm.driver_link)
    assert sorted(told["jobs"][0]["result"]) == [list(pair) for pair in SUMS]
    # The script itself was not disturbed, and ends in its own time.
    output = next((tmp_path / "state").glob("tabswarm/runs/*/output.txt"))

    async def printed() -> str:
        return output.read_text()

    said = await wait_until(printed, lambda text: str(SUMS) in text)
    assert (said.splitlines()[0], said.splitlines()[-1]) == (f"application {application}", str(SUMS))
    shown = call("attach", application, "--master", swarm.driver_link)
    assert shown.returncode == 0, shown.stderr
    assert str(SUMS) in shown.stdout and "collect at" in shown.stdout and "done" in shown.stdout


LEAVING = dedent("""
    import atexit, os, random, threading, time
    from tabswarm import Context

    gate = os.path.abspath("gate")

    def slowly(data):
        while not os.path.exists(gate):
            time.sleep(0.01)
        return len(data)

    sc = Context()
    blocks = [random.Random(n).randbytes(30_000) for n in range(12)]  # too large to stand in the plan
    lengths = sc.parallelize(blocks, 12).map(slowly)
    def wait():
        try:
            lengths.sum()
        except Exception as error:
            print(type(error).__name__, error)

    threading.Thread(target=wait, daemon=True).start()
    atexit.register(print, "left", flush=True)
    while not os.path.exists("accepted"):
        time.sleep(0.01)
""")


@pytest.mark.parametrize("last_line", ["sc.stop()", "", "raise SystemExit(1)"])
async def test_data_that_only_the_driver_had_is_copied_when_it_leaves_in_good_order(
    swarm: Swarm, tmp_path: Path, last_line: str
) -> None:
    for name in ("one", "two"):
        swarm.add_worker(slots=1, name=name)
    await swarm.wait_for(lambda volunteers: len(volunteers) == 2)
    (tmp_path / "job.py").write_text(LEAVING + last_line)
    done = call("run", "--detach", str(tmp_path / "job.py"), "--master", swarm.driver_link, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "accepted").touch()
    output = next((tmp_path / "state").glob("tabswarm/runs/*/output.txt"))

    async def printed() -> str:
        return output.read_text()

    said = await wait_until(printed, lambda text: "left" in text)
    assert "Traceback" not in said
    assert (await swarm.jobs())[0]["state"] == "running"
    (tmp_path / "gate").touch()
    (job,) = attach(done.stdout.strip(), swarm.driver_link)["jobs"]
    assert job["result"] == 12 * 30_000
    assert all(node["recomputed"] == 0 for node in job["nodes"])


async def test_a_detached_script_that_ends_early_is_said_with_its_output(swarm: Swarm, tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text("from tabswarm import Context\nContext()\nraise KeyError('my own mistake')\n")
    done = call("run", "--detach", str(tmp_path / "job.py"), "--master", swarm.driver_link)
    assert (done.returncode, done.stdout) == (1, "")
    assert "my own mistake" in done.stderr and "before any job" in done.stderr


async def test_what_cannot_be_attached_to_is_said_in_a_line(swarm: Swarm, tmp_path: Path) -> None:
    unknown = call("attach", "a0", "--master", swarm.driver_link)
    assert unknown.returncode == 1
    assert "no application 'a0'" in unknown.stderr and len(unknown.stderr.strip().splitlines()) == 1
    (tmp_path / "job.py").write_text(SCRIPT)
    local = call("run", "--detach", str(tmp_path / "job.py"), "--master", "local[1]")
    assert local.returncode == 1 and "driver link" in local.stderr
    with pytest.raises(UnknownApplication):
        Context.attach("a0", swarm.driver_link)

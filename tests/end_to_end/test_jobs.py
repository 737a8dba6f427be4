"""The same programs in `local[2]` and on a swarm of Chromium, Firefox and native volunteers, with the ledger seen."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import pytest_asyncio
from tests.end_to_end.programs import PROGRAMS
from tests.end_to_end.swarm import Swarm

from tabswarm import Context
from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mixed_swarm(shared_swarm: Swarm, chromium: Browser, firefox: Browser) -> Swarm:
    """Two Chromium tabs, a Firefox tab and a native worker."""
    shared_swarm.add_worker(slots=1)
    await shared_swarm.wait_for(lambda volunteers: len(volunteers) == 1)
    for browser in (chromium, chromium, firefox):
        await shared_swarm.add_tab(browser)
    return shared_swarm


@pytest.mark.parametrize("name", PROGRAMS)
async def test_a_program_gives_plain_pythons_answer_in_local_mode(name: str) -> None:
    program, plain = PROGRAMS[name]

    def drive() -> Any:
        with Context("local[2]") as sc:
            return program(sc)

    assert await asyncio.to_thread(drive) == plain()


@pytest.mark.parametrize("name", PROGRAMS)
async def test_a_program_gives_plain_pythons_answer_on_tabs_and_a_native_worker_together(
    name: str, mixed_swarm: Swarm
) -> None:
    program, plain = PROGRAMS[name]

    def drive() -> tuple[str, Any]:
        with Context(mixed_swarm.driver_link) as sc:
            return sc.applicationId, program(sc)

    application, answer = await asyncio.to_thread(drive)
    assert answer == plain()
    jobs = [job for job in await mixed_swarm.jobs() if job["application"] == application]
    assert jobs and all(job["state"] == "done" for job in jobs)
    runs: dict[int, int] = {}
    for job in jobs:
        for node in job["nodes"]:
            assert node["recomputed"] == 0, f"{name}: {node['name']} was recomputed with nobody gone"
            assert node["first"] + node["speculative"] <= node["partitions"]
            runs[node["id"]] = runs.get(node["id"], 0) + node["first"]
            assert sum(node["runs"].values()) == node["first"] + node["speculative"]
    if name == "cached and used twice":
        cached = {node["id"]: node for job in jobs for node in job["nodes"] if node["name"] == "map"}
        assert all(runs[node] == cached[node]["partitions"] for node in cached)


async def test_every_volunteer_of_the_mixed_swarm_took_part(mixed_swarm: Swarm) -> None:
    def drive() -> int:
        with Context(mixed_swarm.driver_link) as sc:
            return sc.range(80, numSlices=80).map(lambda n: sum(range(3_000_000))).count()

    assert await asyncio.to_thread(drive) == 80
    job = (await mixed_swarm.jobs())[-1]
    assert {volunteer["kind"] for volunteer in job["volunteers"]} == {"tab", "native"}
    assert len(job["volunteers"]) == 4


async def test_a_node_that_no_target_needs_never_runs(mixed_swarm: Swarm) -> None:
    def drive() -> tuple[str, list[int]]:
        with Context(mixed_swarm.driver_link) as sc:
            numbers = sc.parallelize(range(40), 4)
            numbers.map(lambda n: 1 / 0)
            return sc.applicationId, numbers.union(sc.parallelize([1], 1)).take(3)

    application, taken = await asyncio.to_thread(drive)
    assert taken == [0, 1, 2]
    jobs = [job for job in await mixed_swarm.jobs() if job["application"] == application]
    needed = [node for job in jobs for node in job["nodes"] if node["name"] == "parallelize"]
    assert sum(node["first"] for node in needed) == 1
    assert not any(node["name"] == "map" for job in jobs for node in job["nodes"])

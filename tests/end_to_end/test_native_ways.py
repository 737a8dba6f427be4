"""How native processes get each other's blocks: by files, over TLS, and through the relay where neither is to be had.

A worker that gets a temporary folder of its own shares none with anybody, as if it ran on another host.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.swarm import Swarm, wait_until

from tabswarm import Context
from tabswarm.browsers import Browser
from tabswarm.ids import BlockId, BlockKind
from tabswarm.transport.block_port import BlockPort, StreamConnection
from tabswarm.transport.connection import Connection
from tabswarm.transport.exchange import Exchange, Served
from tabswarm.transport.links import parse_link
from tabswarm.transport.neighbours import Place
from tabswarm.transport.websocket import WebSocketDoor
from tabswarm.wire.messages import Welcome
from tabswarm.worker.native import NativeVolunteer
from tabswarm.worker.native.block_store import BlockStore

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

KEYS, RECORDS, PARTITIONS = 6, 400, 8


def noise(n: int) -> tuple[int, bytes]:
    """A few KiB that cannot be compressed, of which block bytes can be counted."""
    import hashlib

    return n % KEYS, b"".join(hashlib.sha256(b"%d %d" % (n, i)).digest() for i in range(100))


EXPECTED = [(key, sorted(noise(n)[1] for n in range(key, RECORDS, KEYS))) for key in range(KEYS)]
BYTES = RECORDS * 3200


def drive(link: str, partitions: int = PARTITIONS, reducers: int = 5) -> Any:
    with Context(link) as sc:
        records = sc.range(RECORDS, numSlices=partitions).map(noise)
        return sorted(records.groupByKey(reducers).mapValues(sorted).collect())


async def moved(swarm: Swarm, enough: Callable[[dict[str, int]], bool]) -> dict[str, int]:
    """The bytes of the only job, once as many are told as there must be: they are told once a second."""
    jobs = await wait_until(swarm.jobs, lambda jobs: enough(jobs[-1]["bytes"]))
    assert jobs[-1]["state"] == "done"
    told: dict[str, int] = jobs[-1]["bytes"]
    return told


def own_temporary_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))


async def add_workers(swarm: Swarm, monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str) -> Sequence[Any]:
    """Two workers that seem to be on two hosts."""
    workers: list[Any] = []
    for name in ("one", "other"):
        own_temporary_folder(monkeypatch, folder / name)
        workers.append(swarm.start("worker", swarm.invite_link, "--slots", "1", "--name", name, *arguments))
    monkeypatch.delenv("TMPDIR")
    await swarm.wait_for(lambda volunteers: len(volunteers) == 2)
    return workers


async def test_processes_of_one_host_share_files(swarm: Swarm) -> None:
    swarm.add_worker(name="one")
    swarm.add_worker(name="other")
    await swarm.wait_for(lambda volunteers: len(volunteers) == 2)
    assert await asyncio.to_thread(drive, swarm.driver_link) == EXPECTED
    told = await moved(swarm, lambda told: told["direct"] > BYTES)  # the results, and a part of the shuffle
    assert told["relayed"] == 0


async def test_native_hosts_fetch_over_tls(swarm: Swarm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    await add_workers(swarm, monkeypatch, tmp_path)
    assert await asyncio.to_thread(drive, swarm.driver_link) == EXPECTED
    told = await moved(swarm, lambda told: told["direct"] > BYTES)
    assert told["relayed"] == 0


@pytest.mark.parametrize("arguments", [("--block-port", "off", "--no-webrtc"), ("--relay-only",)], ids=" ".join)
async def test_without_a_port_the_relay_carries_all(
    swarm: Swarm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    await add_workers(swarm, monkeypatch, tmp_path, *arguments)
    assert await asyncio.to_thread(drive, swarm.driver_link) == EXPECTED
    told = await moved(swarm, lambda told: told["relayed"] > BYTES)
    assert told["direct"] == 0


async def test_a_holder_killed_in_mid_job_leaves_the_answer_exact(
    swarm: Swarm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    victim, _ = await add_workers(swarm, monkeypatch, tmp_path)
    answer = asyncio.create_task(asyncio.to_thread(drive, swarm.driver_link))

    def under_way(jobs: list[dict[str, Any]]) -> bool:
        return bool(jobs) and jobs[-1]["done"] >= PARTITIONS // 2 and len(jobs[-1]["volunteers"]) == 2

    await wait_until(swarm.jobs_now, under_way)
    victim.kill()
    assert await answer == EXPECTED


class Elsewhere(NativeVolunteer):
    """A volunteer of this process whose port is not where it says."""

    async def _open_port(self, connection: Connection) -> BlockPort:
        port = await super()._open_port(connection)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port.address = f"127.0.0.1:{free.getsockname()[1]}"
        return port


class Liar(NativeVolunteer):
    """A volunteer of this process whose port serves other bytes than it committed."""

    lies = 0

    async def _open_port(self, connection: Connection) -> BlockPort:
        port = _LyingPort(self)
        await port.listen("127.0.0.1")
        return port


class _LyingPort(BlockPort):
    def __init__(self, liar: Liar) -> None:
        super().__init__()
        self.liar = liar

    async def _serve_blocks(self, connection: StreamConnection) -> None:
        await connection.send(b"")
        line = Exchange(connection, self._lie, passes=self.passes, direct=True)
        try:
            await line.wait_lost()
        finally:
            await line.close()

    async def _lie(self, block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        served = await self.lookup(block, segments)
        if served is None:
            return None
        self.liar.lies += 1
        data = bytearray(b"".join(served.chunks))
        data[0] ^= 1
        return Served(served.sizes, served.hashes, [bytes(data)])


class Rotten(NativeVolunteer):
    """A volunteer of this process that serves damaged bytes of whatever result it holds, by every way."""

    lies = 0

    async def _open_store(self, welcome: Welcome) -> BlockStore:
        store = await super()._open_store(welcome)
        honest_look_up, honest_place = store.look_up, store.place

        async def look_up(block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
            served = await honest_look_up(block, segments)
            if served is None or block.kind is not BlockKind.PARTITION:
                return served
            self.lies += 1
            data = bytearray(b"".join(served.chunks))
            data[-1] ^= 1
            return Served(served.sizes, served.hashes, [bytes(data)])

        async def place(block: BlockId, segment: int, where: str) -> Place | None:
            return None if block.kind is BlockKind.PARTITION else await honest_place(block, segment, where)

        vars(store).update(look_up=look_up, place=place)
        return store


@contextlib.asynccontextmanager
async def joined(swarm: Swarm, kind: type[NativeVolunteer], *, webrtc: bool = False) -> AsyncIterator[NativeVolunteer]:
    link = parse_link(swarm.invite_link)
    volunteer = kind(WebSocketDoor(link), link.token, slots=1, name="here", webrtc=webrtc)
    running = asyncio.create_task(volunteer.run())
    await swarm.wait_for(lambda volunteers: len(volunteers) == 2)
    try:
        yield volunteer
    finally:
        volunteer.stop()
        await running


async def test_a_port_that_nobody_listens_on_costs_time_and_no_task(
    swarm: Swarm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_temporary_folder(monkeypatch, tmp_path / "other")
    swarm.add_worker(name="other")
    monkeypatch.delenv("TMPDIR")
    async with joined(swarm, Elsewhere):
        assert await asyncio.to_thread(drive, swarm.driver_link) == EXPECTED
        told = await moved(swarm, lambda told: told["relayed"] > 0)
        assert told["direct"] > 0, "the other one's port is where it says"
        (job,) = await swarm.jobs()
        assert sum(node["recomputed"] for node in job["nodes"]) == 0


async def test_wrong_bytes_from_a_port_are_refused_and_the_answer_is_exact(
    swarm: Swarm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_temporary_folder(monkeypatch, tmp_path / "other")
    swarm.add_worker(name="other")
    monkeypatch.delenv("TMPDIR")
    async with joined(swarm, Liar) as liar:
        assert isinstance(liar, Liar)
        assert await asyncio.to_thread(drive, swarm.driver_link) == EXPECTED
        assert liar.lies > 0


async def test_damaged_results_are_told_of_and_computed_by_somebody_else(
    swarm: Swarm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_temporary_folder(monkeypatch, tmp_path / "other")
    swarm.add_worker(name="other")
    monkeypatch.delenv("TMPDIR")
    async with joined(swarm, Rotten) as rotten:
        assert isinstance(rotten, Rotten)
        assert await asyncio.to_thread(drive, swarm.driver_link) == EXPECTED
        assert rotten.lies > 0
        (job,) = await swarm.jobs()
        assert sum(node["recomputed"] for node in job["nodes"]) > 0


async def test_a_tab_a_native_worker_and_the_driver_go_direct_to_one_another(
    swarm: Swarm, chromium: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_temporary_folder(monkeypatch, tmp_path / "other")
    swarm.add_worker(name="other")
    monkeypatch.delenv("TMPDIR")
    await swarm.wait_for(lambda volunteers: len(volunteers) == 1)
    await swarm.add_tab(chromium)
    assert await asyncio.to_thread(drive, swarm.driver_link) == EXPECTED
    told = await moved(swarm, lambda told: told["direct"] > BYTES)
    assert told["relayed"] == 0, told
    (job,) = await swarm.jobs()
    assert {volunteer["kind"] for volunteer in job["volunteers"]} == {"tab", "native"}


async def test_chromium_firefox_and_a_native_worker_fetch_from_each_other_and_each_pair_directly(
    swarm: Swarm, chromium: Browser, firefox: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_temporary_folder(monkeypatch, tmp_path / "other")
    swarm.add_worker(name="native")
    monkeypatch.delenv("TMPDIR")
    await swarm.wait_for(lambda volunteers: len(volunteers) == 1)
    for browser in (chromium, firefox):
        await swarm.add_tab(browser)
    await swarm.warm_up()
    assert await asyncio.to_thread(drive, swarm.driver_link, 3 * PARTITIONS, 12) == EXPECTED
    told = await moved(swarm, lambda told: told["direct"] > BYTES)
    # Each of the three made map outputs and read those of the two others, and nothing went through the coordinator.
    assert told["relayed"] == 0, told
    nodes = {node["name"]: node for node in (await swarm.jobs())[-1]["nodes"]}
    assert len(nodes["map"]["runs"]) == len(nodes["groupByKey"]["runs"]) == 3, nodes

"""A real driver and a real coordinator with a proxy between them, which cuts every connection while a job is under way
and lets nobody through for a moment, as a change of the Wi-Fi does."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.end_to_end.swarm import Swarm, wait_until

from tabswarm import Context
from tabswarm.transport.links import parse_link

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

PARTITIONS = 12


class Proxy:
    """Passes bytes on, both ways, until it is told to `cut`."""

    def __init__(self, listening: socket.socket, port: int) -> None:
        self.cuts = 0
        self.through = True
        self._listening = listening
        self._port = port
        self._passing: set[asyncio.Task[None]] = set()

    async def serve(self) -> asyncio.Server:
        return await asyncio.start_server(self._welcome, sock=self._listening)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if not self.through:
            writer.transport.abort()
            return
        self._passing.add(task)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(reader, far_writer))
                both.create_task(self._pass_on(far_reader, writer))
        except* (OSError, EOFError):
            pass
        finally:
            self._passing.discard(task)
            for end in (writer, far_writer):
                end.transport.abort()

    @staticmethod
    async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        raise EOFError

    async def cut(self, seconds: float) -> None:
        """Break all connections without a word, and let none through for so long."""
        self.cuts += 1
        self.through = False
        for task in list(self._passing):
            task.cancel()
        await asyncio.sleep(seconds)
        self.through = True


@contextlib.asynccontextmanager
async def proxied() -> AsyncIterator[tuple[Swarm, Proxy, str]]:
    """A swarm whose links lead through a proxy, and the invite link that does not."""
    with socket.socket() as listening, socket.socket() as free:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        swarm = Swarm("--port", str(port), "--public-url", f"http://127.0.0.1:{listening.getsockname()[1]}")
        proxy = Proxy(listening, port)
        server = await proxy.serve()
        try:
            yield swarm, proxy, f"http://127.0.0.1:{port}/join#{parse_link(swarm.invite_link).token}"
        finally:
            swarm.stop()
            server.close()


def drive(link: str) -> Any:
    def slowly(n: int) -> tuple[int, bytes]:
        import random
        import time

        time.sleep(0.25)
        return n % 3, random.Random(n).randbytes(30_000)

    with Context(link) as sc:
        records = sc.parallelize(list(range(PARTITIONS)), PARTITIONS).map(slowly)
        sizes = records.groupByKey(3).mapValues(lambda values: len(b"".join(values)))
        pieces = records.values().map(len).collect()
        return sorted(sizes.collect()), pieces


async def test_a_driver_whose_connections_are_cut_again_and_again_gets_its_answer() -> None:
    async with proxied() as (swarm, proxy, invite):
        swarm.start("worker", invite, "--slots", "2")
        await swarm.wait_for(lambda volunteers: len(volunteers) == 1)
        answer = asyncio.create_task(asyncio.to_thread(drive, swarm.driver_link))
        for done in (2, 6, 14):

            def under_way(jobs: list[dict[str, Any]], done: int = done) -> bool:
                return answer.done() or sum(job["done"] for job in jobs) >= done

            await wait_until(swarm.jobs_now, under_way)
            await proxy.cut(0.5)
        assert await answer == ([(key, 4 * 30_000) for key in range(3)], [30_000] * PARTITIONS)
        assert proxy.cuts == 3
        for job in await swarm.jobs():
            assert job["state"] == "done"
            assert all(node["recomputed"] == 0 for node in job["nodes"]), job

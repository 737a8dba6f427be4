"""An evil volunteer that is connected to another one asks it for blocks of an application that it does not work for."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.swarm import Swarm
from tests.end_to_end.test_native_ways import joined, own_temporary_folder

from tabswarm import Context
from tabswarm.browsers import Browser
from tabswarm.driver.swarm_engine import SwarmEngine
from tabswarm.ids import BlockId, BlockKind
from tabswarm.transport.exchange import Exchange, Fetch, FetchBroken
from tabswarm.transport.passes import Passes
from tabswarm.transport.routes import Routes
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import Wanted
from tabswarm.worker.native import NativeVolunteer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

GUESSES = range(1, 12)
"""Generations of a block: its id is no secret, and counts attempts."""


class Evil(NativeVolunteer):
    """A volunteer of this process that works as it should, and then looks round."""

    routes: Routes
    passes: Passes

    async def _receive(self, session: Any, runner: Any, sources: Any, routes: Routes, *others: Any) -> None:
        self.routes, self.passes = routes, self._passes
        await super()._receive(session, runner, sources, routes, *others)


def work(link: str) -> None:
    """The evil one's own application, in which it and the other volunteer have to meet."""

    def pair(n: int) -> tuple[int, bytes]:
        import random

        return n % 4, random.Random(n).randbytes(20_000)

    with Context(link) as sc:
        for _ in range(3):
            assert sc.range(24, numSlices=8).map(pair).groupByKey(4).mapValues(len).values().sum() == 24


async def ask(fetch: Fetch, holder: str, secret: BlockId) -> list[str]:
    """What a holder answers to each guess: the code of a refusal, or `served`."""
    answers = []
    for generation in GUESSES:
        guess = BlockId(secret.application, secret.kind, secret.node, secret.partition, generation)
        try:
            await fetch(holder, [Ask(Wanted(guess), 1 << 20)])
            answers.append("served")
        except FetchBroken as refused:
            answers.append(refused.code)
    return answers


async def look_round(swarm: Swarm, holder: str) -> None:
    """The blocks of an application are with `holder`, and an evil volunteer comes."""
    with await asyncio.to_thread(Context, swarm.driver_link) as victim:
        kept = victim.range(2, numSlices=1).map(lambda n: "secret" * 5_000).cache()
        assert await asyncio.to_thread(kept.count) == 2
        secret = BlockId(victim.applicationId, BlockKind.PARTITION, kept._id, 0, 0)
        async with joined(swarm, Evil, webrtc=True) as evil:
            assert isinstance(evil, Evil)
            await asyncio.to_thread(work, swarm.driver_link)
            line = evil.routes._standings[holder].line
            assert isinstance(line, Exchange) and line.lost is None, "they never met"
            assert set(await ask(line.fetch, holder, secret)) == {"not_allowed"}
            assert set(await ask(evil.routes._relay, holder, secret)) == {"not_allowed"}

            # The control: with the pass it would have been served, so the guesses were good ones.
            assert isinstance(victim._engine, SwarmEngine)
            for application, word in victim._engine._passes.of([victim.applicationId]).items():
                evil.passes.learn(application, word)
            assert "served" in await ask(line.fetch, holder, secret)
            assert set(await ask(evil.routes._relay, holder, secret)) == {"not_allowed"}, "the relay asks the scheduler"


async def test_over_tls_a_native_worker_serves_nobody_without_a_pass(
    swarm: Swarm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_temporary_folder(monkeypatch, tmp_path / "other")
    swarm.add_worker(name="other")
    monkeypatch.delenv("TMPDIR")
    (holder,) = await swarm.wait_for(lambda volunteers: len(volunteers) == 1)
    await look_round(swarm, holder["id"])


async def test_over_a_data_channel_a_tab_serves_nobody_without_a_pass(swarm: Swarm, chromium: Browser) -> None:
    _, holder = await swarm.add_known_tab(chromium)
    await look_round(swarm, holder)

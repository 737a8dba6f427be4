"""How results come to the driver: from which holder, what of it is believed, and what the coordinator is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from tabswarm.driver import result_fetcher
from tabswarm.driver.result_fetcher import ResultFetcher
from tabswarm.driver.swarm_job import SwarmJob
from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.lineage import Plan
from tabswarm.plan.location import Location, Result
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.exchange import FetchBroken, FetchedBlock
from tabswarm.transport.neighbours import Neighbourhood
from tabswarm.transport.routes import Routes
from tabswarm.transport.transfers import Ask
from tabswarm.wire.driver_messages import ResultMissing

GOOD = b"good"
Serve = Callable[[str, BlockId], "bytes | str"]


class Nobody:
    """The wire of a job that needs none."""

    def cancel(self, job: SwarmJob) -> None:
        pass

    def done_with(self, job: SwarmJob) -> None:
        pass

    def has_room(self, job: SwarmJob) -> None:
        pass


class Relay:
    """A relay as fetches see it: `serve` gives a block's bytes or the code of a refusal; like the real one it refuses
    the whole of a request in which one block was not ordered."""

    def __init__(self, serve: Serve) -> None:
        self.serve = serve
        self.requests: list[tuple[str, int]] = []

    async def fetch(self, holder: str, asks: Sequence[Ask]) -> list[FetchedBlock]:
        self.requests.append((holder, len(asks)))
        got: list[FetchedBlock] = []
        answers = [self.serve(holder, ask.wanted.block) for ask in asks]
        if "lost" in answers:
            raise ConnectionLost
        if "not_allowed" in answers:
            self.refuse("not_allowed", asks[0], holder, got)
        for ask, answer in zip(asks, answers):
            if isinstance(answer, str):
                self.refuse(answer, ask, holder, got)
            else:
                got.append(FetchedBlock(ask.wanted.block, None, (len(answer),), segment_hash(answer), answer))
        return got

    @staticmethod
    def refuse(code: str, ask: Ask, holder: str, got: list[FetchedBlock]) -> None:
        raise FetchBroken(code, holder=holder, block=ask.wanted.block, code=code, got=got, corrupt=code == "broken")


class Here:
    """A fetcher with one job, and what it told the coordinator."""

    def __init__(self, serve: Serve, partitions: int = 1) -> None:
        self.relay = Relay(serve)
        self.said: list[ResultMissing] = []
        self.heard = asyncio.Event()
        self.fetcher = ResultFetcher(Routes(self.relay.fetch), Neighbourhood(), lambda size: None, self._say)
        plan = Plan(application="a", nodes=(), target=1, partitions=tuple(range(partitions)))
        self.job = SwarmJob(1, plan, Nobody(), 1000)
        self.job.on_accepted("j1", partitions)
        self.arriving = self.job.results(in_order=False)

    def _say(self, message: ResultMissing) -> None:
        self.said.append(message)
        self.heard.set()

    def announce(self, *holders: str, partitions: int = 1, generation: int = 1, inline: bytes | None = None) -> None:
        """The coordinator tells of so many targets, all with these holders."""
        results = [
            Result(partition, Location(block(partition, generation), 4, root_hash(segment_hash(GOOD)), holders), inline)
            for partition in range(partitions)
        ]
        self.fetcher.take(self.job, results)

    async def first(self, count: int) -> list[tuple[int, bytes]]:
        """The next so many that arrive."""
        return await asyncio.to_thread(lambda: [next(self.arriving) for _ in range(count)])

    async def blocks(self) -> list[tuple[int, bytes]]:
        return await asyncio.to_thread(list, self.job.results())


def block(partition: int, generation: int = 1) -> BlockId:
    return BlockId("a", BlockKind.PARTITION, 1, partition, generation)


async def test_a_holder_that_sends_other_bytes_is_not_believed_and_is_told_of() -> None:
    here = Here(lambda holder, _: GOOD if holder == "honest" else b"evil")
    here.announce("liar", "honest")
    assert await here.blocks() == [(0, GOOD)]
    assert here.relay.requests == [("liar", 1), ("honest", 1)]
    (said,) = here.said
    assert (said.job, said.block, said.holder, said.corrupt) == ("j1", block(0), "liar", True)
    assert "other bytes" in said.reason


@pytest.mark.parametrize("answer", [b"evil", "unavailable", "broken"], ids=["damaged", "lacking", "lying"])
async def test_a_target_that_its_only_holder_has_not_got_is_waited_for_until_it_was_computed_again(
    answer: bytes | str,
) -> None:
    here = Here(lambda holder, wanted: GOOD if wanted.generation == 2 else answer)
    here.announce("v1")
    async with asyncio.timeout(10):
        await here.heard.wait()
    assert [(said.holder, said.corrupt) for said in here.said] == [("v1", answer != "unavailable")]
    for _ in range(5):
        await asyncio.sleep(0)
    assert here.relay.requests == [("v1", 1)], "a holder that has not got it was asked again"
    here.announce("v2", generation=2)
    assert await here.blocks() == [(0, GOOD)]


async def test_other_bytes_inside_a_message_are_told_of() -> None:
    here = Here(lambda holder, _: GOOD)
    here.announce("v1", inline=b"evil")
    assert [(said.holder, said.corrupt) for said in here.said] == [("", True)]
    here.announce("v2", generation=2, inline=GOOD)
    assert await here.blocks() == [(0, GOOD)]
    assert here.relay.requests == []


async def test_one_block_that_is_not_to_be_had_does_not_take_the_batch_with_it() -> None:
    """A target moved while it was asked for: the relay refuses all sixteen, and each is asked for by itself."""
    stale = block(3)
    here = Here(lambda holder, wanted: "not_allowed" if wanted == stale else GOOD, partitions=16)
    here.announce("v1", partitions=16)
    others = await here.first(15)
    assert stale.partition not in dict(others)
    here.announce("v2", partitions=4, generation=2)
    assert await here.first(1) == [(stale.partition, GOOD)]
    assert here.said == []


async def test_what_stands_behind_a_missing_block_in_a_request_is_asked_for_again_without_blame() -> None:
    gone = block(1)
    here = Here(lambda holder, wanted: "unavailable" if wanted == gone else GOOD, partitions=3)
    here.announce("v1", partitions=3)
    assert sorted(await here.first(2)) == [(0, GOOD), (2, GOOD)]
    assert [said.block for said in here.said] == [gone]


@pytest.mark.parametrize("answer", ["gone", "slow", "limit", "lost"])
async def test_a_holder_out_of_reach_is_asked_again_and_told_of_only_after_a_while(
    answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_fetcher, "PAUSE", 0.0)
    answers = [answer] * 5
    here = Here(lambda holder, _: answers.pop() if answers else GOOD)
    here.announce("v1", "v2")
    assert await here.blocks() == [(0, GOOD)]
    assert here.said == []
    assert [holder for holder, _ in here.relay.requests] == ["v1", "v2", "v1", "v2", "v1", "v2"]


async def test_a_holder_that_stays_out_of_reach_is_told_of_and_the_job_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_fetcher, "PAUSE", 0.0)
    monkeypatch.setattr(result_fetcher, "PATIENCE", 0.0)
    here = Here(lambda holder, wanted: GOOD if wanted.generation == 2 else "slow")
    here.announce("v1")
    async with asyncio.timeout(10):
        await here.heard.wait()
    assert (here.said[0].holder, here.said[0].corrupt) == ("v1", False)
    here.announce("v2", generation=2)
    assert await here.blocks() == [(0, GOOD)]

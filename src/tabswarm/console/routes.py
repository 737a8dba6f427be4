"""Fetches results by the page, which has the relay and the lines to other tabs."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence

import msgspec

from tabswarm.console.host import JsBlocks, JsFailure, Page
from tabswarm.plan.location import Holder
from tabswarm.transport.exchange import FetchBroken, FetchedBlock
from tabswarm.transport.neighbours import Place
from tabswarm.transport.transfers import Ask

_Answer = tuple[list[FetchedBlock], JsFailure | None]


class PageRoutes:
    """`Routes` and `Neighbourhood` of a driver in a page: it has no neighbours on its machine."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._numbers = itertools.count(1)
        self._asked: dict[int, tuple[Sequence[Ask], asyncio.Future[_Answer]]] = {}

    async def fetch(self, holder: str, asks: Sequence[Ask]) -> list[FetchedBlock]:
        """Fetch all of `asks` from one holder. Raises `FetchBroken` with what had arrived."""
        number = next(self._numbers)
        answer: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        self._asked[number] = asks, answer
        orders = [{"block": msgspec.to_builtins(ask.wanted.block), "size": ask.ceiling} for ask in asks]
        try:
            self._page.fetch(number, holder, json.dumps(orders))
            got, failure = await answer
        finally:
            del self._asked[number]
        if failure is None and len(got) == len(asks):
            return got
        raise FetchBroken(
            failure.reason if failure is not None else f"{len(got)} of {len(asks)} blocks came",
            holder=holder,
            block=asks[min(len(got), len(asks) - 1)].wanted.block,
            code=failure.code if failure is not None else "",
            got=got,
            corrupt=failure is not None and failure.corrupt,
        )

    def fetched(self, number: int, blocks: JsBlocks, failure: JsFailure | None) -> None:
        """The page's answer."""
        asked = self._asked.get(number)
        if asked is None or asked[1].done():
            return
        asks, answer = asked
        got = [
            FetchedBlock(
                block=ask.wanted.block,
                segments=None,
                sizes=(len(data),),
                hashes=block.hashes.to_bytes(),
                data=data,
                direct=block.direct,
            )
            for ask, block, data in ((ask, block, block.data.to_bytes()) for ask, block in zip(asks, blocks))
        ]
        answer.set_result((got, failure))

    def card(self, peer: str) -> Holder | None:
        """How a peer can be reached: the page knows."""
        return None

    def reaches(self, holder: Holder | None) -> bool:
        """Whether it is a neighbour: never."""
        return False

    async def locate(self, holder: str, wanted: Sequence[object]) -> list[Place | None]:
        """Where a neighbour has blocks in its files: nowhere."""
        return [None for _ in wanted]

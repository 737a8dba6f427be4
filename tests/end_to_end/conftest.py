"""Browsers for the whole session, and a fresh swarm for each module."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from tests.end_to_end.swarm import Swarm

from tabswarm.browsers import Browser, launch


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with launch("chromium") as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def firefox() -> AsyncIterator[Browser]:
    async with launch("firefox") as browser:
        yield browser


@pytest.fixture
def swarm() -> Iterator[Swarm]:
    """An empty swarm of this test's own."""
    swarm = Swarm()
    yield swarm
    swarm.stop()


@pytest.fixture(scope="module")
def shared_swarm() -> Iterator[Swarm]:
    """One swarm for all tests of a module, which add to it what they need."""
    swarm = Swarm()
    yield swarm
    swarm.stop()

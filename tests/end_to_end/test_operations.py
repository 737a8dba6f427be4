"""The shared suite of operations in two Chromium tabs: one swarm and one context for all cases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.end_to_end.swarm import Swarm
from tests.operations.every_case import CASES

from tabswarm import Context, NoEligibleVolunteers
from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tabs(shared_swarm: Swarm, chromium: Browser) -> AsyncIterator[Context]:
    """A context on a swarm of two tabs."""
    for _ in range(2):
        await shared_swarm.add_tab(chromium)
    context = await asyncio.to_thread(Context, shared_swarm.driver_link)
    yield context
    await asyncio.to_thread(context.stop)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.needs_native])
async def test_an_operation_gives_plain_pythons_answer_in_two_tabs(name: str, tabs: Context) -> None:
    case = CASES[name]
    assert await asyncio.to_thread(case.program, tabs) == case.plain()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.needs_native])
async def test_what_no_tab_can_run_says_why(name: str, tabs: Context) -> None:
    with pytest.raises(NoEligibleVolunteers, match="no tab can"):
        await asyncio.to_thread(CASES[name].program, tabs)

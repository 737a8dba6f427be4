"""Operators make swarms, which share nothing, and see how many work in each."""

from __future__ import annotations

import pytest
from tests.coordinator.in_memory import hello, lost, place, until
from tests.coordinator.test_jobs_in_memory import submit, volunteers

from tabswarm.coordinator.bounds import Bounds
from tabswarm.errors import ConnectionRefused
from tabswarm.transport.links import Link
from tabswarm.transport.session import open_driver_session, open_volunteer_session
from tabswarm.wire import messages as m

ORIGIN = "http://127.0.0.1:9"


async def test_a_swarm_that_was_made_has_links_of_its_own_and_shares_nothing() -> None:
    async with place(origin=ORIGIN) as here:
        operator = await here.operator()
        await operator.send(m.NewSwarm(request=4, title="7b\u202e"))
        made = await until(operator, m.SwarmMade)
        assert made.request == 4 and made.swarm != here.swarm
        driver, invite = (link.partition("#") for link in (made.driver_link, made.invite_link))
        assert (driver[0], invite[0]) == (f"{ORIGIN}/console", f"{ORIGIN}/join")
        driving = await open_driver_session(await here.knock(), hello(driver[2], "driver", kind="library"))
        joined = await open_volunteer_session(await here.knock(), hello(invite[2], "volunteer"))
        assert driving.welcome.swarm == joined.welcome.swarm == made.swarm
        assert joined.welcome.title == "7b"
        assert (await until(driving, m.Volunteers)).slots == 0
        stranger = await here.driver()
        assert (await until(stranger, m.Volunteers)).volunteers == ()


async def test_an_operator_is_told_what_goes_on_and_no_link() -> None:
    async with place(Bounds(pulse_seconds=0.01), origin=ORIGIN) as here, volunteers(here, 2):
        operator = await here.operator()
        driver = await here.driver()
        await submit(driver)
        while True:
            (report,) = (await until(operator, m.Swarms)).swarms
            if (report.volunteers, report.drivers, report.finished) == (2, 1, 1):
                break
        assert (report.id, report.title, report.slots, report.jobs) == (here.swarm, "a test", 2, 0)


async def test_all_operators_hear_of_a_new_swarm() -> None:
    async with place(origin=ORIGIN) as here:
        maker, other = await here.operator(), await here.operator()
        await until(other, m.Swarms)
        await maker.send(m.NewSwarm(request=1, title="7b"))
        assert [swarm.title for swarm in (await until(other, m.Swarms)).swarms] == ["a test", "7b"]


async def test_there_are_at_most_so_many_swarms() -> None:
    async with place(Bounds(swarms=2), origin=ORIGIN) as here:
        operator = await here.operator()
        for request in (1, 2):
            await operator.send(m.NewSwarm(request=request, title=""))
        await until(operator, m.SwarmMade)
        refused = await until(operator, m.Refused)
        assert (refused.code, refused.request, "2 swarms" in refused.reason) == ("too_many", 2, True)


async def test_there_are_at_most_so_many_operators() -> None:
    async with place(Bounds(operators=1)) as here:
        await here.operator()
        with pytest.raises(ConnectionRefused, match="too many operators"):
            await here.operator()


@pytest.mark.parametrize("silence", [0.02])
async def test_a_silent_operator_is_let_go(silence: float) -> None:
    async with place(Bounds(pulse_seconds=0.01, silence_seconds=silence)) as here:
        operator = await here.operator()
        operator._connection.send = _swallow  # type: ignore[method-assign]  # its pongs do not arrive
        assert (await lost(operator.receive)).code == 4410


async def _swallow(data: bytes) -> None:
    pass


def test_an_operators_link_says_what_it_is_for() -> None:
    link = Link(ORIGIN, "operator", "0123456789abcdef")
    assert (str(link), link.role) == (f"{ORIGIN}/operator#0123456789abcdef", "operator")

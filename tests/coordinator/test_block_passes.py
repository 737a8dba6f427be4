"""Who is told an application's pass, and when: those who may have its blocks or will hold them, before they do."""

from __future__ import annotations

from tests.coordinator.in_memory import place, until
from tests.coordinator.test_jobs_in_memory import submit

from tabswarm.coordinator.block_passes import BlockPasses
from tabswarm.transport.session import Session
from tabswarm.wire.messages import Assign, Message, Pass, ToVolunteer


async def until_assigned(session: Session[ToVolunteer]) -> list[Message]:
    """All that a volunteer is told up to its first task."""
    told: list[Message] = []
    while not told or not isinstance(told[-1], Assign):
        told.append(await session.receive())
    return told


async def test_a_driver_is_told_its_own_applications_pass_and_no_other() -> None:
    async with place() as here:
        one, other = await here.driver(), await here.driver()
        first, second = await until(one, Pass), await until(other, Pass)
        assert (first.application, second.application) == (one.welcome.application, other.welcome.application)
        assert first.secret != second.secret and len(first.secret) >= 32
        again = await here.driver(resume=one.welcome.resume)
        assert await until(again, Pass) == first


async def test_a_volunteer_is_told_a_pass_before_its_first_task_and_not_when_it_joins() -> None:
    async with place() as here:
        volunteer, driver = await here.volunteer(), await here.driver()
        known = await until(driver, Pass)
        await submit(driver)
        told = await until_assigned(volunteer)
        assert [message for message in told if isinstance(message, Pass)] == [known]


def test_a_pass_is_its_swarms_own_and_says_nothing_of_another() -> None:
    one, other = BlockPasses(), BlockPasses()
    assert one.of("a1") == one.of("a1") != other.of("a1")
    assert len({one.of(f"a{number}").secret for number in range(100)}) == 100

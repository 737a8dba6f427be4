"""The invite link: rotated it lets nobody new in, revoked it sends away who came by it; and what it says."""

from __future__ import annotations

import pytest
from tests.coordinator.in_memory import Place, hello, lost, place, settle, until

from tabswarm.coordinator.coordinator import Coordinator
from tabswarm.coordinator.tokens import RETIRED, Role
from tabswarm.errors import TokenRefused
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.transport.session import Session, open_volunteer_session
from tabswarm.wire import invitation_messages as limits
from tabswarm.wire import messages as m

ORIGIN = "http://127.0.0.1:9"


async def join(here: Place, link: str, resume: str = "") -> Session[m.ToVolunteer]:
    token = link.partition("#")[2]
    return await open_volunteer_session(await here.knock(), hello(token, "volunteer", resume=resume))


async def test_every_driver_is_told_the_link_and_volunteers_come_by_it() -> None:
    async with place(origin=ORIGIN) as here:
        driver = await here.driver()
        told = await until(driver, m.Invitation)
        assert told.title == "a test" and told.link.startswith(f"{ORIGIN}/join#")
        assert (await join(here, told.link)).welcome.title == "a test"


async def test_after_a_rotation_newcomers_need_the_new_link_and_who_is_there_stays() -> None:
    async with place(origin=ORIGIN) as here:
        driver, other = await here.driver(), await here.driver(kind="cli")
        old = (await until(driver, m.Invitation)).link
        inside = await join(here, old)
        await until(other, m.Invitation)
        await driver.send(m.RotateInvite())
        new = (await until(driver, m.Invitation)).link
        assert new != old and (await until(other, m.Invitation)).link == new
        with pytest.raises(TokenRefused, match="replaced by another one"):
            await join(here, old)
        await join(here, new)
        assert inside.lost is None
        await inside.close()
        await settle()
        back = await join(here, old, resume=inside.welcome.resume)
        assert back.welcome.peer == inside.welcome.peer
        with pytest.raises(TokenRefused):
            await join(here, old, resume="another one's secret")


async def test_after_a_revocation_everybody_who_came_by_a_link_goes_and_nobody_comes() -> None:
    async with place(origin=ORIGIN) as here:
        driver = await here.driver()
        old = (await until(driver, m.Invitation)).link
        first = await join(here, old)
        await driver.send(m.RotateInvite())
        link = (await until(driver, m.Invitation)).link
        second = await join(here, link)
        await driver.send(m.RevokeInvite())
        assert (await until(driver, m.Invitation)).link == ""
        for gone in (first, second):
            assert (await lost(gone.receive)).code == 4401
        for told, resume in ((old, ""), (link, ""), (old, first.welcome.resume), (link, second.welcome.resume)):
            with pytest.raises(TokenRefused):
                await join(here, told, resume=resume)
        assert here.coordinator.swarm(here.swarm).scheduler.volunteers() == ()
        await driver.send(m.RotateInvite())
        await join(here, (await until(driver, m.Invitation)).link)


async def test_a_volunteer_is_told_a_new_title_and_message_while_it_looks() -> None:
    async with place(origin=ORIGIN) as here:
        driver, volunteer = await here.driver(), await here.volunteer()
        await until(driver, m.Invitation)
        await driver.send(m.SetInvitation(title="Words\u202e\x1b[31m", message="for 7b\n\u200bthank you \x00"))
        assert await until(volunteer, m.Purpose) == m.Purpose(title="Words[31m", message="for 7b\nthank you")
        told = await until(driver, m.Invitation)
        assert (told.title, told.message) == ("Words[31m", "for 7b\nthank you")
        later = await here.volunteer()
        assert (later.welcome.title, later.welcome.message) == ("Words[31m", "for 7b\nthank you")


@pytest.mark.parametrize(
    "said",
    [
        m.SetInvitation(title="x" * (limits.TITLE_LIMIT + 1)),
        m.SetInvitation(title="", message="x" * (limits.INVITATION_LIMIT + 1)),
    ],
)
async def test_a_title_or_message_that_is_too_long_is_refused(said: m.SetInvitation) -> None:
    async with place() as here:
        driver = await here.driver()
        await driver.send(said)
        assert (await until(driver, m.Refused)).code == "too_big"
        assert here.coordinator.swarm(here.swarm).invites.title == "a test"


async def test_one_swarms_rotation_touches_no_other_swarm() -> None:
    async with place(origin=ORIGIN) as here:
        other = here.coordinator.create_swarm("another")
        link = here.coordinator.swarm(other).invites.link
        driver = await here.driver()
        for message in (m.RotateInvite(), m.RevokeInvite()):
            await driver.send(message)
        await driver.send(m.Ping(number=1))
        await until(driver, m.Pong)
        assert (await join(here, link)).welcome.swarm == other


async def test_of_very_many_retired_links_the_oldest_open_nothing_at_all() -> None:
    coordinator = Coordinator(Scheduler)
    swarm = coordinator.create_swarm()
    tokens = []
    for _ in range(RETIRED + 2):
        tokens.append(coordinator.issue(Role.VOLUNTEER, swarm))
        coordinator.tokens.retire(Role.VOLUNTEER, swarm)
    grants = [coordinator.tokens.look_up(token) for token in tokens]
    assert grants[0] is None and grants[1] is None
    assert all(grant is not None and grant.retired for grant in grants[2:])
    await coordinator.close()

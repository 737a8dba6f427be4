"""Who is let in at whose block port: both ends hear it from the coordinator, and nobody else does."""

from __future__ import annotations

import msgspec
import pytest
from tests.coordinator.in_memory import Place, hello, place, until

from tabswarm.coordinator.sessions import Session as ServerSession
from tabswarm.coordinator.visits import port_of
from tabswarm.plan.location import Holder
from tabswarm.transport.session import Session, open_driver_session, open_volunteer_session
from tabswarm.wire.messages import Holders, ToDriver, ToVolunteer, Visitors

ADDRESS, FINGERPRINT = "192.0.2.7:4711", "0f" * 32


async def volunteer(here: Place, *capabilities: str, address: str = "") -> Session[ToVolunteer]:
    fingerprint = FINGERPRINT if address else ""
    told = msgspec.structs.replace(
        hello(here.invite, "volunteer"), capabilities=capabilities, address=address, fingerprint=fingerprint
    )
    return await open_volunteer_session(await here.knock(), told)


async def driver(here: Place, *capabilities: str) -> Session[ToDriver]:
    told = msgspec.structs.replace(hello(here.secret, "driver", kind="library"), capabilities=capabilities)
    return await open_driver_session(await here.knock(), told)


def introduce(here: Place, requester: str, holder: str) -> Holder:
    """What the coordinator tells a requester of a holder before it names it."""
    swarm = here.coordinator.swarm(here.swarm)
    session: ServerSession = swarm.sessions[requester]
    news = swarm._signalling.introduce(requester, [holder])
    assert news is not None
    told = swarm._visits.grant(session, Holders(holders=news.holders))
    return told.holders[0]


async def test_a_requester_gets_a_ticket_and_the_port_hears_of_it_first() -> None:
    async with place() as here:
        holder, requester = await volunteer(here, "tcp", address=ADDRESS), await volunteer(here, "tcp")
        told = introduce(here, requester.welcome.peer, holder.welcome.peer)
        (visitor,) = (await until(holder, Visitors)).visitors
        assert (told.address, told.fingerprint) == (ADDRESS, FINGERPRINT)
        assert (visitor.peer, visitor.ticket) == (requester.welcome.peer, told.ticket)
        assert len(told.ticket) >= 24
        await requester.close()
        (gone,) = (await until(holder, Visitors)).visitors
        assert (gone.peer, gone.ticket) == (requester.welcome.peer, "")


async def test_each_pair_has_a_ticket_of_its_own() -> None:
    async with place() as here:
        holder = await volunteer(here, "tcp", address=ADDRESS)
        tickets = set()
        for _ in range(3):
            requester = await volunteer(here, "tcp")
            tickets.add(introduce(here, requester.welcome.peer, holder.welcome.peer).ticket)
        assert len(tickets) == 3


async def test_who_cannot_use_a_ticket_gets_none() -> None:
    async with place() as here:
        holder, tab = await volunteer(here, "tcp", address=ADDRESS), await volunteer(here, "webrtc")
        assert introduce(here, tab.welcome.peer, holder.welcome.peer).ticket == ""
        without = await volunteer(here, "tcp")
        assert introduce(here, holder.welcome.peer, without.welcome.peer).ticket == ""


@pytest.mark.parametrize(
    ("address", "fingerprint"),
    [
        ("evil.example:4711", FINGERPRINT),
        ("192.0.2.7", FINGERPRINT),
        ("192.0.2.7:22", FINGERPRINT),
        ("192.0.2.7:99999", FINGERPRINT),
        ("192.0.2.7:\u0664\u0664\u0664\u0664", FINGERPRINT),
        ("192.0.2.7:4711/x", FINGERPRINT),
        (ADDRESS, ""),
        (ADDRESS, "0F" * 32),
        (ADDRESS, "x" * 64),
        ("1" * 5000 + ":4711", FINGERPRINT),
    ],
)
def test_an_address_that_is_none_is_told_to_nobody(address: str, fingerprint: str) -> None:
    told = msgspec.structs.replace(hello("t" * 32, "volunteer"), address=address, fingerprint=fingerprint)
    assert port_of(told) == ("", "")
    assert port_of(msgspec.structs.replace(told, address="[2001:db8::1]:4711", fingerprint=FINGERPRINT))[0] != ""

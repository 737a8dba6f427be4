"""Where operators are served: they make swarms, and see how much goes on in each. They open none of them."""

from __future__ import annotations

from collections.abc import Callable

from tabswarm.coordinator.sessions import Session
from tabswarm.wire import messages as m


class TooManySwarms(Exception):
    """The coordinator has as many swarms as it may."""


class OperatorDesk:
    """The operators' sessions of one coordinator. `make` makes a swarm of a title, as (id, driver link, invite link),
    or raises TooManySwarms; `reports` tells of all swarms."""

    def __init__(
        self, make: Callable[[str], tuple[str, str, str]], reports: Callable[[], tuple[m.SwarmReport, ...]]
    ) -> None:
        self._make = make
        self._reports = reports
        self._shown: tuple[m.SwarmReport, ...] = ()
        self.sessions: set[Session] = set()

    def join(self, session: Session) -> None:
        """An operator is here."""
        self.sessions.add(session)
        session.tell(m.Swarms(swarms=self._reports()))

    def leave(self, session: Session) -> None:
        """An operator is gone."""
        self.sessions.discard(session)

    def take(self, session: Session, message: m.Message) -> None:
        """A message of an operator's, pings apart."""
        if not isinstance(message, m.NewSwarm):
            return
        try:
            swarm, driver_link, invite_link = self._make(message.title)
        except TooManySwarms as full:
            session.tell(m.Refused(code="too_many", reason=str(full), request=message.request))
            return
        session.tell(
            m.SwarmMade(request=message.request, swarm=swarm, driver_link=driver_link, invite_link=invite_link)
        )
        self._tell()

    def pulse(self) -> None:
        """Once a pulse: ping them, and tell of the swarms if anything changed."""
        for session in list(self.sessions):
            session.pulse()
        if self.sessions:
            self._tell()

    def _tell(self) -> None:
        reports = self._reports()
        if reports != self._shown:
            self._shown = reports
            for session in self.sessions:
                session.tell(m.Swarms(swarms=reports))

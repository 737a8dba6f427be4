"""Who may still join a swarm, and what volunteers are told that it is for.

A swarm has one invite link at a time. Rotated, the links before it let nobody new in, but whoever came by one may come
back when the network broke. Revoked, all of them are closed, and who came by one goes (docs/decisions/0121).
"""

from __future__ import annotations

from collections.abc import Mapping

from tabswarm.coordinator.admission import clean
from tabswarm.coordinator.sessions import Session
from tabswarm.coordinator.tokens import Role, Tokens
from tabswarm.transport.links import Link
from tabswarm.wire import messages as m
from tabswarm.wire.invitation_messages import INVITATION_LIMIT, TITLE_LIMIT


class Invites:
    """Those of one swarm. `sessions` are its peers, by id; `origin` is where its pages are, or empty where it has none
    (`local[N]`)."""

    def __init__(self, tokens: Tokens, swarm: str, origin: str, title: str, sessions: Mapping[str, Session]) -> None:
        self.title = clean(title, TITLE_LIMIT)
        self.message = ""
        self._tokens = tokens
        self._swarm = swarm
        self._origin = origin
        self._sessions = sessions
        self._token = tokens.issue(Role.VOLUNTEER, swarm)

    @property
    def link(self) -> str:
        """The invite link of now; empty where there is none."""
        return str(Link(self._origin, "join", self._token)) if self._origin and self._token else ""

    def told(self) -> m.Invitation:
        """What drivers are told."""
        return m.Invitation(link=self.link, title=self.title, message=self.message)

    def take(self, session: Session, said: m.SetInvitation | m.RotateInvite | m.RevokeInvite) -> list[Session]:
        """Do what a driver asks and tell everybody whom it concerns. Gives the volunteers who have to go."""
        gone: list[Session] = []
        match said:
            case m.SetInvitation(title=title, message=message):
                if len(title) > TITLE_LIMIT or len(message) > INVITATION_LIMIT:
                    reason = f"a title has at most {TITLE_LIMIT} characters, a message {INVITATION_LIMIT}"
                    session.tell(m.Refused(code="too_big", reason=reason))
                    return []
                self._describe(title, message)
            case m.RotateInvite():
                self._tokens.retire(Role.VOLUNTEER, self._swarm)
                self._token = self._tokens.issue(Role.VOLUNTEER, self._swarm)
            case m.RevokeInvite():
                self._token = ""
                self._tokens.revoke_all(Role.VOLUNTEER, self._swarm)
                gone = self._of(Role.VOLUNTEER)
        for driver in self._of(Role.DRIVER):
            driver.tell(self.told())
        return gone

    def _describe(self, title: str, message: str) -> None:
        lines = (clean(line, INVITATION_LIMIT) for line in message.splitlines())
        self.title, self.message = clean(title, TITLE_LIMIT), "\n".join(lines).strip()
        for volunteer in self._of(Role.VOLUNTEER):
            volunteer.tell(m.Purpose(title=self.title, message=self.message))

    def _of(self, role: Role) -> list[Session]:
        return [session for session in self._sessions.values() if session.role is role]

"""The passes of a swarm's applications: who has to know one is told before anything for which it is needed.

An application's driver and whoever watches it hear its pass when they join; a volunteer before its first task, and its
first order to copy, of that application. A pass is made of the application's id and a secret of the swarm's, so there
is nothing to keep and nothing to forget.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator

from tabswarm.coordinator.sessions import Session
from tabswarm.scheduler import commands
from tabswarm.wire.messages import Pass

_BYTES = 18


class BlockPasses:
    """Those of one swarm."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def of(self, application: str) -> Pass:
        """The pass of an application."""
        made = hmac.new(self._secret, application.encode(), hashlib.sha256).digest()[:_BYTES]
        return Pass(application=application, secret=made.hex())

    def due(self, session: Session, order: commands.Command) -> Iterator[Pass]:
        """The passes that a volunteer has to know for what it is told to do now, and was not told yet."""
        for application in dict.fromkeys(_applications(order)):
            if application not in session.passes:
                session.passes.add(application)
                yield self.of(application)
        if isinstance(order, commands.EndApplication):
            session.passes.discard(order.application)


def _applications(order: commands.Command) -> Iterator[str]:
    match order:
        case commands.AssignTask(spec=spec):
            yield spec.application
        case commands.CopyBlocks(locations=locations):
            for location in locations:
                yield location.block.application
        case _:
            pass

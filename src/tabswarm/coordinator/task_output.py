"""What tasks print, on its way to their driver: so much of each attempt and no more."""

from __future__ import annotations

from tabswarm.coordinator.sessions import Session
from tabswarm.wire.messages import Output, TaskOutput


def output_for_driver(session: Session, said: Output, job: str, most: int) -> TaskOutput | None:
    """What the driver of the job is told of it, where one attempt may have printed `most` characters; the volunteer's
    session counts them. None where there is nothing (more) to tell."""
    if said.stream not in ("stdout", "stderr"):
        return None
    attempt = (said.task, said.attempt)
    room = max(0, most - session.printed.get(attempt, 0))
    kept = said.text[:room]
    session.printed[attempt] = session.printed.get(attempt, 0) + len(kept)
    dropped = max(said.dropped, 0) + len(said.text) - len(kept)
    if not kept and not (dropped and said.text and room > 0):
        return None
    return TaskOutput(
        job=job,
        volunteer=session.peer,
        partition=said.partition,
        stream=said.stream,
        text=kept,
        dropped=dropped,
    )

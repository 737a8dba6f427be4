"""Joining a swarm far away by its driver link: a background thread with two WebSockets."""

from __future__ import annotations

from tabswarm.driver.detached_run import this_run
from tabswarm.driver.loop_thread import LoopThread
from tabswarm.driver.swarm_engine import SwarmEngine
from tabswarm.transport.links import Link
from tabswarm.transport.websocket import WebSocketDoor


def join_swarm(link: Link, *, name: str, max_result_size: int, progress: bool | None) -> SwarmEngine:
    """The engine of the swarm behind a driver link. Raises one of `ConnectionRefused`'s kinds."""
    detached = this_run()
    loop = LoopThread("tabswarm driver")
    try:
        return SwarmEngine(
            loop,
            WebSocketDoor(link),
            token=link.token,
            name=name,
            max_result_size=max_result_size,
            progress=progress,
            keep_results=detached is not None,
            on_job=detached.announce if detached is not None else None,
        )
    except BaseException:
        loop.stop()
        raise

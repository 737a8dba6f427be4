"""The state machine that decides who computes what: `Scheduler.handle(event) -> list[Command]`.

No clock, socket, thread, random source, logging or asyncio in here: time comes in as `Tick`, and what is to be done
goes out as commands. So a whole swarm's history can be replayed from its events.
"""

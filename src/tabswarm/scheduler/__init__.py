"""The state machine that decides who computes what: `Scheduler.handle(event) -> list[Command]`.

No clock, socket, thread, random source, logging or asyncio in here: time comes in as `Tick`, and what is to be done
goes out as commands. So a whole swarm's history can be replayed from its events.

    scheduler       one event in, commands out; the table of who handles what
    submission      a job begins            jobs, applications, swarm_state   what is known of them
    open_tasks      what waits for what     tasks                             a task's states, as one table
    placement       who runs what next      peers, eligibility                slots, load, who may
    task_spec       what a worker gets      block_locations                   where blocks are
    commits         a task ends well        retries                           it ends badly
    losses          computed again          comings                           peers come and go
    retention       which blocks may go     endings                           how a job ends
    telling         what drivers hear       ledger, queries                   what was run; questions
    invariants      what must always be true
"""

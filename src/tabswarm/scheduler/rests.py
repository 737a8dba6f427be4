"""Volunteers that do harm rest for a while: those that come and go all the time, and those that serve damaged blocks.

    departures  each counts one, and the count halves every `HALF_LIFE`; from the `FLAPPING`th on a volunteer that joins
                rests first: a second, then twice as long each time, up to `LONGEST_FLAP`
    strikes     a block with other bytes than its writer reported; from the `STRIKES`th on its writer is quarantined:
                it rests for ten minutes, then twice as long each time; what it holds counts no more

Who rests gets no task and no copy, and what it has not begun goes to others. As a last resort, while nobody else is
there, it works all the same: the flappers first, the quarantined only where there is no flapper. Who was struck
`BARRED` times is not asked even then; with nobody but those left, jobs end with `NoEligibleVolunteers`.
"""

from __future__ import annotations

from tabswarm.scheduler.endings import fail
from tabswarm.scheduler.jobs import JobState
from tabswarm.scheduler.losses import lose_location
from tabswarm.scheduler.open_tasks import cancel_attempt, give_back, give_up_queue
from tabswarm.scheduler.peers import Volunteer
from tabswarm.scheduler.swarm_state import Conduct, SwarmState

FLAPPING = 3
STRIKES = 3
BARRED = 6
HALF_LIFE = 60_000
"""Milliseconds in which half of a volunteer's departures are forgotten."""
FIRST_FLAP, LONGEST_FLAP = 1000, 60_000
FIRST_QUARANTINE, LONGEST_QUARANTINE = 600_000, 3_600_000
"""Milliseconds."""
REMEMBERED = 10_000
"""Volunteers whose conduct is remembered after they left."""


def note_departure(state: SwarmState, peer: str) -> None:
    """A volunteer left, for whatever reason."""
    conduct = state.conducts.pop(peer, None) or Conduct()
    conduct.departures = _departures(conduct, state.now) + 1
    conduct.departed = state.now
    state.conducts[peer] = conduct
    while len(state.conducts) > REMEMBERED:
        del state.conducts[next(iter(state.conducts))]


def _departures(conduct: Conduct, now: int) -> int:
    return conduct.departures >> min((now - conduct.departed) // HALF_LIFE, 60)


def note_arrival(state: SwarmState, volunteer: Volunteer) -> None:
    """A volunteer joined: does it have to rest?"""
    conduct = state.conducts.get(volunteer.id)
    if conduct is None:
        return
    volunteer.strikes = conduct.strikes
    over = _departures(conduct, state.now) - FLAPPING
    flap = state.now + min(FIRST_FLAP << min(over, 20), LONGEST_FLAP) if over >= 0 else 0
    _rest(state, volunteer, max(flap, conduct.quarantined_until))


def strike(state: SwarmState, volunteer: Volunteer) -> None:
    """A volunteer reported other bytes than it serves."""
    conduct = state.conducts.setdefault(volunteer.id, Conduct())
    conduct.strikes += 1
    volunteer.strikes = conduct.strikes
    over = conduct.strikes - STRIKES
    if over < 0:
        return
    conduct.quarantined_until = state.now + min(FIRST_QUARANTINE << min(over, 20), LONGEST_QUARANTINE)
    _rest(state, volunteer, conduct.quarantined_until)
    for task_id, number in list(volunteer.attempts):
        task = state.tasks[task_id]
        cancel_attempt(state, state.applications[task.application], task, task.attempts[number])
        give_back(state, state.applications[task.application], task)
    for application in state.applications.values():
        for key in list(application.blocks.by_holder.get(volunteer.id, ())):
            state.drop_at(volunteer.id, (application.blocks.stored[key].id,))
            lose_location(state, application, key, volunteer.id)


def _rest(state: SwarmState, volunteer: Volunteer, until: int) -> None:
    if until > state.now:
        state.volunteers.set_aside(volunteer, until)
        give_up_queue(state, volunteer)


def wake_volunteers(state: SwarmState) -> bool:
    """On a tick: who has rested takes tasks again. True if there are any."""
    rested = [peer for peer, until in state.volunteers.aside.items() if until <= state.now]
    for peer in rested:
        state.volunteers.bring_back(state.volunteers.by_id[peer])
    return bool(rested)


def next_waking(state: SwarmState) -> int | None:
    """When the next of those who rest has rested."""
    return min(state.volunteers.aside.values(), default=None)


def call_last_resort(state: SwarmState) -> None:
    """Let those who rest work while nobody else is there, and not a moment longer."""
    volunteers = state.volunteers
    if not volunteers.aside:
        return
    resting = [volunteers.by_id[peer] for peer in volunteers.aside]
    admitted = [volunteer for volunteer in resting if volunteer.admitted]
    if len(volunteers.takers) > sum(volunteer.is_active for volunteer in admitted):
        for volunteer in admitted:
            volunteers.admit(volunteer, admitted=False)
            give_up_queue(state, volunteer)
        return
    if volunteers.takers:
        return
    able = [volunteer for volunteer in resting if volunteer.slots > 0 and not volunteer.finishing]
    flappers = [volunteer for volunteer in able if volunteer.strikes < STRIKES]
    called = flappers or [volunteer for volunteer in able if volunteer.strikes < BARRED]
    for volunteer in called:
        volunteers.admit(volunteer, admitted=True)
    if able and not called:
        _end_jobs(state, able)


def _end_jobs(state: SwarmState, barred: list[Volunteer]) -> None:
    who = ", ".join(f"{volunteer.id} {volunteer.strikes} times" for volunteer in barred)
    reason = (
        f"the only volunteers here have reported other bytes than they served, again and again ({who}). Their memory "
        "may be damaged, or they lie. Invite others."
    )
    for job in [job for job in state.jobs.values() if job.state is JobState.RUNNING]:
        fail(state, job, "NoEligibleVolunteers", reason)

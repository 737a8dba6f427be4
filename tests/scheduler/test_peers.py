"""Load by buckets: the least loaded volunteer without looking at all of them."""

from __future__ import annotations

from tabswarm.scheduler.peers import LEVELS, Volunteer, Volunteers, profile_of


def some(*slots: int, python: str = "3.14") -> Volunteers:
    volunteers = Volunteers()
    for number, count in enumerate(slots, 1):
        volunteers.add(Volunteer(f"v{number}", "tab", f"v{number}", count, 0, python))
    return volunteers


def load(volunteers: Volunteers, peer: str, tasks: int) -> None:
    volunteer = volunteers.by_id[peer]
    volunteer.attempts = {(task, 1): None for task in range(tasks)}
    volunteers.settle(volunteer)


def least(volunteers: Volunteers, levels: range = range(2 * LEVELS)) -> str | None:
    found = volunteers.least_loaded(list(volunteers.profiles), lambda peer: True, levels)
    return found.id if found is not None else None


def test_the_least_loaded_by_share_of_its_slots_comes_first() -> None:
    volunteers = some(4, 1)
    load(volunteers, "v1", 2)
    assert least(volunteers) == "v2"
    load(volunteers, "v2", 1)
    assert least(volunteers) == "v1"


def test_of_equal_ones_the_longest_unchanged_comes_first() -> None:
    volunteers = some(1, 1, 1)
    load(volunteers, "v1", 1)
    load(volunteers, "v1", 0)
    assert least(volunteers) == "v2"


def test_a_volunteer_takes_as_many_as_it_has_slots_and_as_many_queued() -> None:
    volunteers = some(2)
    load(volunteers, "v1", 2)
    assert least(volunteers, range(LEVELS)) is None
    assert least(volunteers) == "v1"
    load(volunteers, "v1", 4)
    assert least(volunteers) is None
    assert volunteers.room == 0


def test_one_without_slots_gets_nothing_and_counts_as_there() -> None:
    volunteers = some(0)
    assert least(volunteers) is None
    assert list(volunteers.profiles.values()) == [1]
    assert volunteers.active == {}
    volunteers.resize(volunteers.by_id["v1"], 1, 0)
    assert least(volunteers) == "v1"


def test_only_profiles_that_are_asked_for_are_found() -> None:
    volunteers = some(1, python="3.11")
    volunteers.add(Volunteer("w1", "native", "w1", 1, 0, "3.13"))
    found = volunteers.least_loaded([profile_of("native", "3.13", ())], lambda peer: True)
    assert found is not None and found.id == "w1"


def test_nothing_of_a_volunteer_stays_behind() -> None:
    volunteers = some(1)
    load(volunteers, "v1", 2)
    volunteers.remove("v1")
    assert not (volunteers.by_id or volunteers.buckets or volunteers.with_queue or volunteers.profiles)
    assert (volunteers.active, volunteers.room) == ({}, 0)

"""What Prometheus is told: counts that agree with what happened, and no word of a peer's."""

from __future__ import annotations

import contextlib

from prometheus_client.parser import text_string_to_metric_families
from tests.coordinator.in_memory import encode, hello, lost, place, until
from tests.coordinator.test_jobs_in_memory import EXPECTED, collect, submit, volunteers
from tests.coordinator.web_client import served

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.coordinator import Coordinator
from tabswarm.coordinator.metrics import Metrics
from tabswarm.coordinator.tally import LAGS, Traffic
from tabswarm.errors import ConnectionRefused
from tabswarm.wire import messages as m

Samples = dict[tuple[str, tuple[str, ...]], float]


def read(coordinator: Coordinator) -> Samples:
    """Samples by name and the values of their labels, swarms' ids apart."""
    return {
        (sample.name, tuple(value for name, value in sorted(sample.labels.items()) if name != "swarm")): sample.value
        for family in text_string_to_metric_families(Metrics(coordinator).text().decode())
        for sample in family.samples
    }


async def test_a_job_is_counted_from_its_start_to_its_end() -> None:
    async with place() as here:
        driver = await here.driver()
        job = await submit(driver)
        before = read(here.coordinator)
        assert before["tabswarm_jobs_running", ()] == 1 and before["tabswarm_tasks", ("blocked",)] > 0
        assert before["tabswarm_volunteers", ("native",)] == 0 and before["tabswarm_drivers", ()] == 1
        async with volunteers(here, 2):
            relay = await here.relay(driver)
            assert await collect(driver, relay, job) == EXPECTED
            after = read(here.coordinator)
            await relay.close()
        assert (after["tabswarm_volunteers", ("native",)], after["tabswarm_slots", ()]) == (2, 2)
        assert (after["tabswarm_jobs_running", ()], after["tabswarm_jobs_ended_total", ("done",)]) == (0, 1)
        tasks = before["tabswarm_tasks", ("blocked",)] + before["tabswarm_tasks", ("ready",)]
        assert after["tabswarm_task_attempts_total", ("finished",)] == tasks
        assert after["tabswarm_block_bytes", ()] > 0 and after["tabswarm_blocks", ()] > 0
        assert after["tabswarm_control_messages_total", ("in",)] > tasks
        assert after["tabswarm_control_bytes_total", ("out",)] > after["tabswarm_control_messages_total", ("out",)]


async def test_cancelled_jobs_and_refused_hellos_are_counted_by_kind() -> None:
    async with place() as here:
        driver = await here.driver()
        await driver.send(m.CancelJob(job=await submit(driver)))
        await until(driver, m.JobFailed)
        connection = await here.knock()
        await connection.send(encode(hello("x" * 32, "driver")))
        await lost(connection.receive)
        found = read(here.coordinator)
        assert found["tabswarm_jobs_ended_total", ("cancelled",)] == 1
        assert found["tabswarm_refused_sessions_total", ("unauthenticated",)] == 1


async def test_who_finds_the_swarm_full_is_counted_too() -> None:
    async with place(Bounds(sessions=0)) as here:
        with contextlib.suppress(ConnectionRefused):
            await here.driver()
        assert read(here.coordinator)["tabswarm_refused_sessions_total", ("too_many",)] == 1


async def test_no_word_of_a_peers_gets_into_a_label() -> None:
    async with place() as here:
        driver, _ = await here.driver(), await here.volunteer(name='evil"} 1\n')
        await driver.send(m.SetInvitation(title='evil"} 1'))
        await until(driver, m.Invitation)
        assert b"evil" not in Metrics(here.coordinator).text()


async def test_each_swarm_is_counted_apart() -> None:
    async with place() as here:
        other = here.coordinator.create_swarm("another")
        text = Metrics(here.coordinator).text().decode()
        assert "tabswarm_swarms 2.0" in text
        assert f'tabswarm_slots{{swarm="{other}"}} 0.0' in text


def test_the_buckets_of_lag_have_every_lag_once() -> None:
    traffic = Traffic()
    for seconds in (-1.0, 0.0, *LAGS, 100.0):
        traffic.late(seconds)
    assert traffic.lags == [3, *[1] * (len(LAGS) - 1), 1] and traffic.lag_sum == 100.0 + sum(LAGS)


async def test_the_route_answers_in_prometheus_words() -> None:
    async with served() as web:
        token = web.server.operator_link.partition("#")[2]
        answer = await web.request("GET", "/metrics", headers={"Authorization": f"Bearer {token}"})
        assert answer.headers["content-type"].startswith("text/plain; version=")
        families = {family.name for family in text_string_to_metric_families(answer.text)}
        assert {"tabswarm_info", "tabswarm_event_loop_lag_seconds", "process_cpu_seconds"} <= families

"""`/metrics`: the coordinator as Prometheus reads it.

    scrape_configs:
      - job_name: tabswarm
        authorization: { credentials: THE_OPERATORS_TOKEN }
        static_configs: [{ targets: ["swarm.example.org:8787"] }]

Labels are words of ours and ids of swarms; nothing that a peer says is ever one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from tabswarm.coordinator.swarm import Swarm
from tabswarm.coordinator.tally import LAGS, Traffic
from tabswarm.coordinator.tokens import Role
from tabswarm.wire.version import tabswarm_version

KINDS = ("tab", "native")
TASKS = ("blocked", "ready", "assigned", "running")


class Watched(Protocol):
    """What is read of a coordinator."""

    traffic: Traffic

    def swarms(self) -> list[Swarm]: ...
    def sockets(self) -> int: ...


class Metrics(Collector):
    """Reads a coordinator each time that it is asked."""

    def __init__(self, coordinator: Watched) -> None:
        self._coordinator = coordinator
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """All of it, in Prometheus's text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        swarms = self._coordinator.swarms()
        info = GaugeMetricFamily("tabswarm_info", "1, with the version.", labels=["version"])
        info.add_metric([tabswarm_version()], 1)
        yield info
        yield GaugeMetricFamily("tabswarm_swarms", "Swarms.", len(swarms))
        yield GaugeMetricFamily("tabswarm_sockets", "Open sockets, of both kinds.", self._coordinator.sockets())
        yield from _of_traffic(self._coordinator.traffic)
        yield from _of_swarms(swarms)


def _of_traffic(traffic: Traffic) -> Iterator[Metric]:
    messages = CounterMetricFamily("tabswarm_control_messages", "Control messages.", labels=["direction"])
    sizes = CounterMetricFamily("tabswarm_control_bytes", "Bytes of control messages.", labels=["direction"])
    for direction, count, size in (
        ("in", traffic.messages_in, traffic.bytes_in),
        ("out", traffic.messages_out, traffic.bytes_out),
    ):
        messages.add_metric([direction], count)
        sizes.add_metric([direction], size)
    yield messages
    yield sizes
    yield _counts("tabswarm_refused_sessions", "Hellos that were refused.", "reason", traffic.refused)
    yield CounterMetricFamily("tabswarm_relay_bytes", "Block bytes that went through the relay.", traffic.relayed)
    lag = HistogramMetricFamily("tabswarm_event_loop_lag_seconds", "How late the event loop is, looked at each second.")
    total, buckets = 0, []
    for end, count in zip((*map(str, LAGS), "+Inf"), traffic.lags):
        total += count
        buckets.append((end, total))
    lag.add_metric([], buckets, traffic.lag_sum)
    yield lag


def _of_swarms(swarms: list[Swarm]) -> Iterator[Metric]:
    volunteers = GaugeMetricFamily("tabswarm_volunteers", "Volunteers.", labels=["swarm", "kind"])
    drivers = GaugeMetricFamily("tabswarm_drivers", "Drivers' sessions.", labels=["swarm"])
    slots = GaugeMetricFamily("tabswarm_slots", "Task slots of all volunteers.", labels=["swarm"])
    applications = GaugeMetricFamily("tabswarm_applications", "Applications that are kept.", labels=["swarm"])
    tasks = GaugeMetricFamily("tabswarm_tasks", "Tasks that are not done.", labels=["swarm", "state"])
    attempts = CounterMetricFamily(
        "tabswarm_task_attempts", "Attempts at tasks that ended, by how.", labels=["swarm", "outcome"]
    )
    running = GaugeMetricFamily("tabswarm_jobs_running", "Jobs that run.", labels=["swarm"])
    ended = CounterMetricFamily("tabswarm_jobs_ended", "Jobs that are over, by how.", labels=["swarm", "state"])
    blocks = GaugeMetricFamily("tabswarm_blocks", "Blocks that volunteers hold, copies too.", labels=["swarm"])
    held = GaugeMetricFamily("tabswarm_block_bytes", "Bytes of these blocks.", labels=["swarm"])
    moved = CounterMetricFamily("tabswarm_moved_bytes", "Block bytes that moved, by way.", labels=["swarm", "way"])
    for swarm in swarms:
        found = swarm.scheduler.census()
        for kind in KINDS:
            volunteers.add_metric([swarm.id, kind], found.volunteers.get(kind, 0))
        drivers.add_metric([swarm.id], sum(session.role is Role.DRIVER for session in swarm.sessions.values()))
        slots.add_metric([swarm.id], found.slots)
        applications.add_metric([swarm.id], found.applications)
        for state in TASKS:
            tasks.add_metric([swarm.id, state], found.tasks.get(state, 0))
        running.add_metric([swarm.id], found.jobs.get("running", 0))
        blocks.add_metric([swarm.id], found.blocks)
        held.add_metric([swarm.id], found.bytes)
        for family, counts in ((attempts, swarm.tally.attempts), (ended, found.ended), (moved, swarm.tally.moved)):
            for word, count in sorted(counts.items()):
                family.add_metric([swarm.id, word], count)
    yield from (volunteers, drivers, slots, applications, tasks, attempts, running, ended, blocks, held, moved)


def _counts(name: str, text: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for word, count in sorted(counts.items()):
        family.add_metric([word], count)
    return family

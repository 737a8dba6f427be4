"""What a driver submits: nodes in topological order, where their source data is, and which partitions are wanted.

A plan is read by people who do not trust its author, so `check` refuses every malformed one before anything is cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from tabswarm.errors import PlanRefused
from tabswarm.plan.dependency import Dependency, Edges, Shuffle, Span
from tabswarm.plan.finish import Finish, Listed
from tabswarm.plan.job_properties import check_properties
from tabswarm.plan.operators import DRIVER_SOURCES, CodeRef, Fetch, FixedRecords, Operator, Parallelize, code_of
from tabswarm.plan.partitioner import code_of_shuffle
from tabswarm.plan.storage_level import StorageLevel

MAX_NODES = 10_000
MAX_PARTITIONS = 100_000
MAX_EDGES = 1_000_000
"""Ceilings of one job (design: custom dependencies have at most 100,000 partitions and a million edges)."""
MAX_URL = 4096
"""Characters of a URL that volunteers fetch."""
_URL = re.compile(r"https?://[!-.0-~]+(/[!-~]*)?", re.IGNORECASE)
MAX_WORDS = 10
"""Ceiling of what one node may require."""


class Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One RDD: what it does, with how many partitions, on which parents, and where the user wrote it.

    `call_site` is the user's own line, `"job.py:12"`, relative to the driver's working directory, and `code` what
    stands there, where the driver knows. `requires` are words that a volunteer must offer to run it ("native", "tab",
    "python3.12", or a capability; see `requirements.py`), and `because` says why, for the error where nobody does.
    """

    id: int
    operator: Operator
    partitions: int
    dependencies: tuple[Dependency, ...] = ()
    name: str = ""
    call_site: str = ""
    code: str = ""
    storage: StorageLevel | None = None
    requires: tuple[str, ...] = ()
    because: str = ""


class SourceBlock(msgspec.Struct, frozen=True, array_like=True):
    """One partition of data that the driver holds: its bytes right here if they are few, else by request from the
    driver.

    `size` is in bytes. `root` is the block's root hash, or empty where the driver did not read the data yet (a file);
    bytes that the code reader will read always have one.
    `url` stands where the driver holds nothing: whoever computes the partition fetches it.
    """

    size: int
    root: bytes = b""
    inline: bytes | None = None
    url: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One job. `nodes` lists parents before children; `partitions` of `target` are wanted, in that order.

    `sources` gives, for each node whose data the driver holds, one `SourceBlock` a partition. `task_timeout` is the
    number of seconds that one attempt at a task may run; 0: any. `broadcasts` are those that its functions name, by
    number, with the line that made each; `sources` has one block of each. `everywhere` are those
    that every task with a function gets (files for tasks).
    `finish` is what the driver makes of the answer, so that one who attaches later can do the same.
    `properties` are what the program says of the job (`job_properties.py`), `first_stage` the number of the first of
    its stages. `max_failures` is how often a task may fail before the job does; 0: the scheduler's own rule, which
    gives up sooner where the same exception comes again. `barriers` are nodes whose partitions want to run at the same
    time: their functions are told so, and the driver looks whether there are slots.
    """

    application: str
    nodes: tuple[Node, ...]
    target: int
    partitions: tuple[int, ...]
    sources: dict[int, tuple[SourceBlock, ...]] = {}
    action: str = ""
    call_site: str = ""
    task_timeout: int = 0
    finish: Finish = Listed()
    properties: dict[str, str] = {}
    first_stage: int = 0
    max_failures: int = 0
    barriers: tuple[int, ...] = ()
    broadcasts: dict[int, str] = {}
    everywhere: tuple[int, ...] = ()


def function_slots(nodes: Iterable[Node]) -> Iterator[CodeRef]:
    """All function slots of these nodes and of the shuffles that they read."""
    for node in nodes:
        ref = code_of(node.operator)
        if ref is not None:
            yield ref
        for dependency in node.dependencies:
            if isinstance(dependency, Shuffle):
                yield from code_of_shuffle(dependency.partitioner, dependency.aggregator)


def broadcasts_of(nodes: Iterable[Node]) -> tuple[int, ...]:
    """The broadcasts that the nodes' functions name, in order."""
    return tuple(sorted({number for ref in function_slots(nodes) for number in ref.broadcasts}))


def check_url(url: str) -> None:
    """Refuse what volunteers should not fetch by its form alone: `PlanRefused`.

    >>> check_url("https://example.org/a?b")
    >>> check_url("file:///etc/passwd")
    Traceback (most recent call last):
    tabswarm.errors.PlanRefused: volunteers fetch http: and https: URLs only, not 'file:///etc/passwd'
    """
    if len(url) > MAX_URL:
        raise PlanRefused(f"a URL has at most {MAX_URL} characters, not {len(url)}: {url:.60}...")
    if not _URL.fullmatch(url):
        raise PlanRefused(f"volunteers fetch http: and https: URLs only, not {url!r:.200}")


def check(plan: Plan) -> None:
    """Refuse a plan that is malformed or over a limit: `PlanRefused` says which node and why."""
    seen: dict[int, Node] = {}
    shuffles: set[int] = set()
    edges = 0
    if not plan.nodes or len(plan.nodes) > MAX_NODES:
        raise PlanRefused(f"a plan has 1 to {MAX_NODES} nodes, not {len(plan.nodes)}")
    for node in plan.nodes:
        if node.id in seen or node.id < 0:
            raise PlanRefused(f"node {node.id} stands twice in the plan, or is negative")
        if not 0 <= node.partitions <= MAX_PARTITIONS:
            raise PlanRefused(f"node {node.id} has {node.partitions} partitions; 0 to {MAX_PARTITIONS} are allowed")
        if len(node.requires) > MAX_WORDS or not all(node.requires):
            raise PlanRefused(f"node {node.id} requires {len(node.requires)} words, or an empty one")
        for dependency in node.dependencies:
            parent = seen.get(dependency.parent)
            if parent is None:
                raise PlanRefused(f"node {node.id} hangs on node {dependency.parent}, which does not stand before it")
            if isinstance(dependency, Shuffle):
                if dependency.shuffle in shuffles or dependency.partitioner.partitions != node.partitions:
                    raise PlanRefused(
                        f"node {node.id}: shuffle {dependency.shuffle} stands twice or has another partition count"
                    )
                shuffles.add(dependency.shuffle)
                continue
            edges += _count_edges(node, dependency, parent)
            if edges > MAX_EDGES:
                raise PlanRefused(f"a plan has at most {MAX_EDGES} edges; node {node.id} goes past that")
        _check_source(node, plan)
        seen[node.id] = node
    check_properties(plan.properties)
    if plan.first_stage < 0 or plan.max_failures < 0:
        raise PlanRefused("a stage's number and the number of failures are not negative")
    _check_broadcasts(plan, seen)
    if plan.task_timeout < 0:
        raise PlanRefused(f"a task's time limit is a number of seconds, not {plan.task_timeout}")
    if shuffles & seen.keys():
        raise PlanRefused(f"node and shuffle share the numbers {sorted(shuffles & seen.keys())}")
    target = seen.get(plan.target)
    if target is None:
        raise PlanRefused(f"the target, node {plan.target}, is not in the plan")
    if len(set(plan.partitions)) != len(plan.partitions):
        raise PlanRefused(f"a partition of target node {target.id} is asked for twice")
    for partition in plan.partitions:
        if not 0 <= partition < target.partitions:
            raise PlanRefused(f"target node {target.id} has no partition {partition} (it has {target.partitions})")


def _check_broadcasts(plan: Plan, nodes: dict[int, Node]) -> None:
    """Each broadcast has one block with a hash, and functions name no others."""
    for broadcast in plan.broadcasts:
        blocks = plan.sources.get(broadcast, ())
        if broadcast in nodes or len(blocks) != 1 or not blocks[0].root or blocks[0].url:
            raise PlanRefused(f"broadcast {broadcast} has no block with a hash, or the number of a node")
    unknown = [number for number in (*broadcasts_of(plan.nodes), *plan.everywhere) if number not in plan.broadcasts]
    if unknown:
        raise PlanRefused(f"functions of the plan name the broadcasts {unknown}, which it does not have")


def _count_edges(node: Node, dependency: Dependency, parent: Node) -> int:
    """How many edges a narrow dependency stands for, each one checked to lead to a partition that exists."""
    assert not isinstance(dependency, Shuffle)
    if isinstance(dependency, Edges) and len(dependency.edges) != node.partitions:
        raise PlanRefused(f"node {node.id} has {node.partitions} partitions and edges for {len(dependency.edges)}")
    if isinstance(dependency, Span) and (dependency.length < 0 or dependency.in_start < 0 or dependency.out_start < 0):
        raise PlanRefused(f"node {node.id} hangs on a span with a negative bound")
    count = 0
    for partition in range(node.partitions):
        try:
            parents = dependency.parents_of(partition, parent.partitions)
        except ArithmeticError:
            raise PlanRefused(f"node {node.id} hangs on node {parent.id} by a stride of zero") from None
        count += len(parents)
        if count > MAX_EDGES:
            raise PlanRefused(f"a plan has at most {MAX_EDGES} edges; node {node.id} alone goes past that")
        for index in parents if not isinstance(parents, range) else ():
            if not 0 <= index < parent.partitions:
                raise PlanRefused(
                    f"node {node.id} hangs on partition {index} of node {parent.id}, which has {parent.partitions}"
                )
    return count


def _check_source(node: Node, plan: Plan) -> None:
    """A node with data of the driver's has exactly one source block a partition; others have none."""
    blocks = plan.sources.get(node.id)
    if isinstance(node.operator, Fetch):
        if blocks is None or len(blocks) != node.partitions or any(block.inline is not None for block in blocks):
            raise PlanRefused(f"node {node.id} needs a URL for each of its {node.partitions} partitions")
        for block in blocks:
            check_url(block.url)
    elif blocks is not None and any(block.url for block in blocks):
        raise PlanRefused(f"node {node.id} has URLs and fetches none")
    elif isinstance(node.operator, DRIVER_SOURCES):
        if blocks is None or len(blocks) != node.partitions:
            raise PlanRefused(f"node {node.id} needs a source block for each of its {node.partitions} partitions")
        if isinstance(node.operator, Parallelize) and not all(block.root for block in blocks):
            raise PlanRefused(f"node {node.id} has driver's values without a hash")
        if isinstance(node.operator, FixedRecords) and node.operator.length < 1:
            raise PlanRefused(f"node {node.id} has records of {node.operator.length} bytes")
    elif blocks is not None:
        raise PlanRefused(f"node {node.id} has source blocks and is no source")

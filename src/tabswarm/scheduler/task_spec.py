"""From a cut task to what a worker gets: generations, locations and code are resolved when it is assigned, not before.

A cut names logical keys; by the time a volunteer takes the task every key has exactly one stored generation, so all
inputs of an attempt are of one consistent generation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from msgspec import structs

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.cut import CutTask, DriverKey, MapOutputKey, ShuffleKey, SourceKey
from tabswarm.plan.lineage import Node
from tabswarm.plan.location import Location
from tabswarm.plan.operators import CodeRef, code_of
from tabswarm.plan.partitioner import Aggregator, CombineValues, FunctionPartitioner, Partitioner
from tabswarm.plan.requirements import requires_of_writer
from tabswarm.plan.task import (
    BlockSource,
    BroadcastSource,
    DriverSource,
    FromSource,
    MapOutputSink,
    PartitionSink,
    ShuffleSource,
    Sink,
    Source,
    Step,
    TaskSpec,
    UrlSource,
)
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.block_locations import DRIVER_GENERATION
from tabswarm.scheduler.jobs import Job
from tabswarm.scheduler.tasks import Attempt, DriverNeed, Need, Task, need_of


def needs_of(job: Job, cut: CutTask) -> dict[Need, None]:
    """What must exist before the task may start. Driver's data that stands in the plan needs nobody."""
    needs: dict[Need, None] = {}
    for source in cut.sources:
        need = need_of(source)
        if isinstance(need, DriverNeed) and not _is_with_the_driver(job, source):
            continue
        needs[need] = None
    return needs


def _is_with_the_driver(job: Job, source: SourceKey) -> bool:
    """Whether the driver has to give a source's bytes: they neither stand in the plan, nor come from a URL."""
    if not isinstance(source, DriverKey):
        return False
    data = job.plan.sources[source.node][source.partition]
    return data.inline is None and not data.url


def driver_data(job: Job, source: DriverKey) -> DriverSource | UrlSource:
    """A source that the driver holds, with its bytes if they are few; or the URL that it named instead."""
    block = driver_block(job.application, source)
    data = job.plan.sources[source.node][source.partition]
    return UrlSource(block, data.url) if data.url else DriverSource(block, data.inline)


def driver_block(application: str, source: DriverKey) -> BlockId:
    """The driver's own block of a vertex: generation 0, which no computed block has."""
    return BlockId(application, BlockKind.PARTITION, source.node, source.partition, DRIVER_GENERATION)


def is_loaded(cut: CutTask, step: Step) -> bool:
    """Whether a step computes nothing: it loads the block of its own vertex."""
    if len(step.inputs) != 1 or not isinstance(step.inputs[0], FromSource):
        return False
    source = cut.sources[step.inputs[0].source]
    return not isinstance(source, DriverKey | ShuffleKey) and (source.node, source.partition) == (
        step.node,
        step.partition,
    )


def computed_steps(cut: CutTask) -> Iterator[Step]:
    """The steps that make a run."""
    return (step for step in cut.steps if not is_loaded(cut, step))


def code_refs(job: Job, cut: CutTask) -> list[CodeRef]:
    """Every function slot that the task may call, each once, in the order of first use."""
    refs: dict[str, CodeRef] = {}
    for ref in _refs(job, cut):
        refs.setdefault(ref.root, ref)
    return list(refs.values())


def requiring(job: Job, cut: CutTask) -> Iterator[Node]:
    """The nodes whose wishes the task must meet: those that it computes, and those whose functions run where it writes
    for them."""
    for node in dict.fromkeys(step.node for step in computed_steps(cut)):
        if job.nodes[node].requires:
            yield job.nodes[node]
    for shuffle in dict.fromkeys(sink.shuffle for sink, _ in cut.sinks if isinstance(sink, MapOutputKey)):
        child = job.nodes[job.shuffles[shuffle].child]
        if requires_of_writer(child, job.shuffles[shuffle].dependency):
            yield child


def required_words(job: Job, cut: CutTask) -> tuple[str, ...]:
    """What a volunteer must offer to run the task."""
    return tuple(sorted({word for node in requiring(job, cut) for word in node.requires}))


def _refs(job: Job, cut: CutTask) -> Iterator[CodeRef]:
    for step in computed_steps(cut):
        ref = code_of(job.nodes[step.node].operator)
        if ref is not None:
            yield ref
    for source in cut.sources:
        if isinstance(source, ShuffleKey):
            yield from _aggregator_refs(job.shuffles[source.shuffle].dependency.aggregator)
    for sink, _ in cut.sinks:
        if isinstance(sink, MapOutputKey):
            dependency = job.shuffles[sink.shuffle].dependency
            yield from _partitioner_refs(dependency.partitioner)
            yield from _aggregator_refs(dependency.aggregator)


def _aggregator_refs(aggregator: Aggregator | None) -> Iterator[CodeRef]:
    if isinstance(aggregator, CombineValues):
        if aggregator.create is not None:
            yield aggregator.create
        yield aggregator.merge_value
        yield aggregator.merge_combiners


def _partitioner_refs(partitioner: Partitioner) -> Iterator[CodeRef]:
    if isinstance(partitioner, FunctionPartitioner):
        yield partitioner.f


def with_broadcasts(job: Job, cut: CutTask, refs: Collection[CodeRef]) -> CutTask:
    """The task with the broadcasts that its functions name among its sources, behind those that its steps read."""
    named = sorted({number for ref in refs for number in (*ref.broadcasts, *job.plan.everywhere)})
    if not named:
        return cut
    return structs.replace(cut, sources=(*cut.sources, *(DriverKey(number, 0) for number in named)))


def broadcasts_to_have(job: Job, cut: CutTask) -> tuple[DriverKey, ...]:
    """The task's broadcasts that are too large to stand in the plan."""
    return tuple(
        source
        for source in cut.sources
        if isinstance(source, DriverKey)
        and source.node in job.plan.broadcasts
        and job.plan.sources[source.node][0].inline is None
    )


def blobs_of(refs: Iterable[CodeRef]) -> tuple[str, ...]:
    """The blobs that these function slots need, each once."""
    return tuple(dict.fromkeys(blob for ref in refs for blob in ref.blobs))


def build_spec(application: Application, job: Job, task: Task, attempt: Attempt) -> TaskSpec:
    """What the worker gets."""
    cut = task.cut
    names = {step.node: None for step in cut.steps}
    return TaskSpec(
        application=application.id,
        job=job.id,
        task=task.id,
        attempt=attempt.number,
        operators={node: job.nodes[node].operator for node in names},
        names={node: describe(job, node) for node in names},
        steps=cut.steps,
        sources=tuple(_source(application, job, source) for source in cut.sources),
        sinks=tuple(_sink(job, step, block) for (_, step), block in zip(cut.sinks, attempt.sinks, strict=True)),
        stage=job.plan.first_stage + task.stage,
        barrier=job.barriers.get(task.stage, 0),
        begun_before=task.begun,
        properties=job.plan.properties,
    )


def describe(job: Job, node: int) -> str:
    """A node as people know it: `reduceByKey at job.py:12`."""
    if node in job.plan.broadcasts:
        return f"broadcast at {job.plan.broadcasts[node]}"
    found = job.nodes[node]
    name = found.name or type(found.operator).__name__
    return f"{name} at {found.call_site}" if found.call_site else name


def _source(application: Application, job: Job, source: SourceKey) -> Source:
    if isinstance(source, DriverKey):
        data = driver_data(job, source)
        if isinstance(data, DriverSource) and source.node in job.plan.broadcasts:
            return BroadcastSource(data.block, data.inline)
        return data
    if isinstance(source, ShuffleKey):
        shuffle = job.shuffles[source.shuffle]
        return ShuffleSource(
            application=application.id,
            shuffle=source.shuffle,
            partition=source.partition,
            map_partitions=shuffle.map_partitions,
            aggregator=shuffle.dependency.aggregator,
            map_side=shuffle.dependency.map_side,
        )
    return BlockSource(application.blocks.stored[source].id)


def _sink(job: Job, step: int, block: BlockId) -> Sink:
    if block.kind is BlockKind.PARTITION:
        return PartitionSink(step, block)
    dependency = job.shuffles[block.node].dependency
    return MapOutputSink(step, block, dependency.partitioner, dependency.aggregator, dependency.map_side)


def locations_of(application: Application, job: Job, task: Task) -> tuple[Location, ...]:
    """Where the volunteer fetches the task's blocks from; map outputs stand in its table."""
    locations: list[Location] = []
    for source in task.cut.sources:
        if isinstance(source, DriverKey):
            data = job.plan.sources[source.node][source.partition]
            if _is_with_the_driver(job, source):
                copies = tuple(application.copies.get(source, ()))
                holders = copies if application.driver is None else (application.driver, *copies)
                locations.append(Location(driver_block(application.id, source), data.size, data.root, holders))
        elif not isinstance(source, ShuffleKey):
            locations.append(application.blocks.stored[source].location())
    return tuple(locations)

"""Plans that hypothesis makes up: forks, shuffles, coalesces, unions, zips, products and edges of the user's own."""

from __future__ import annotations

from hypothesis import strategies as st

from tabswarm.plan.dependency import AllPartitions, Dependency, Edges, OneToOne, Shuffle, Span, Strided
from tabswarm.plan.lineage import Node, Plan, SourceBlock
from tabswarm.plan.operators import (
    Cartesian,
    Coalesce,
    CodeRef,
    Custom,
    Keys,
    Operator,
    Range,
    Shuffled,
    Split,
    TextLines,
    Union,
    Zip,
)
from tabswarm.plan.partitioner import HashPartitioner
from tabswarm.plan.storage_level import StorageLevel

NO_CODE = CodeRef("0" * 32, ())


@st.composite
def plans(draw: st.DrawFn, max_nodes: int = 9, max_partitions: int = 5) -> Plan:
    """A well-formed plan of up to `max_nodes` nodes, whose target is its last node and may be asked for in part."""
    nodes: list[Node] = []
    sources: dict[int, tuple[SourceBlock, ...]] = {}
    shuffles = 1000
    for number in range(draw(st.integers(1, max_nodes))):
        kinds = ["source"]
        if nodes:
            kinds += [
                "map",
                "map",
                "shuffle",
                "coalesce",
                "union",
                "zip",
                "split",
                "product",
                "all",
                "custom",
                "beside",
            ]
        kind = draw(st.sampled_from(kinds)) if number else "source"
        operator: Operator = Keys()
        dependencies: tuple[Dependency, ...] = ()
        pick = st.sampled_from(nodes) if nodes else st.nothing()
        if kind == "source":
            partitions = draw(st.integers(1, max_partitions))
            if draw(st.booleans()):
                operator = TextLines()
                sources[number] = tuple(SourceBlock(draw(st.integers(0, 400_000))) for _ in range(partitions))
            else:
                operator = Range(0, 10, 1)
        elif kind == "map":
            parent = draw(pick)
            partitions, dependencies = parent.partitions, (OneToOne(parent.id),)
        elif kind == "shuffle":
            partitions = draw(st.integers(1, max_partitions))
            operator = Shuffled()
            shuffles += 1
            dependencies = (Shuffle(draw(pick).id, shuffles, HashPartitioner(partitions)),)
        elif kind == "coalesce":
            parent = draw(pick)
            partitions = draw(st.integers(1, parent.partitions))
            groups: list[list[int]] = [[] for _ in range(partitions)]
            for partition in range(parent.partitions):
                groups[partition * partitions // parent.partitions].append(partition)
            operator, dependencies = Coalesce(), (Edges(parent.id, tuple(map(tuple, groups))),)
        elif kind == "union":
            parents = draw(st.lists(pick, min_size=1, max_size=3))
            operator, partitions = Union(), 0
            spans = []
            for parent in parents:
                spans.append(Span(parent.id, 0, partitions, parent.partitions))
                partitions += parent.partitions
            dependencies = tuple(spans)
        elif kind == "zip":
            one = draw(pick)
            other = draw(st.sampled_from([node for node in nodes if node.partitions == one.partitions]))
            operator, partitions = Zip(), one.partitions
            dependencies = (OneToOne(one.id), OneToOne(other.id))
        elif kind == "split":
            parent, into = draw(pick), draw(st.integers(1, 3))
            operator, partitions = Split(into), parent.partitions * into
            dependencies = (Strided(parent.id, into, parent.partitions),)
        elif kind == "product":
            one, other = draw(pick), draw(pick)
            operator, partitions = Cartesian(), one.partitions * other.partitions
            dependencies = (
                Strided(one.id, other.partitions, one.partitions),
                Strided(other.id, 1, other.partitions),
            )
        elif kind == "beside":  # a partition and all of another node (a sort's bounds, zipWithIndex's starts)
            one, other = draw(pick), draw(pick)
            operator, partitions = Custom(NO_CODE), one.partitions
            dependencies = (OneToOne(one.id), AllPartitions(other.id))
        elif kind == "all":
            operator, partitions = Custom(NO_CODE), draw(st.integers(1, 3))
            dependencies = (AllPartitions(draw(pick).id),)
        else:
            operator, partitions = Custom(NO_CODE), draw(st.integers(1, max_partitions))
            dependencies = tuple(
                Edges(
                    parent.id,
                    tuple(
                        tuple(draw(st.lists(st.integers(0, parent.partitions - 1), max_size=3, unique=True)))
                        for _ in range(partitions)
                    ),
                )
                for parent in draw(st.lists(pick, min_size=1, max_size=2, unique_by=lambda node: node.id))
            )
        storage = StorageLevel.MEMORY_ONLY if draw(st.integers(0, 4)) == 0 else None
        nodes.append(
            Node(id=number, operator=operator, partitions=partitions, dependencies=dependencies, storage=storage)
        )
        if partitions > 40:
            break
    target = nodes[-1]
    wanted = draw(st.lists(st.integers(0, target.partitions - 1), unique=True, max_size=target.partitions))
    everything = draw(st.booleans())
    return Plan(
        application="a",
        nodes=tuple(nodes),
        target=target.id,
        partitions=tuple(range(target.partitions)) if everything or not wanted else tuple(wanted),
        sources=sources,
    )

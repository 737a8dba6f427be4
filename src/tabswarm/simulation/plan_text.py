"""Plans as a few lines of text, so that a scenario shows what it is about.

Each line is `id operator parents key=value`:

    1 source 3          data of the driver's in 3 partitions, inside the plan (`far=1`: to be asked from the driver)
    2 map 1             one to one; also filter, flatMap, cache (a persisted map; `copies=2`: twice)
    3 reduce 2 parts=2  a shuffle (its id is 100 + the node's) and the node that reads it
    4 union 2 1         the parents' partitions one after the other
    5 coalesce 1 parts=1  neighbours together
    6 zip 1 2           pairs, one to one
    7 cartesian 1 2     pairs of partitions
    8 take 2 n=1        the first records of each partition
    broadcast 9         a broadcast that the driver serves; a node's function names it by `uses=9`
    want 3 0,1          the target, and which partitions of it (default: all)

Any node may say what it requires of a volunteer, and why: `requires=native,python3.12 because=it_says_so`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from tabswarm.plan.dependency import Dependency, Edges, OneToOne, Shuffle, Span, Strided
from tabswarm.plan.lineage import Node, Plan, SourceBlock
from tabswarm.plan.operators import (
    Cartesian,
    Coalesce,
    CodeRef,
    Filter,
    FlatMap,
    Map,
    Operator,
    Parallelize,
    Shuffled,
    Take,
    Union,
    Zip,
)
from tabswarm.plan.partitioner import CombineValues, HashPartitioner
from tabswarm.plan.storage_level import StorageLevel

SHUFFLE_IDS = 100


def read_plan(application: str, lines: Iterable[str], action: str = "collect") -> Plan:
    """The plan that the lines describe."""
    nodes: dict[int, Node] = {}
    sources: dict[int, tuple[SourceBlock, ...]] = {}
    broadcasts: dict[int, str] = {}
    target, wanted = 0, None
    for line in lines:
        words = line.split("#")[0].split()
        if not words:
            continue
        options = dict(word.split("=", 1) for word in words if "=" in word)
        words = [word for word in words if "=" not in word]
        if words[0] == "want":
            target = int(words[1])
            wanted = tuple(int(part) for part in words[2].split(",")) if len(words) > 2 else None
            continue
        if words[0] == "broadcast":
            broadcasts[int(words[1])] = f"job.py:{words[1]}"
            sources[int(words[1])] = (SourceBlock(100, b"root"),)
            continue
        node = _read_node(int(words[0]), words[1], [int(word) for word in words[2:]], options, nodes)
        nodes[node.id] = node
        if isinstance(node.operator, Parallelize):
            inline = None if "far" in options else b"data"
            sources[node.id] = (SourceBlock(4, b"root", inline),) * node.partitions
    if wanted is None:
        wanted = tuple(range(nodes[target].partitions))
    return Plan(
        application=application,
        nodes=tuple(nodes.values()),
        target=target,
        partitions=wanted,
        sources=sources,
        action=action,
        broadcasts=broadcasts,
    )


def _read_node(number: int, word: str, numbers: list[int], options: dict[str, str], nodes: dict[int, Node]) -> Node:
    uses = tuple(int(word) for word in options.get("uses", "").split(",") if word)
    code = CodeRef(f"f{number}", (f"f{number}",), uses)
    dependencies: tuple[Dependency, ...] = ()
    operator: Operator
    storage = None
    parents = [nodes[parent] for parent in numbers] if word != "source" else []
    partitions = parents[0].partitions if parents else 0
    match word:
        case "source":
            operator, partitions = Parallelize(), numbers[0]
        case "map" | "filter" | "flatMap" | "cache":
            kinds: dict[str, type[Map] | type[Filter] | type[FlatMap]] = {"filter": Filter, "flatMap": FlatMap}
            operator = kinds.get(word, Map)(code)
            dependencies = (OneToOne(parents[0].id),)
            if word == "cache":
                storage = StorageLevel.MEMORY_ONLY_2 if options.get("copies") == "2" else StorageLevel.MEMORY_ONLY
        case "reduce":
            operator, partitions = Shuffled(), int(options["parts"])
            merge = CombineValues(None, code, code)
            dependencies = (Shuffle(parents[0].id, SHUFFLE_IDS + number, HashPartitioner(partitions), merge),)
        case "union":
            operator, start = Union(), 0
            spans = []
            for parent in parents:
                spans.append(Span(parent.id, 0, start, parent.partitions))
                start += parent.partitions
            dependencies, partitions = tuple(spans), start
        case "coalesce":
            operator, partitions = Coalesce(), int(options["parts"])
            many = parents[0].partitions
            bounds = [index * many // partitions for index in range(partitions + 1)]
            groups = pairwise(bounds)
            dependencies = (Edges(parents[0].id, tuple(tuple(range(low, high)) for low, high in groups)),)
        case "zip":
            operator = Zip()
            dependencies = tuple(OneToOne(parent.id) for parent in parents)
        case "cartesian":
            left, right = parents
            operator, partitions = Cartesian(), left.partitions * right.partitions
            dependencies = (
                Strided(left.id, right.partitions, left.partitions),
                Strided(right.id, 1, right.partitions),
            )
        case "take":
            operator, dependencies = Take(int(options["n"])), (OneToOne(parents[0].id),)
        case _:
            raise ValueError(f"no operator {word!r}")
    return Node(
        id=number,
        operator=operator,
        partitions=partitions,
        dependencies=dependencies,
        name=options.get("name", word),
        call_site=f"job.py:{number}",
        storage=storage,
        requires=tuple(word for word in options.get("requires", "").split(",") if word),
        because=options.get("because", "").replace("_", " "),
    )

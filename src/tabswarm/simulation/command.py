"""`tabswarm-sim`: play seeded stories of a whole swarm, and replay one that failed, bit for bit.

Each seed is a story: a few programs on a swarm of simulated volunteers, to which things happen (tabs close, freeze,
come and go; sessions break; blocks are damaged; pairs cannot reach each other), until it is healed. Then every job must
end with the answer of one sequential loop, or with a documented error that what happened explains.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tabswarm.simulation.story import Story, Verdict

CHUNK = 20
"""Seeds that a process plays at a time."""

EXAMPLES = """\
examples:
  tabswarm-sim --seeds 0..9999           play ten thousand, on all processors; failures as they come
  tabswarm-sim --seed 126 --trace        replay one, with every event, fault and command
  tabswarm-sim --seed 126 --volunteers 3 the same programs and faults on three volunteers

A line of the trace is the time in milliseconds and what happened; under it stands what the coordinator commanded. The
same seed gives the same trace on every Python and platform, and the hash at its end says so.
The exit code is 1 if any seed failed. CONTRIBUTING.md says what to do about it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; gives its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.seed is not None:
            return _replay(asked.seed, asked.volunteers, asked.trace)
        return _play_all(_seeds(asked.seeds), asked.volunteers, asked.processes)
    except BrokenPipeError:  # `| head`: whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tabswarm-sim",
        description=(__doc__ or "").replace("`tabswarm-sim`: play", "Play"),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, metavar="N", help="replay this one")
    which.add_argument("--seeds", metavar="A..B", help="play all from A to B, both included")
    parser.add_argument("--volunteers", type=int, metavar="N", help="so many instead of as many as the seed says")
    parser.add_argument("--trace", action="store_true", help="with --seed: print all that happens")
    parser.add_argument("--processes", type=int, metavar="N", help="with --seeds: how many at once (one a processor)")
    return parser


def _seeds(text: str) -> range:
    first, dots, last = text.partition("..")
    try:
        return range(int(first), int(last if dots else first) + 1)
    except ValueError:
        sys.exit(f"tabswarm-sim: --seeds takes two numbers, as 0..1999, and not {text!r}")


def _replay(seed: int, volunteers: int | None, show: bool) -> int:
    story = Story(seed, volunteers=volunteers, keep_trace=show)
    if show:
        print(story.describe())
    try:
        verdict: Verdict | None = story.run()
    except Exception:
        verdict = None
        failure = traceback.format_exc()
    for line in story.swarm.trace or ():
        print(line)
    if verdict is None:
        print(failure, file=sys.stderr)
        print(f"seed {seed} FAILED at {story.swarm.clock.now} ms; trace {story.swarm.trace_hash()}", file=sys.stderr)
        return 1
    print(verdict)
    return 0


def play(seed: int, volunteers: int | None = None) -> Verdict | str:
    """One seed's verdict, or in a line what went wrong."""
    try:
        return Story(seed, volunteers=volunteers).run()
    except Exception as error:
        return f"seed {seed} FAILED: {type(error).__name__}: {error}"


def _play_all(seeds: Sequence[int], volunteers: int | None, processes: int | None) -> int:
    began = time.monotonic()
    failed: list[str] = []
    good: list[Verdict] = []
    for verdict in play_in_processes(seeds, volunteers, processes):
        if isinstance(verdict, str):
            failed.append(verdict)
            print(verdict, flush=True)
        else:
            good.append(verdict)
    print(f"{len(seeds)} seeds in {time.monotonic() - began:.0f} s: {len(good)} right, {len(failed)} failed")
    if good:
        print(_figures(good))
    for line in failed:
        print(f"replay: tabswarm-sim --seed {line.split()[1]} --trace", file=sys.stderr)
    return 1 if failed else 0


def _figures(good: Sequence[Verdict]) -> str:
    errors: dict[str, int] = {}
    for verdict in good:
        for error in verdict.errors:
            name = error.split()[-1]
            errors[name] = errors.get(name, 0) + 1
    documented = ", ".join(f"{count} {name}" for name, count in sorted(errors.items())) or "none"
    lossy, relayed = sum(verdict.lost > 0 for verdict in good), sum(verdict.relayed > 0 for verdict in good)
    return (
        f"{lossy} lost a committed block, {relayed} relayed, {sum(verdict.volunteers >= 50 for verdict in good)} had "
        f"fifty volunteers or more; {sum(verdict.departures for verdict in good)} departures, "
        f"{sum(verdict.events for verdict in good)} events\n"
        f"{sum(verdict.exact for verdict in good)} jobs exact; with a documented error: {documented}"
    )


def play_in_processes(
    seeds: Iterable[int], volunteers: int | None = None, processes: int | None = None
) -> Iterator[Verdict | str]:
    """What `play` gives for each seed, in their order; as many at once as there are processors, or as `processes`
    says."""
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(partial(play, volunteers=volunteers), seeds, chunksize=CHUNK)


if __name__ == "__main__":
    sys.exit(main())

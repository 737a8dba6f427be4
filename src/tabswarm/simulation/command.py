"""`tabswarm-sim`: play seeds of the simulator, and replay the one that failed, bit for bit.

    tabswarm-sim --seeds 0..9999          all of these, on all processors; the failures by name
    tabswarm-sim --seed 126 --trace       one of them, with everything that happened
    tabswarm-sim --seed 126 --volunteers 3    a seed's story with another number of volunteers is another story

The exit code is 1 if any seed failed, and each that did is named in a line that says how to replay it.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tabswarm.simulation.story import Story, Verdict

CHUNK = 20
"""Seeds that a process plays at a time."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; gives its exit code."""
    asked = _parser().parse_args(arguments)
    if asked.seed is not None:
        return _replay(asked.seed, asked.volunteers, asked.trace)
    return _play_all(_seeds(asked.seeds), asked.volunteers, asked.processes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tabswarm-sim", description=(__doc__ or "").split("\n\n")[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, help="replay this one")
    which.add_argument("--seeds", metavar="A..B", help="play all from A to B, both included")
    parser.add_argument("--volunteers", type=int, help="so many instead of as many as the seed says")
    parser.add_argument("--trace", action="store_true", help="with --seed: print every event, fault and command")
    parser.add_argument("--processes", type=int, help="with --seeds: how many at once (default: one a processor)")
    return parser


def _seeds(text: str) -> range:
    first, dots, last = text.partition("..")
    try:
        return range(int(first), int(last if dots else first) + 1)
    except ValueError:
        sys.exit(f"tabswarm-sim: --seeds takes two numbers, as 0..1999, and not {text!r}")


def _replay(seed: int, volunteers: int | None, show: bool) -> int:
    story = Story(seed, volunteers=volunteers, keep_trace=show)
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
    played = lossy = 0
    errors: dict[str, int] = {}
    for verdict in _in_processes(seeds, volunteers, processes):
        played += 1
        if isinstance(verdict, str):
            failed.append(verdict)
            print(verdict, flush=True)
            continue
        lossy += verdict.lost > 0
        for error in verdict.errors:
            name = error.split()[-1]
            errors[name] = errors.get(name, 0) + 1
    documented = ", ".join(f"{count} {name}" for name, count in sorted(errors.items())) or "none"
    print(
        f"{played} seeds in {time.monotonic() - began:.0f} s: {played - len(failed)} right, {len(failed)} failed; "
        f"{lossy} lost a committed block; jobs with a documented error: {documented}"
    )
    for line in failed:
        print(f"replay: tabswarm-sim --seed {line.split()[1]} --trace", file=sys.stderr)
    return 1 if failed else 0


def _in_processes(seeds: Iterable[int], volunteers: int | None, processes: int | None) -> Iterator[Verdict | str]:
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(partial(play, volunteers=volunteers), seeds, chunksize=CHUNK)


if __name__ == "__main__":
    sys.exit(main())

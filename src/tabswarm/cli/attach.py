"""`tabswarm attach`: an application that runs, or ran, without this terminal: its output, its jobs, their results.

It looks on: the script that drives the application, if it is alive, is not disturbed, and a second `attach` sees the
same.
"""

from __future__ import annotations

import json
import math
import pprint
import sys

import msgspec
import rich_click as click

from tabswarm.cli.terminal import err, out
from tabswarm.driver.attached import AttachedApplication, attach_application
from tabswarm.driver.detached_run import DetachedRun, run_of
from tabswarm.driver.plain_text import harmless
from tabswarm.errors import ResultsGone, TabswarmError
from tabswarm.plan.report import JobReport
from tabswarm.transport.links import parse_link

SHOWN = 20
"""Records of a list that a person is shown; `--json` has them all."""


@click.command("attach")
@click.argument("application")
@click.option("--master", envvar="TABSWARM_MASTER", required=True, help="The swarm's driver link.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every job and its whole result.")
def command(application: str, master: str, as_json: bool) -> None:
    """Attach to an APPLICATION (its id, as `tabswarm run --detach` prints it): wait for its running jobs, and show
    each job's state and result.

    Results stay for a day after their program has left. What the script printed is shown too, where it ran on this
    machine.
    """
    link = parse_link(master, role="driver")
    run = run_of(application)
    with attach_application(link, application) as attached:
        before = "" if run is None else printed(run)
        if not as_json:
            show_output(before)
        jobs = follow(attached, as_json)
        output = "" if run is None else printed(run)
    if not as_json:
        show_output(output[len(before) :])
    if as_json:
        told = {"application": application, "output": output, "jobs": [told_job(*job) for job in jobs]}
        click.echo(json.dumps(told, indent=2))
    elif not jobs:
        out.print("No jobs yet.")
    if any(isinstance(failure, TabswarmError | ValueError) for _, _, failure in jobs):
        sys.exit(1)


Told = tuple[JobReport, object, Exception | None]
"""A job as it ended, its result, or why there is none that counts as a failure."""


def follow(attached: AttachedApplication, quiet: bool) -> list[Told]:
    """Each job once it is over, in order, until no further one has come; shows each unless `quiet`."""
    told: dict[str, Told] = {}
    while new := [job.id for job in attached.jobs() if job.id not in told]:
        for job in new:
            result: object = None
            failure: Exception | None = None
            note = ""
            try:
                result = attached.result(job)
            except ResultsGone as gone:
                note = str(gone)
            except (TabswarmError, ValueError) as error:
                failure = error
            report = next(report for report in attached.jobs() if report.id == job)
            told[job] = (report, result, failure)
            if not quiet:
                show_job(report, result, failure, note)
    return list(told.values())


def printed(run: DetachedRun) -> str:
    """What the script has printed so far."""
    return run.output.read_text(encoding="utf-8", errors="replace") if run.output.is_file() else ""


def show_output(text: str) -> None:
    """What the script printed, if anything."""
    if text.strip():
        out.print(harmless(text).rstrip(), markup=False)
        out.print()


def show_job(report: JobReport, result: object, failure: Exception | None, note: str) -> None:
    """One job for a person: a line for its state, and its result or why there is none."""
    where = f" at {report.call_site}" if report.call_site else ""
    state = f"{report.state}, {report.done} of {report.total} tasks"
    out.print(harmless(f"{report.id}  {report.action or 'job'}{where}  {state}"), style="bold", markup=False)
    if failure is not None:
        err.print(harmless(str(failure)), style="red", markup=False)
    elif note:
        out.print(harmless(note), style="dim", markup=False)
    else:
        out.print(harmless(shown(result)), markup=False)


def shown(result: object) -> str:
    """A result as text, a long list cut.

    >>> shown([1, 2]), shown(list(range(100))).splitlines()[-1]
    ('[1, 2]', '... and 80 more records')
    """
    if isinstance(result, list) and len(result) > SHOWN:
        lines = [repr(record) for record in result[:SHOWN]]
        return "\n".join([*lines, f"... and {len(result) - SHOWN:,} more records"])
    return pprint.pformat(result, width=100, sort_dicts=False)


def told_job(report: JobReport, result: object, failure: Exception | None) -> dict[str, object]:
    """One job for a program: its report, with `result`, and with `error` where it has none."""
    told: dict[str, object] = msgspec.to_builtins(report)
    if failure is not None and not report.error:
        told["error"] = f"{type(failure).__name__}: {failure}"
    told["result"] = as_json_value(result)
    return told


def as_json_value(value: object) -> object:
    """A value in JSON's terms: a mapping whose keys are no texts is a list of pairs, and what JSON lacks is its `repr`.

    >>> as_json_value({"a": (1, 2.5)}), as_json_value({(1, 2): None}), as_json_value({1, }), as_json_value(2j)
    ({'a': [1, 2.5]}, [[[1, 2], None]], [1], '2j')
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else repr(value)
        case list() | tuple() | set() | frozenset():
            return [as_json_value(item) for item in value]
        case dict():
            if all(isinstance(key, str) for key in value):
                return {key: as_json_value(item) for key, item in value.items()}
            return [[as_json_value(key), as_json_value(item)] for key, item in value.items()]
        case _:
            return repr(value)

"""`tabswarm jobs`: the swarm's jobs, and the ledger of who computed what."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import msgspec
import rich_click as click
from rich.table import Table

from tabswarm.cli.terminal import out
from tabswarm.errors import CoordinatorUnreachable, TokenRefused
from tabswarm.plan.report import JobReport
from tabswarm.transport.links import parse_link


@click.command("jobs")
@click.option("--master", envvar="TABSWARM_MASTER", required=True, help="The swarm's driver link.")
@click.option("--json", "as_json", is_flag=True, help="A list of jobs as JSON, for programs.")
def command(master: str, as_json: bool) -> None:
    """Show each job of a swarm: its state and progress, how often each node was computed and by whom, bytes moved."""
    reports = fetch_reports(master)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(reports), indent=2))
        return
    if not reports:
        out.print("No jobs yet.")
    for report in reports:
        show(report)


def fetch_reports(master: str) -> list[JobReport]:
    """Ask the coordinator behind a driver link for its jobs. Raises BadLink, TokenRefused or CoordinatorUnreachable."""
    link = parse_link(master, role="driver")
    request = urllib.request.Request(f"{link.origin}/api/jobs", headers={"Authorization": f"Bearer {link.token}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return msgspec.json.decode(answer.read(), type=list[JobReport])
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            raise TokenRefused(
                f"{link.origin} does not take this link: it needs the driver link of a swarm there"
            ) from None
        raise CoordinatorUnreachable(f"{link.origin} answered {error.code} {error.reason}") from None
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise CoordinatorUnreachable(f"no coordinator answers at {link.origin}: {reason}") from None


def show(report: JobReport) -> None:
    """One job for a person: a line for its state, a table of its nodes, and who did how much."""
    out.print(
        f"{report.id}  {report.action or 'job'}  {report.state}  {report.done} of {report.total} tasks",
        style="bold",
        markup=False,
    )
    marks = [*([f"group {report.group}"] if report.group else []), *report.tags]
    if report.description or marks:
        out.print("  ".join([*([report.description] if report.description else []), *marks]), markup=False)
    if report.waiting_for:
        out.print(f"waits for {report.waiting_for}", style="yellow", markup=False)
    if report.error:
        out.print(report.error, style="red", markup=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("node", "at", "partitions", "first", "recomputed", "speculative", "partial"):
        table.add_column(column, justify="left" if column in ("node", "at") else "right")
    for node in report.nodes:
        counts = (node.partitions, node.first, node.recomputed, node.speculative, node.partial)
        table.add_row(node.name, node.call_site, *map(str, counts))
    out.print(table)
    out.print(
        f"computed by  {', '.join(f'{v.name or v.id} ({v.kind}) {v.tasks}' for v in report.volunteers)}", markup=False
    )
    moved = report.bytes
    out.print(
        f"block bytes  direct {moved.direct:,}  relayed {moved.relayed:,}  inline {moved.inline:,}\n", markup=False
    )

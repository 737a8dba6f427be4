"""`tabswarm worker`: this machine's processes as a volunteer."""

from __future__ import annotations

import asyncio
import os
import re
import sys

import rich_click as click

from tabswarm.cli.terminal import err
from tabswarm.worker.native import run_worker

UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


class ByteSize(click.ParamType[int]):
    """A number of bytes, with or without a unit: 500000000, 512M, 4GiB.

    >>> ByteSize().convert("512M", None, None)
    536870912
    """

    name = "bytes"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", str(value).strip().lower())
        if match is None:
            self.fail(f"{value!r} is no number of bytes; write it like 500000000, 512M or 4G.", param, ctx)
        return int(float(match[1]) * UNITS[match[2]])


class BlockPortNumber(click.ParamType[int | None]):
    """A port number, `any` (0) or `off` (None).

    >>> [BlockPortNumber().convert(text, None, None) for text in ("any", "off", "8701")]
    [0, None, 8701]
    """

    name = "port"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        text = str(value).strip().lower()
        if text in ("any", "off"):
            return 0 if text == "any" else None
        if not text.isascii() or not text.isdigit() or not 1024 <= int(text) < 2**16:
            self.fail(f"{value!r} is no port; write any, off, or a number from 1024 to 65535.", param, ctx)
        return int(text)


@click.command("worker")
@click.argument("link")
@click.option(
    "--slots",
    default=os.cpu_count() or 1,
    show_default="all cores",
    type=click.IntRange(1, 1024),
    help="Tasks that run at once, each in a process of its own.",
)
@click.option("--memory", default="2G", show_default=True, type=ByteSize(), help="Bytes of blocks to hold.")
@click.option("--name", default="", help="What the swarm calls this worker; this machine's name unless given.")
@click.option(
    "--block-port",
    default="any",
    show_default=True,
    type=BlockPortNumber(),
    help="TCP port at which other native workers and drivers of the swarm fetch blocks, over TLS; off for none.",
)
@click.option(
    "--webrtc/--no-webrtc",
    default=True,
    show_default=True,
    help="Fetch blocks from tabs, and serve them, without the coordinator; needs the extra tabswarm[webrtc].",
)
@click.option("--relay-only", is_flag=True, help="Others of the swarm do not see this machine's address.")
def command(
    link: str, slots: int, memory: int, name: str, block_port: int | None, webrtc: bool, relay_only: bool
) -> None:
    """Join the swarm behind an invite LINK with native processes. `-` reads the link from standard input.

    A native worker is no sandbox: it runs the code of whoever has the swarm's driver link, with your rights on this
    machine. Use it on machines of your own.

    Ctrl-C once finishes first: what runs comes to its end, what is held here goes to others. Ctrl-C twice stops now.
    """
    if link == "-":
        link = sys.stdin.readline().strip()
    asyncio.run(
        run_worker(
            link,
            slots=slots,
            memory=memory,
            name=name,
            block_port=block_port,
            webrtc=webrtc,
            relay_only=relay_only,
            say=lambda line: err.print(line, markup=False),
        )
    )

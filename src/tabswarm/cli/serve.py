"""`tabswarm serve`: a coordinator, until Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import signal
from contextlib import suppress
from pathlib import Path

import rich_click as click

from tabswarm.cli.terminal import out, show_links
from tabswarm.coordinator.serve import RunningServer, serve


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--public-url", help="How others reach this coordinator, for the links: https://swarm.example.org")
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Certificate (PEM).")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its private key (PEM).")
@click.option("--allow-plain-http", is_flag=True, help="Listen beyond this machine without TLS.")
@click.option("--title", default="", help="What volunteers are told the swarm is for.")
@click.option(
    "--ice-server",
    "ice_servers",
    multiple=True,
    help="A STUN or TURN server by which peers in different networks find each other: stun:HOST:PORT or "
    "turn:USER:CREDENTIAL@HOST:PORT. May be given several times; none is asked unless given.",
)
@click.option("--relay-only", is_flag=True, help="Peers do not see each other's address; this coordinator relays all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: url and the three links.")
def command(
    host: str,
    port: int,
    public_url: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    allow_plain_http: bool,
    title: str,
    ice_servers: tuple[str, ...],
    relay_only: bool,
    as_json: bool,
) -> None:
    """Start a coordinator with one swarm, print its links, and serve until Ctrl-C.

    It listens on this machine only unless --host says otherwise, and then it wants TLS or --allow-plain-http.
    """
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key belong together; give both or neither.")

    async def serve_until_stopped() -> None:
        server = await serve(
            host=host,
            port=port,
            public_url=public_url,
            tls_cert=tls_cert,
            tls_key=tls_key,
            allow_plain_http=allow_plain_http,
            title=title,
            ice_servers=ice_servers,
            relay_only=relay_only,
        )
        try:
            announce(server, as_json)
            await stop_signal()
        finally:
            await server.close()

    asyncio.run(serve_until_stopped())


def announce(server: RunningServer, as_json: bool) -> None:
    """Print the links: for a program as one line of JSON, for a person with what each is for."""
    if as_json:
        links = {
            "url": server.url,
            "driver_link": server.driver_link,
            "invite_link": server.invite_link,
            "operator_link": server.operator_link,
        }
        click.echo(json.dumps(links))
        return
    show_links(invite=server.invite_link, driver=server.driver_link, operator=server.operator_link, url=server.url)
    out.print("Run a program:  tabswarm run JOB.py --master DRIVER_LINK      Stop: Ctrl-C", style="dim", markup=False)


async def stop_signal() -> None:
    """Wait for Ctrl-C or a request to terminate."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
            loop.add_signal_handler(number, stopped.set)
    await stopped.wait()

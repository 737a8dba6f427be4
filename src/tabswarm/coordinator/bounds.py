"""Every limit of the coordinator, in one place: what a peer may send, hold and make us keep.

Bytes, seconds or counts, as each line says. A limit is checked before what it guards is read.
"""

from __future__ import annotations

import msgspec

from tabswarm.wire.messages import HELLO_LIMIT, MESSAGE_LIMIT, OUTPUT_LIMIT


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The limits; tests make them small."""

    about_seconds: float = 2.0
    """How often, at most, a page is told anew what the swarm computes."""
    hello_seconds: float = 5.0
    hello_bytes: int = HELLO_LIMIT
    message_bytes: int = MESSAGE_LIMIT
    messages_a_pulse: int = 10_000
    """Messages that a peer may send from one pulse to the next."""
    pulse_seconds: float = 1.0
    """How often peers are pinged and told of the swarm."""
    silence_seconds: float = 10.0
    """Without a message for so long a peer is gone."""
    outbox_bytes: int = 96 * 2**20
    """What may wait to be sent to one peer: twice the largest message and some."""
    output_bytes: int = OUTPUT_LIMIT
    """Printed output that one attempt may send to its driver."""
    driver_output_bytes: int = 8 * 2**20
    """With more than this waiting for a driver, tasks' output to it is counted and dropped."""
    swarms: int = 200
    """Swarms of one coordinator."""
    operators: int = 20
    """Sessions of operators."""
    sessions: int = 5_000
    """Control sessions of one swarm."""
    remembered_sessions: int = 20_000
    """Ended sessions of one swarm that can be taken up again."""
    jobs_remembered: int = 10_000
    slots: int = 1_024
    memory: int = 2**44
    """A volunteer that claims more slots, or more bytes of memory, is taken to have these."""
    name_letters: int = 60
    code_blob_bytes: int = 8 * 2**20
    code_bytes: int = 128 * 2**20
    code_blobs: int = 20_000
    """Code of one application."""
    applications: int = 1_000
    swarm_code_bytes: int = 2**30
    """Applications of one swarm that keep code, and their code together. Past it those whose driver is gone lose
    theirs, the oldest first."""
    results_seconds: float = 24 * 3600.0
    """How long results stay without a driver; then the application is dropped."""
    source_seconds: float = 3600.0
    """How long a job waits for source data that only its driver had."""
    request_items: int = 100_000
    """Blocks in one request on the relay."""
    relay_outbox_bytes: int = 32 * 2**20
    relay_bytes: int = 512 * 2**20
    """What may wait on all relay sockets together; past it no request is taken."""
    relay_item_bytes: int = 2**31
    """Bytes of one item on the relay."""
    signals_a_pulse: int = 2_000
    signal_bytes_a_pulse: int = 4 * 2**20
    """Signals, and characters of them, that one peer may send from one pulse to the next."""
    signal_outbox_bytes: int = 8 * 2**20
    """With more than this waiting for a peer no signal is forwarded to it."""
    park_seconds: float = 5.0
    """How long a request waits for the relay socket of a holder who is there."""

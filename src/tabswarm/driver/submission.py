"""The message that submits a job, refused here where it would be too large for the coordinator."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tabswarm.errors import PlanRefused
from tabswarm.plan.lineage import Plan
from tabswarm.wire.messages import MESSAGE_LIMIT, Submit


def submission(request: int, plan: Plan, code: Mapping[str, bytes], *, keep: bool) -> Submit:
    """The message. Raises `PlanRefused` where plan and code are over the limit."""
    message = Submit(request=request, plan=plan, code=dict(code), keep=keep)
    size = len(msgspec.msgpack.encode(message))
    if size > MESSAGE_LIMIT:
        raise PlanRefused(
            f"the plan of {plan.action or 'this job'} and its code have {size:,} bytes, over the limit of "
            f"{MESSAGE_LIMIT:,}: does a function close over large data, or is the lineage very long?"
        )
    return message

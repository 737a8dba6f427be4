"""From what the coordinator says of a failed job to the exception that the user's call raises.

The message's first line says what was raised, where in the user's own file, and in which node and partition; the task's
traceback follows as a note, the way Python shows notes.
"""

from __future__ import annotations

from tabswarm import errors
from tabswarm.driver.plain_text import harmless
from tabswarm.errors import JobError, TabswarmError, TaskError
from tabswarm.plan.task import Failure
from tabswarm.wire.messages import JobFailed, Refused


def error_of(failed: JobFailed) -> TabswarmError:
    """The exception for a job that ended without an answer."""
    kind = _class_of(failed.error, JobError)
    reason = harmless(failed.reason)
    cause = failed.causes[-1] if failed.causes else None
    if issubclass(kind, TaskError):
        message = reason or (_sentence(cause) if cause else "a task failed")
        error: TabswarmError = kind(
            message,
            type_name=harmless(cause.type_name) if cause else "",
            message=harmless(cause.message) if cause else "",
            line=harmless(cause.line) if cause else "",
            traceback=harmless(cause.traceback) if cause else "",
            partition=cause.partition if cause else None,
            volunteer=harmless(cause.volunteer) if cause else "",
        )
    else:
        error = kind(reason or failed.error)
    if cause is not None and cause.traceback.strip():
        error.add_note("In the task:\n" + harmless(cause.traceback).strip())
    return error


def error_of_refusal(refused: Refused) -> TabswarmError:
    """The exception for a job that was not accepted."""
    return _class_of(refused.code, errors.PlanRefused)(harmless(refused.reason))


def _class_of(name: str, otherwise: type[TabswarmError]) -> type[TabswarmError]:
    found = getattr(errors, name, None)
    return found if isinstance(found, type) and issubclass(found, TabswarmError) else otherwise


def _sentence(cause: Failure) -> str:
    where = f" (at {cause.line})" if cause.line else ""
    partition = f", partition {cause.partition}" if cause.partition is not None else ""
    return harmless(f"{cause.type_name}: {cause.message}{where}{partition}")

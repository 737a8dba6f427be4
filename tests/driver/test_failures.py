"""What a failed job says to the program: the type, the user's line, and the task's own traceback below it."""

from __future__ import annotations

import pytest

from tabswarm import errors
from tabswarm.driver.failures import error_of, error_of_refusal
from tabswarm.plan.task import Failure, FailureKind
from tabswarm.wire.messages import JobFailed, Refused


def failed(error: str, reason: str = "", *causes: Failure) -> JobFailed:
    return JobFailed(job="j1", error=error, reason=reason, causes=causes)


def raised(type_name: str, message: str, traceback: str, line: str = "") -> Failure:
    return Failure(
        kind=FailureKind.RAISED, partition=3, type_name=type_name, message=message, traceback=traceback, line=line
    )


def test_an_exception_of_the_users_becomes_a_task_error_with_its_traceback_as_a_note() -> None:
    cause = raised(type_name="KeyError", message="'x'", line="job.py:7", traceback="Traceback ...\nKeyError: 'x'\n")
    error = error_of(failed("TaskError", "", cause))
    assert isinstance(error, errors.TaskError)
    assert (str(error), error.type_name) == ("KeyError: 'x' (at job.py:7), partition 3", "KeyError")
    assert error.__notes__ == ["In the task:\nTraceback ...\nKeyError: 'x'"]
    assert error.traceback.startswith("Traceback")


@pytest.mark.parametrize("name", ["NoEligibleVolunteers", "SourceUnavailable", "WorkerLost", "CannotCompile"])
def test_each_kind_of_failure_has_its_own_type(name: str) -> None:
    error = error_of(failed(name, "this is why"))
    assert (type(error).__name__, str(error)) == (name, "this is why")


@pytest.mark.parametrize("name", ["SystemExit", "annotations", "os", "", "Exception"])
def test_a_name_that_is_no_error_of_ours_becomes_a_plain_job_error(name: str) -> None:
    assert type(error_of(failed(name, "why"))) is errors.JobError


def test_what_a_volunteer_wrote_reaches_the_terminal_without_its_escapes() -> None:
    cause = raised(type_name="E\x1b[31m", message="\x1b]0;owned\x07hello", traceback="\x1b[2Jtrace")
    error = error_of(failed("TaskError", "", cause))
    assert "\x1b" not in str(error) + "".join(error.__notes__)


def test_a_plan_that_is_refused_says_why() -> None:
    error = error_of_refusal(Refused(code="PlanRefused", reason="a cycle", request=1))
    assert (type(error), str(error)) == (errors.PlanRefused, "a cycle")

"""What tasks print: marked, on its own stream, and never more than a terminal can take."""

from __future__ import annotations

import pytest

from tabswarm.driver.task_output import JOB_LIMIT, OutputPrinter
from tabswarm.wire.messages import TaskOutput


def said(text: str, stream: str = "stdout", partition: int = 2, dropped: int = 0) -> TaskOutput:
    return TaskOutput(job="j1", volunteer="v1", partition=partition, stream=stream, text=text, dropped=dropped)


def test_each_line_is_marked_with_volunteer_and_partition_on_its_own_stream(capsys: pytest.CaptureFixture[str]) -> None:
    printer = OutputPrinter()
    printer.show(said("one\ntwo\n"), "Ada's laptop")
    printer.show(said("oops", stream="stderr", partition=-1), "Ada's laptop")
    out, err = capsys.readouterr()
    assert out == "[Ada's laptop · partition 2] one\n[Ada's laptop · partition 2] two\n"
    assert err == "[Ada's laptop] oops\n"


def test_a_hostile_name_or_text_moves_nothing_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    OutputPrinter().show(said("\x1b[2Jgone\r\n"), "\x1b]0;x\x07" + "n" * 500)
    out = capsys.readouterr().out
    assert out == f"[{'n' * 40} · partition 2] gone\n"


def test_a_flood_is_cut_off_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    printer = OutputPrinter()
    for _ in range(3):
        printer.show(said("x" * (JOB_LIMIT // 2 + 1) + "\n"), "v")
    printer.show(said("", dropped=77), "v")
    printer.job_ended("j1")
    out, err = capsys.readouterr()
    assert out.count("x") <= JOB_LIMIT
    assert "77 bytes more" in out
    assert "characters more that tasks printed are not shown" in err

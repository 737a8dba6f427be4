"""The guard, with a shell in the browser's place: what it ends, what it removes, what it hands on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tabswarm.browsers import guard


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "profile"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "file").write_text("x")
    return folder


@pytest.fixture
def lifeline() -> Iterator[tuple[int, int]]:
    read, write = os.pipe()
    yield read, write
    for end in (read, write):
        try:
            os.close(end)
        except OSError:
            continue  # the test closed it


def guarded(profile: Path, stdin: int, script: str, pipe: int = -1) -> subprocess.Popen[str]:
    command = [sys.executable, "-I", guard.__file__, str(profile), str(pipe), "--", "/bin/sh", "-c", script]
    return subprocess.Popen(
        command, stdin=stdin, stderr=subprocess.PIPE, text=True, pass_fds=() if pipe < 0 else (pipe,)
    )


def test_when_the_browser_ends_its_profile_goes_and_we_hear_its_status(
    profile: Path, lifeline: tuple[int, int]
) -> None:
    with guarded(profile, lifeline[0], "exit 7") as process:
        assert process.wait(20) == 7
    assert not profile.exists()


def test_when_the_lifeline_breaks_the_browser_and_its_children_die(profile: Path, lifeline: tuple[int, int]) -> None:
    with guarded(profile, lifeline[0], "sleep 1000 & echo $! >&2; wait") as process:
        assert process.stderr is not None
        child = int(process.stderr.readline())
        os.kill(child, 0)  # the control: it lives
        os.close(lifeline[1])
        assert process.wait(20) == 128 + 9
        assert process.stderr.read() == ""  # ends when the last process that holds it is gone
    assert not profile.exists()


def test_a_crashed_browser_takes_its_children_along(profile: Path, lifeline: tuple[int, int]) -> None:
    with guarded(profile, lifeline[0], "sleep 1000 & kill -SEGV $$") as process:
        assert process.wait(20) == 128 + 11
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert not profile.exists()


def test_the_pipe_arrives_as_files_3_and_4(profile: Path, lifeline: tuple[int, int]) -> None:
    ours, theirs = socket.socketpair()
    with ours, guarded(profile, lifeline[0], "read line <&3; echo got $line >&4", theirs.fileno()) as process:
        theirs.close()
        ours.sendall(b"hello\n")
        assert ours.makefile("rb").readline() == b"got hello\n"
        assert process.wait(20) == 0

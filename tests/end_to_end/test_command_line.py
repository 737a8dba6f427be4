"""Bad input on the command line: one clear line, a non-zero exit, and nothing left behind."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import threading
from pathlib import Path
from textwrap import dedent

import psutil
import pytest
from tests.end_to_end.swarm import PATIENCE, TABSWARM, Swarm, run_script

pytestmark = pytest.mark.timeout(180)


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*TABSWARM, *arguments], capture_output=True, text=True, timeout=PATIENCE)


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """What a failed command said, seen to be no traceback."""
    assert done.returncode not in (0, None)
    assert "Traceback" not in done.stderr
    return done.stderr


def test_help_and_version_answer() -> None:
    assert "demo" in call("--help").stdout and "serve" in call("--help").stdout
    assert call("--version").stdout.strip()


def test_serve_prints_one_json_object_first(swarm: Swarm) -> None:
    assert swarm.driver_link.startswith(swarm.url) and swarm.invite_link.startswith(swarm.url)
    assert swarm.driver_link != swarm.invite_link


def test_a_port_in_use_is_said_in_a_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = complaint(call("serve", "--port", port))
    assert port in said and "in use" in said


def test_beyond_loopback_serve_wants_tls_or_a_flag() -> None:
    said = complaint(call("serve", "--host", "0.0.0.0", "--port", "0"))
    assert "--allow-plain-http" in said and "tls" in said.lower()


@pytest.mark.parametrize(
    "link", ["nonsense", "http://127.0.0.1:9/console", "ftp://127.0.0.1/console#abcdefghijklmnopq"]
)
def test_a_link_that_is_none_is_refused(link: str, tmp_path: Path) -> None:
    script = tmp_path / "job.py"
    script.write_text("from tabswarm import Context\nContext()\n")
    for command in (["run", str(script), "--master", link], ["worker", link], ["jobs", "--master", link]):
        assert "link" in complaint(call(*command)) or "master" in complaint(call(*command))


def test_a_link_with_a_wrong_token_is_refused(swarm: Swarm, tmp_path: Path) -> None:
    script = tmp_path / "job.py"
    script.write_text("from tabswarm import Context\nContext()\n")
    wrong = swarm.url + "/console#" + "A" * 43
    assert "token" in complaint(call("run", str(script), "--master", wrong))
    assert "link" in complaint(call("jobs", "--master", wrong))
    assert "token" in complaint(call("worker", swarm.url + "/join#" + "A" * 43))
    assert "invite link" in complaint(call("run", str(script), "--master", swarm.invite_link))


def test_nobody_at_the_address_is_said_in_a_line(tmp_path: Path) -> None:
    script = tmp_path / "job.py"
    script.write_text("from tabswarm import Context\nContext()\n")
    link = "http://127.0.0.1:9/console#" + "A" * 43
    assert "127.0.0.1:9" in complaint(call("run", str(script), "--master", link))
    assert "127.0.0.1:9" in complaint(call("jobs", "--master", link))


def test_a_script_that_is_not_there_is_said_in_a_line() -> None:
    assert "no_such.py" in complaint(call("run", "no_such.py", "--master", "local[1]"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import threading\nguard = threading.Lock()\nsc.range(3).map(lambda n: (guard, n)).collect()", "guard"),
        ("sc.range(3).map(lambda n: (x for x in [n])).collect()", "generator"),
        ("sc.parallelize([], 2).reduce(max)", "empty"),
        ("sc.textFile('no/such/file.txt').count()", "no/such/file.txt"),
        ("raise SystemExit(7)", ""),
        ("raise KeyError('my own mistake')", "my own mistake"),
        ("sc.range(3).map(lambda n: 1 // n).collect()", "ZeroDivisionError"),
    ],
)
def test_a_program_that_cannot_work_ends_with_a_clear_line_and_a_non_zero_exit(
    body: str, said: str, tmp_path: Path
) -> None:
    text = "from tabswarm import Context\nsc = Context()\n" + body + "\n"
    done = run_script(tmp_path / "job.py", text, "local[2]")
    assert done.returncode != 0
    assert said in done.stderr
    if "my own" not in said and said:
        last = [line for line in done.stderr.splitlines() if line.strip()]
        assert any(said in line for line in last[-30:])
    assert not psutil.Process().children(recursive=True)


def test_a_script_gets_its_own_arguments_and_its_exit_code_comes_back(tmp_path: Path) -> None:
    done = run_script(tmp_path / "job.py", "import sys\nprint(sys.argv[1:])\nsys.exit(3)\n", "local[1]", "--flag", "x")
    assert (done.returncode, done.stdout) == (3, "['--flag', 'x']\n")


def test_what_tasks_print_reaches_the_drivers_terminal_with_volunteer_and_partition(tmp_path: Path) -> None:
    text = dedent("""
        from tabswarm import Context
        def tell(n):
            print("here is", n)
            return n
        with Context() as sc:
            sc.parallelize([10, 20], 2).map(tell).collect()
    """)
    done = run_script(tmp_path / "job.py", text, "local[2]")
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    assert "here is 10" in said and "here is 20" in said
    assert "partition 0" in said and "partition 1" in said


def test_ctrl_c_cancels_the_job_on_the_swarm_and_leaves_no_process(swarm: Swarm, tmp_path: Path) -> None:
    swarm.add_worker(slots=1)
    script = tmp_path / "job.py"
    script.write_text(
        dedent("""
            import time
            from tabswarm import Context
            def forever(n):
                print("started", flush=True)
                while True:
                    time.sleep(0.01)
            with Context() as sc:
                sc.range(1).map(forever).collect()
        """)
    )
    with subprocess.Popen(
        [*TABSWARM, "run", str(script), "--master", swarm.driver_link],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        too_late = threading.Timer(PATIENCE, running.kill)
        too_late.start()
        try:
            assert any("started" in line for line in running.stdout)
            running.send_signal(signal.SIGINT)
            assert "the job was cancelled" in running.stdout.read()
            assert running.wait() not in (0, -signal.SIGKILL)
        finally:
            too_late.cancel()
            running.kill()
    jobs = json.loads(call("jobs", "--json", "--master", swarm.driver_link).stdout)
    assert [job["state"] for job in jobs] == ["cancelled"]

# SPDX-License-Identifier: MIT
"""An app under a tool, whichever that is: started, listened to, and ended with all that came of it.

Every wait has a limit. All that belongs to a session is known by a mark in its environment.
"""

import contextlib
import dataclasses
import itertools
import os
import select
import signal
import socket
import subprocess
import time

import apps
import followed
import peers
import processes

START_LIMIT_S = 20
END_LIMIT_S = 3
LAST_SAID = 3

numbers = itertools.count()


class Failed(Exception):
    """A tool has not done what it must do to be measured."""


@dataclasses.dataclass
class Report:
    pid: int
    began_ns: int  # its first instruction
    word: str
    came_ns: int


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Session:
    def __init__(self, tool, project, home, port=None):
        self.tool, self.project = tool, project
        self.name = f"{tool.name}, {project.kind}"
        self.reports = []
        self.begun = 0  # processes of the app, some of which have come to no report
        self.mark = f"BENCH_SESSION={os.getpid()}.{next(numbers)}"
        self.said = os.path.join(home, "said")
        fifo = os.path.join(home, "report")
        with contextlib.suppress(FileExistsError):
            os.mkfifo(fifo)
        self._partial = b""
        self._reader = os.open(fifo, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        port = port or free_port()
        environment = apps.environment(home, fifo, tool.worker, port)
        name, _, value = self.mark.partition("=")
        environment[name] = value
        self.began_ns = time.monotonic_ns()
        self.process = self._start(peers.at_port(project.kind, tool.command(project.kind), port),
                                   environment)

    def _start(self, command, environment):
        try:
            with open(self.said, "ab") as said:
                return subprocess.Popen(
                    command, cwd=self.project.folder, env=environment, stdin=subprocess.DEVNULL,
                    stdout=said, stderr=said, start_new_session=True)
        except OSError as error:
            os.close(self._reader)
            raise Failed(f"cannot be executed: {error}") from error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    # --- what the app says ---

    def _take(self, seconds):
        if not select.select([self._reader], [], [], max(0, seconds))[0]:
            return
        came = time.monotonic_ns()
        lines = (self._partial + os.read(self._reader, 65536)).split(b"\n")
        self._partial = lines.pop()
        for line in lines:
            pid, began, word = line.decode().split(" ", 2)
            if word:
                self.reports.append(Report(int(pid), int(began), word, came))
            else:
                self.begun += 1

    def wait_until(self, condition, limit_s):
        """Whether it holds, as soon as it does; it can only come to hold by a report, or in time."""
        deadline = time.monotonic() + limit_s
        while not condition():
            if followed.launched.stopping.is_set():
                raise Failed("stopped")
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._take(min(left, 0.05))
        return True

    def wait_for(self, word, limit_s, since=0):
        """The first report of that word, or None."""
        def found():
            return next((report for report in self.reports[since:] if report.word == word), None)

        self.wait_until(lambda: found() or self.is_dead(), limit_s)
        return found()

    def settle(self, seconds):
        self.wait_until(lambda: False, seconds)

    def wait_for_quiet(self, seconds, limit_s):
        """Until nothing has been said for so long."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            count = len(self.reports)
            if not self.wait_until(lambda before=count: len(self.reports) > before, seconds):
                return

    def demand_start(self):
        """The first report."""
        if not self.wait_until(lambda: self.reports or self.is_dead(), START_LIMIT_S) \
                or not self.reports:
            raise Failed(f"does not start: {self.last_said()}")
        return self.reports[0]

    def last_said(self):
        with open(self.said, encoding="utf-8", errors="replace") as said:
            return " / ".join(line.strip() for line in said.readlines()[-LAST_SAID:])

    # --- its processes ---

    def is_dead(self):
        """The tool itself has ended."""
        return self.process.poll() is not None

    def app(self):
        """The process that has said last that it is up."""
        return self.reports[-1].pid

    def own_processes(self):
        """The tool's: all that came of it, but for the app and what came of that."""
        of_app = set(processes.with_descendants(self.app()))
        return [pid for pid in processes.with_descendants(self.process.pid) if pid not in of_app]

    def end(self):
        """Asks the tool, and then kills what there still is."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END_LIMIT_S)
        processes.kill_marked(self.mark)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._reader)


@contextlib.contextmanager
def started(tool, kind, new_home, port=None, **of_app):
    """A session in a project of its own that has said that it is up."""
    home = new_home()
    project = apps.Project(os.path.join(home, "project"), kind, **of_app)
    with Session(tool, project, home, port) as session:
        session.demand_start()
        yield session


def bare_start_ms(kind, project, home):
    """From before the process to its first instruction, and to its report."""
    with Session(peers.TOOLS[0], project, home) as session:
        report = session.demand_start()
    return (report.began_ns - session.began_ns) / 1e6, (report.came_ns - session.began_ns) / 1e6

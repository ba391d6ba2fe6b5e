# SPDX-License-Identifier: MIT
"""A command under autoreload-run, all of whose events are kept, and what /proc tells of a process."""

import json
import os
import select
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "../trials"))
import launched  # noqa: E402

LIMIT_S = launched.LIMIT_S
# Runs until the process that started it is gone, should nobody end it before.
BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    sum(range(100000))\n"


class Missed(Exception):
    """Something has not come in time."""


def ms(seconds):
    return 1e3 * seconds


class Followed(launched.Launched):
    """Each event as a dict, with the "time" (CLOCK_MONOTONIC, in seconds) at which it was told."""

    def __init__(self, command, folder, home):
        self.events = []
        self.watched = set()  # by the generation that runs
        super().__init__(command, folder, home)

    def _take_event(self, line):
        super()._take_event(line)
        event = json.loads(line)
        self.events.append(event)
        if event["event"] == "started":
            self.watched = set()
        elif event["event"] == "watching":
            self.watched.add(event["path"])

    def demand(self, condition, what, limit=LIMIT_S):
        if not self.wait_until(condition, limit):
            raise Missed(f"{what}, not within {limit} s:\n{self.seen()}")

    def is_up(self, paths):
        """The process that runs has told what it has read, and all of that is watched."""
        return self.running() is not None and self.watched.issuperset(paths)

    def wait_for_print(self):
        """Sleeps, and leaves the events in their pipe, so that reading them disturbs nobody."""
        if not select.select([self.process.stdout], [], [], LIMIT_S)[0]:
            raise Missed(f"nothing was printed:\n{self.seen()}")

    def is_quiet_for(self, seconds):
        """Whether nothing is told for so long; else it returns at once."""
        count = len(self.events)
        return not self.wait_until(lambda: len(self.events) > count, seconds)

    def wait_for_quiet(self, seconds):
        while not self.is_quiet_for(seconds):
            pass

    def of_kind(self, *kinds, since=0):
        return [event for event in self.events[since:] if event["event"] in kinds]


def write(path, text):
    if os.path.dirname(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


# --- processes ---


def threads(pid):
    return [f"/proc/{pid}/task/{thread}" for thread in os.listdir(f"/proc/{pid}/task")]


def cpu_ns(pid):
    """Of all its threads that live, as the scheduler counts it; else as clock ticks."""
    try:
        return sum(int(open(f"{thread}/schedstat", encoding="ascii").read().split()[0])
                   for thread in threads(pid))
    except FileNotFoundError:
        fields = open(f"/proc/{pid}/stat", encoding="ascii").read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 10**9 // os.sysconf("SC_CLK_TCK")


def fields_of(path):
    """Name -> number, of a file with lines such as "VmRSS:  1234 kB"."""
    found = {}
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            name, _, value = line.partition(":")
            if value.split() and value.split()[0].isdigit():
                found[name] = int(value.split()[0])
    return found


def context_switches(pid):
    """Voluntary ones, and others, of all its threads."""
    all_of = [fields_of(f"{thread}/status") for thread in threads(pid)]
    return (sum(fields["voluntary_ctxt_switches"] for fields in all_of),
            sum(fields["nonvoluntary_ctxt_switches"] for fields in all_of))


def wait_until_idle(pid, quiet_s=0.3, limit_s=60):
    """Until the process has used no processor time for so long. Returns what it has used, in ns."""
    deadline = time.monotonic() + limit_s
    used = cpu_ns(pid)
    while True:
        time.sleep(quiet_s)
        now = cpu_ns(pid)
        if now == used or time.monotonic() > deadline:
            return now
        used = now

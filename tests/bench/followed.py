# SPDX-License-Identifier: MIT
"""A command under autoreload-run, all of whose events are kept."""

import json
import os
import select
import sys

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

# SPDX-License-Identifier: MIT
"""How memory and time grow with the number of dependencies, in a fifth as many folders."""

import os
import statistics
import subprocess
import time

import followed
from followed import Followed, ms, write

COUNTS = (100, 1_000, 10_000, 100_000)
PER_FOLDER = 5
FEW, MANY = 3, 10   # restarts, with the most dependencies, and with fewer
STRANGE_SAVES = 1000
UP_LIMIT_S = 120

APP = """import os, signal
for i in range(%d):
    os.close(os.open(f'part{i // 5}/file{i}', os.O_RDONLY))
print(os.getpid(), 'up', flush=True)
signal.pause()
"""


def replace(path, text):
    """Renamed from outside the folder: one event for one save."""
    write("../coming", text)
    os.rename("../coming", path)
    return time.monotonic()


class Alone:
    """The launcher as a user runs it, without --events: its memory and processor time."""

    def __init__(self, folder, home, count):
        with subprocess.Popen(
            [followed.launched.AUTORELOAD_RUN, "-q", "/usr/bin/python3", "app.py"], cwd=folder,
            env=followed.launched.own_environment(home), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        ) as launcher:
            launcher.stdout.readline()
            used = followed.wait_until_idle(launcher.pid)
            self.per_report_us = used / count / 1e3
            self.rss_kb = followed.fields_of(f"/proc/{launcher.pid}/status")["VmRSS"]
            for i in range(STRANGE_SAVES):
                replace("part0/stranger", str(i))
            self.per_event_us = (followed.wait_until_idle(launcher.pid) - used) / STRANGE_SAVES / 1e3
            replace("part0/file0", "again")
            launcher.stdout.readline()
            followed.wait_until_idle(launcher.pid)
            self.rss_again_kb = followed.fields_of(f"/proc/{launcher.pid}/status")["VmRSS"]
            launcher.terminate()


def restarts(folder, home, count):
    """From a save to changed, and from exited to started, in ms, of each."""
    to_changed, to_started = [], []
    paths = [f"{folder}/part{i // PER_FOLDER}/file{i}" for i in range(count)]
    with Followed(["/usr/bin/python3", "app.py"], folder, home) as app:
        app.demand(lambda: app.is_up(paths), "no start", UP_LIMIT_S)
        for i in range(FEW if count == COUNTS[-1] else MANY):
            app.wait_for_quiet(0.2)
            begun, generation = len(app.events), app.generation
            saved = replace(paths[(7919 * (i + 1)) % count], f"{i} again")
            app.demand(lambda: app.generation > generation and app.is_up(paths), "no restart",
                       UP_LIMIT_S)
            at = {event["event"]: event["time"]
                  for event in app.of_kind("changed", "exited", "started", since=begun)}
            to_changed.append(ms(at["changed"] - saved))
            to_started.append(ms(at["started"] - at["exited"]))
    return to_changed, to_started


def measure(_, new_home):
    print("4. Growth: RSS at first and after a restart; the launcher's own time for each report (with"
          "\n   its start-up), and for each save of a file that is none; from a save to changed, from"
          "\n   exited to started, of which the settle time is 5 ms")
    print(f"{'dependencies':>12}{'RSS':>10}{'again':>10}{'/report':>11}{'/event':>10}"
          f"{'to changed':>12}{'most':>8}{'to started':>12}{'most':>8}")
    for count in COUNTS:
        home = new_home()
        folder = os.path.join(home, "project")
        for i in range(count):
            write(f"{folder}/part{i // PER_FOLDER}/file{i}", "text\n")
        write(f"{folder}/app.py", APP % count)
        os.chdir(folder)
        alone = Alone(folder, home, count)
        to_changed, to_started = restarts(folder, home, count)
        print(f"{count:>12}{alone.rss_kb:>7} kB{alone.rss_again_kb:>7} kB"
              f"{alone.per_report_us:>8.1f} us{alone.per_event_us:>7.1f} us"
              f"{statistics.median(to_changed):>9.2f} ms{max(to_changed):>8.2f}"
              f"{statistics.median(to_started):>9.2f} ms{max(to_started):>8.2f}", flush=True)

# SPDX-License-Identifier: MIT
"""How memory and time grow with the number of dependencies, in a fifth as many folders."""

import os
import subprocess
import time

import followed
import processes
from followed import Followed, ms, write
from results import tell, text_of

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
            used = processes.wait_until_idle(launcher.pid)
            self.per_report_us = used / count / 1e3
            self.rss_kb = processes.fields_of(f"/proc/{launcher.pid}/status")["VmRSS"]
            self.pss_kb = processes.pss_kb(launcher.pid)
            for i in range(STRANGE_SAVES):
                replace("part0/stranger", str(i))
            self.per_event_us = (processes.wait_until_idle(launcher.pid) - used) / STRANGE_SAVES / 1e3
            replace("part0/file0", "again")
            launcher.stdout.readline()
            processes.wait_until_idle(launcher.pid)
            self.rss_again_kb = processes.fields_of(f"/proc/{launcher.pid}/status")["VmRSS"]
            launcher.terminate()


def restarts(folder, home, count):
    """From a save to changed, from exited to started, and from a save to the report, in ms, of each."""
    found = {"to_changed": [], "to_started": [], "restart": []}
    paths = [f"{folder}/part{i // PER_FOLDER}/file{i}" for i in range(count)]
    with Followed(["/usr/bin/python3", "app.py"], folder, home) as app:
        app.demand(lambda: app.is_up(paths), "no start", UP_LIMIT_S)
        for i in range(FEW if count == COUNTS[-1] else MANY):
            app.wait_for_quiet(0.2)
            begun, generation = len(app.events), app.generation
            saved = replace(paths[(7919 * (i + 1)) % count], f"{i} again")
            app.demand(lambda: app.generation > generation and app.running(), "no restart", UP_LIMIT_S)
            found["restart"].append(ms(time.monotonic() - saved))
            app.demand(lambda: app.is_up(paths), "not watched again", UP_LIMIT_S)
            at = {event["event"]: event["time"]
                  for event in app.of_kind("changed", "exited", "started", since=begun)}
            found["to_changed"].append(ms(at["changed"] - saved))
            found["to_started"].append(ms(at["started"] - at["exited"]))
    return found


def measure_count(count, new_home):
    home = new_home()
    folder = os.path.join(home, "project")
    for i in range(count):
        write(f"{folder}/part{i // PER_FOLDER}/file{i}", "text\n")
    write(f"{folder}/app.py", APP % count)
    os.chdir(folder)
    bare = bare_start(home)
    return {"dependencies": count, "bare_start": bare, **vars(Alone(folder, home, count)),
            **restarts(folder, home, count)}


def bare_start(home):
    """From before the process to its report, in ms."""
    began = time.monotonic()
    with subprocess.Popen(["/usr/bin/python3", "app.py"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, env=followed.launched.own_environment(home)) as app:
        app.stdout.readline()
        took = ms(time.monotonic() - began)
        app.kill()
    return took


def row(found, least):
    more = found["dependencies"] - least["dependencies"]
    each = f"{1024 * (found['rss_kb'] - least['rss_kb']) / more:.0f}" if more else ""
    return [found["dependencies"], found["pss_kb"], found["rss_kb"], found["rss_again_kb"], each,
            f"{found['per_report_us']:.1f}", f"{found['per_event_us']:.1f}",
            text_of(found["to_changed"]), text_of(found["to_started"]), f"{found['bare_start']:.0f}",
            text_of(found["restart"], 0)]


def measure(arguments, new_home):
    found = []
    for count in COUNTS[:-1] if arguments.quick else COUNTS:
        found.append(measure_count(count, new_home))
        os.chdir("/")
    tell("Growth: PSS, RSS at first and after a restart, kB; bytes for each dependency; the launcher's"
         "\nown time for each report (with its start-up), and for each save of a file that is none, us;"
         "\nfrom a save to changed, from exited to started (with the settle time), the app's bare"
         "\nstart-up, and from a save to the new process's report, ms",
         ["dependencies", "PSS", "RSS", "again", "each", "report us", "event us", "to changed",
          "to started", "bare", "restart"], [row(each, found[0]) for each in found])
    return found

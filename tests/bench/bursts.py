# SPDX-License-Identifier: MIT
"""How many restarts 1,000 files lead to that are replaced one after the other."""

import contextlib
import hashlib
import os
import statistics
import subprocess
import time

from followed import BUSY, Followed, Missed, ms, write

FILES = 1000
PER_FOLDER = 50
QUIET_S = 0.4       # when all is up again and nothing more is told for so long, the burst is over
PACE_S = 0.9        # the slow loop takes so long over all
BUSY_LOOPS = 2
TOLD_MOST = 3       # of each kind
TARGET_S = 1        # who replaces the files in this time, gets one restart
# As launcher/supervisor.h has them.
SETTLE_STEP_S, SETTLE_MOST_S, SETTLE_CAP_S = 0.005, 0.05, 1.6

# Reads all the files, and prints a digest of them.
APP = """import hashlib, os, signal
digest = hashlib.md5()
for i in range({files}):
    with open(f'part{{i // {per}}}/file{{i}}.txt', 'rb') as file: digest.update(file.read())
print(os.getpid(), digest.hexdigest(), flush=True)
signal.pause()
""".format(files=FILES, per=PER_FOLDER)

LOOP = """import os, sys, time
began = time.monotonic()
for i in range({files}):
    path = f'part{{i // {per}}}/file{{i}}.txt'
    with open(path + '.new', 'w') as file: file.write(f'{{sys.argv[1]}} {{i}}\\n')
    os.rename(path + '.new', path)
    time.sleep(max(0, began + float(sys.argv[2]) * i / {files} - time.monotonic()))
""".format(files=FILES, per=PER_FOLDER)

SHELL = """i=0
while [ $i -lt {files} ]; do
    f=part$((i / {per}))/file$i.txt
    printf '%s\\n' "$1 $i" >$f.new; mv $f.new $f
    i=$((i + 1))
done
""".format(files=FILES, per=PER_FOLDER)


def paths(folder):
    return [f"{folder}/part{i // PER_FOLDER}/file{i}.txt" for i in range(FILES)]


def git_command(*words):
    return ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", *words]


def git(folder, *words):
    subprocess.run(git_command(*words), cwd=folder, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)


def fill(folder, word):
    for i, path in enumerate(paths(folder)):
        write(path, f"{word} {i}\n")


def make_project(folder):
    """A repository with two branches, all files of which differ; in the second, with uncommitted
    changes to all of them in the stash."""
    os.mkdir(folder)
    git(folder, "init", "-q", "-b", "one")
    write(f"{folder}/app.py", APP)
    for branch in ("one", "two"):
        if branch == "two":
            git(folder, "checkout", "-q", "-b", "two")
        fill(folder, branch)
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", branch)
    fill(folder, "stashed")
    git(folder, "stash", "-q")


def digest(folder):
    all_of = hashlib.md5()
    for path in paths(folder):
        with open(path, "rb") as file:
            all_of.update(file.read())
    return all_of.hexdigest()


def loop(word, run):
    return ["/usr/bin/python3", "-c", LOOP, f"{word}{run}", "0"]


def slow_loop(word, run):
    return ["/usr/bin/python3", "-c", LOOP, f"{word}{run}", str(PACE_S)]


def shell_loop(word, run):
    return ["/bin/sh", "-c", SHELL, "sh", f"{word}{run}"]


def checkout(_, run):
    return git_command("checkout", "-q", "one" if run % 2 == 0 else "two")


def stash(_, run):
    return git_command("stash", *(["pop", "-q"] if run % 2 == 0 else ["-q"]))


# Whoever uses git begins in the second branch, with nothing changed.
KINDS = {"git checkout": checkout, "git stash, stash pop": stash, "python loop": loop,
         f"python loop, {PACE_S} s": slow_loop, "shell loop": shell_loop}


class Burst:
    """One: the events that came of it, and when the replacing began and ended."""

    def __init__(self, app, folder, command):
        begun, generation = len(app.events), app.generation
        self.began = time.monotonic()
        with subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL) as replacer:
            app.demand(lambda: replacer.poll() is not None, "the replacing did not end", 60)
        if replacer.returncode != 0:
            raise Missed(f"{command[0]}: status {replacer.returncode}")
        offset = (time.time_ns() - time.monotonic_ns()) / 1e9
        self.last = max(os.stat(path).st_ctime_ns for path in paths(folder)) / 1e9 - offset
        while True:
            app.demand(lambda: app.generation > generation and app.is_up(paths(folder)),
                       "not up again")
            if app.is_quiet_for(QUIET_S):
                break
        self.stale = app.running() != digest(folder)
        self.events = app.of_kind("changed", "stopping", "exited", "started", since=begun)
        self.changed = [event["time"] for event in self.events if event["event"] == "changed"]
        self.started = [event["time"] for event in self.events if event["event"] == "started"]
        self.took = self.last - self.changed[0]
        self.wait = self.started[-1] - self.last

    def explain(self):
        """For each start, what came before it, and so why it was then."""
        first = self.changed[0]
        print(f"      replaced from {ms(self.began - first):.1f} to {ms(self.last - first):.1f} ms")
        changed, exited = [], 0.0
        for event in self.events:
            if event["event"] == "changed":
                changed.append(event["time"])
            elif event["event"] == "exited":
                exited = event["time"]
            elif event["event"] == "started":
                pause = max((b - a for a, b in zip(changed, changed[1:])), default=0)
                print(f"      {len(changed)} changed {ms(changed[0] - first):.1f} to"
                      f" {ms(changed[-1] - first):.1f}, longest pause {ms(pause):.1f}; exited"
                      f" {ms(exited - first):.1f}, started {ms(event['time'] - first):.1f}:"
                      f" {why(changed, event['time'])}")
                changed = []


def why(changed, started):
    settle = min(SETTLE_STEP_S * len(changed), SETTLE_MOST_S)
    if started - changed[0] >= SETTLE_CAP_S:
        return "the longest that is waited"
    if started - changed[-1] < settle:
        late = sum(started - at < settle for at in changed)
        return f"{late} of these were heard only after it had been decided"
    return f"quiet for {ms(started - changed[-1]):.1f} ms"


@contextlib.contextmanager
def loaded(count):
    busy = [subprocess.Popen(["/usr/bin/python3", "-c", BUSY]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def measure_kind(name, folder, home, runs, busy):
    bursts = []
    with loaded(busy), Followed(["/usr/bin/python3", "app.py"], folder, home) as app:
        app.demand(lambda: app.is_up(paths(folder)), "no start")
        for run in range(runs + runs % 2):
            # "stash pop" comes first, as something is stashed; git ends where it began.
            bursts.append(Burst(app, folder, KINDS[name]("loaded" if busy else "idle", run)))
            app.wait_for_quiet(0.1)
    counts = [len(burst.started) for burst in bursts]
    waits = [ms(burst.wait) for burst in bursts]
    spans = [ms(burst.took) for burst in bursts]
    stale = sum(burst.stale for burst in bursts)
    wrong = [burst for burst in bursts if len(burst.started) != 1]
    in_time = sum(burst.took <= TARGET_S for burst in wrong)
    print(f"{name:<24}{'loaded' if busy else 'as it is':<10}{len(bursts):>5}"
          f"{statistics.mean(counts):>9.2f}{max(counts):>5}{len(wrong):>6}{in_time:>8}{stale:>6}"
          f"{statistics.median(spans):>9.0f}{max(spans):>7.0f}"
          f"{statistics.median(waits):>10.1f}{min(waits):>8.1f}{max(waits):>8.1f}"
          f"{'  OVER' if in_time or stale else ''}", flush=True)
    for burst in sorted(wrong, key=lambda burst: burst.took)[:TOLD_MOST]:
        burst.explain()


def measure(arguments, new_home):
    print(f"Restarts for {FILES} replaced files: how many; in how many runs not one, and in how"
          f"\nmany of these although it took {TARGET_S} s at most; after how many the process had not"
          "\nthe last content; how long the replacing took, and from the last replacement to the last"
          "\nstart, ms (to 4 ms, a tick of the file's time)")
    print(f"{'':24}{'machine':10}{'runs':>5}{'restarts':>9}{'most':>5}{'wrong':>6}{'in time':>8}"
          f"{'stale':>6}{'replace':>9}{'most':>7}{'to start':>10}{'least':>8}{'most':>8}")
    for busy in (0, BUSY_LOOPS):
        home = new_home()
        folder = os.path.join(home, "project")
        make_project(folder)
        for name in KINDS:
            measure_kind(name, folder, home, arguments.runs(20, 2), busy)

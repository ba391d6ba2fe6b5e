# SPDX-License-Identifier: MIT
"""From a save to the first instruction of the new process, beside the program's bare start-up."""

import ctypes
import os
import random
import shutil
import signal
import statistics
import struct
import subprocess
import threading
import time

import followed
from followed import Followed, Missed, ms

TARGET_MS = 8
FIRST = os.path.join(followed.HERE, "../../build/first")

# Each says when its first statement was reached, and goes on until it is stopped.
APPS = {
    "c": ([os.path.realpath(FIRST), "app.txt"], "app.txt", "text\n", "#"),
    "python": (
        ["/usr/bin/python3", "app.py"], "app.py",
        "import time; now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)\n"
        "import os, signal\nprint(os.getpid(), now, flush=True)\nsignal.pause()\n", "#",
    ),
    "node": (
        ["node", "app.js"], "app.js",
        "const now = process.hrtime.bigint();\n"
        "process.stdout.write(`${process.pid} ${now}\\n`);\nsetInterval(() => {}, 1 << 30);\n", "//",
    ),
}

IN_CLOSE_WRITE, IN_ATTRIB, IN_MOVED_TO = 0x8, 0x4, 0x80


class Witness:
    """Notes when a save by another program was over: its last word about the file, by inotify(7)."""

    def __init__(self, folder, name):
        self.name = name
        self.last_ns = 0
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_CLOEXEC)
        mask = IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO
        if self.fd < 0 or libc.inotify_add_watch(self.fd, folder.encode(), mask) < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            data = os.read(self.fd, 65536)
            now = time.monotonic_ns()
            at = 0
            while at < len(data):
                length = struct.unpack_from("iIII", data, at)[3]
                name = data[at + 16:at + 16 + length].rstrip(b"\0").decode()
                at += 16 + length
                if name == self.name:
                    self.last_ns = now


# --- the kinds of save: each returns when it was over, or None if the witness has to say ---


def overwrite(name, text):
    with open(name, "w", encoding="ascii") as file:
        file.write(text)
    return time.monotonic_ns()


def rename_over(name, text):
    overwrite(name + ".new", text)
    os.rename(name + ".new", name)
    return time.monotonic_ns()


def unlink_and_create(name, text):
    os.unlink(name)
    return overwrite(name, text)


def append(name, text):
    with open(name, "a", encoding="ascii") as file:
        file.write(text.splitlines(keepends=True)[-1])
    return time.monotonic_ns()


def touch(name, _):
    os.utime(name)
    return time.monotonic_ns()


def by_tool(*command):
    def save(name, text):
        last_line = text.splitlines()[-1]
        words = {"NAME": name, "LINE": last_line, "SED": "$s:.*:" + last_line + ":",
                 "VIM": "$s:.*:" + last_line + ":", "COMING": "../coming"}
        overwrite("../coming", text)
        subprocess.run([words.get(word, word) for word in command], check=True,
                       stdin=subprocess.DEVNULL)

    return save


SAVES = {
    "in place": overwrite,
    "rename over": rename_over,
    "unlink and create": unlink_and_create,
    "vim": by_tool("vim", "-u", "NONE", "-i", "NONE", "-N", "-es", "-c", "set backupskip=",
                   "-c", "VIM", "-c", "wq", "NAME"),
    "cp -p": by_tool("cp", "-p", "COMING", "NAME"),
    "sed -i": by_tool("sed", "-i", "SED", "NAME"),
    "append": append,
    "touch": touch,
}

# Where the time goes, by the events; "first" is the program's own word.
STEPS = (("saved", "changed"), ("changed", "stopping"), ("stopping", "exited"),
         ("exited", "started"), ("started", "first"))


def bare_start(command, environment):
    """From before posix_spawn(3) to the first statement, in ms."""
    ours, theirs = os.pipe()
    path = shutil.which(command[0])
    began = time.monotonic_ns()
    pid = os.posix_spawn(path, command, environment,
                         file_actions=[(os.POSIX_SPAWN_DUP2, theirs, 1)])
    os.close(theirs)
    with os.fdopen(ours, encoding="ascii") as said:
        first = int(said.readline().split()[1])
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    return (first - began) / 1e6


def one_restart(app, file, save, text, witness):
    """The times of all that came of the save, in seconds, on one clock."""
    begun, generation = len(app.events), app.generation
    saved = save(file, text)
    app.wait_for_print()
    if saved is None:
        saved = witness.last_ns
    app.demand(lambda: app.generation > generation and app.is_up([os.path.realpath(file)]),
               "no restart")
    times = {"saved": saved / 1e9, "first": int(app.running()) / 1e9}
    for event in app.of_kind("changed", "stopping", "exited", "started", since=begun):
        times.setdefault(event["event"], event["time"])
    if len(app.of_kind("started", since=begun)) != 1:
        raise Missed(f"not one restart:\n{app.seen()}")
    return times


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def tell(name, bare, restarts):
    ours = [ms(times["first"] - times["saved"]) for times in restarts]
    median = statistics.median(ours) - statistics.median(bare)
    steps = "".join(f"{statistics.median(ms(t[to] - t[since]) for t in restarts):9.2f}"
                    for since, to in STEPS)
    print(f"{name:<26}{statistics.median(bare):8.2f}{percentile(bare, 0.99):8.2f}"
          f"{statistics.median(ours):9.2f}{percentile(ours, 0.99):8.2f}{median:9.2f}"
          f"{percentile(ours, 0.99) - percentile(bare, 0.99):8.2f} "
          f"{'' if median <= TARGET_MS else ' OVER'}{steps}", flush=True)


def measure_app(name, runs, home):
    command, file, text, comment = APPS[name]
    folder = os.path.join(home, "project")
    os.mkdir(folder)
    os.chdir(folder)
    text += comment + "0\n"
    overwrite(file, text)
    witness = Witness(folder, file)
    bare = {kind: [] for kind in SAVES}
    ours = {kind: [] for kind in SAVES}
    environment = followed.launched.own_environment(home)
    with Followed(command, folder, home) as app:
        app.demand(lambda: app.is_up([os.path.join(folder, file)]), "no start")
        for run in range(1, runs + 1):
            for kind, save in SAVES.items():
                bare[kind].append(bare_start(command, environment))
                app.take_until(time.monotonic() + random.uniform(0.02, 0.04))
                new = text.replace(comment + "0\n", f"{comment}{run}{kind[0]}\n")
                ours[kind].append(one_restart(app, file, save, new, witness))
    for kind in SAVES:
        tell(f"{name}, {kind}", bare[kind], ours[kind])


def measure(arguments, new_home):
    print("From the save to the first instruction, ms; where it goes: medians of the steps between"
          "\nthe save, changed, stopping, exited, started, and the first instruction")
    print(f"{'':26}{'bare':>8}{'p99':>8}{'ours':>9}{'p99':>8}{'differ':>9}{'p99':>8}"
          f" {'changed':>9}{'stopping':>9}{'exited':>9}{'started':>9}{'first':>9}")
    for name in APPS:
        measure_app(name, arguments.runs(100, 3), new_home())

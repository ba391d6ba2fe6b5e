# SPDX-License-Identifier: MIT
"""How long nothing runs in a restart, and what is left after very many: orphans and zombies."""

import os
import signal
import statistics
import struct
import subprocess

import followed
from followed import Followed, write
from processes import marked

FIRST = os.path.realpath(os.path.join(followed.HERE, "../../build/first"))
MARK = "AUTORELOAD_TEST_MARK"
# Besides the program a child, an orphan, and a daemon in a session of its own.
FAMILY = 'sleep 1000 & (sleep 1000 &); setsid sleep 1000 & exec "$0" app.txt last'
FAMILY_RESTARTS = 500


def save(number):
    write("app.new", f"{number}\n")
    os.rename("app.new", "app.txt")


def start(command, make_folder):
    folder = make_folder()
    os.chdir(folder)
    save(0)
    app = Followed(command, folder, make_folder())
    app.demand(lambda: app.is_up({os.path.join(folder, "app.txt")}), "never up")
    return app


def restart(app, number):
    """From the last word of the process that ends to the first instruction of the next, in ms."""
    old = app.generation
    if number % 40 == 0:
        # Or it is taken for a program that restarts itself without end, and slowed down.
        app.is_quiet_for(1.1)
    save(number)
    app.demand(lambda: app.generation > old and app.is_up({os.path.realpath("app.txt")}),
               "no restart")
    with open("last", "rb") as file:
        last = struct.unpack("q", file.read(8))[0]
    return (int(app.running()) - last) / 1e6


def measure_gap(name, options, runs, make_folder):
    with start([*options, FIRST, "app.txt", "last"], make_folder) as app:
        found = [restart(app, number) for number in range(1, runs + 1)]
    print(f"  {name:24} median {statistics.median(found):6.2f} ms, "
          f"{min(found):.2f} to {max(found):.2f}")


def zombies_of(pid):
    states = subprocess.run(["ps", "-o", "stat=", "--ppid", str(pid)], capture_output=True,
                            text=True, check=False).stdout.split()
    return sum(state.startswith("Z") for state in states)


def measure_left(make_folder):
    os.environ[MARK] = make_folder()
    with start(["sh", "-c", FAMILY, FIRST], make_folder) as app:
        launcher = app.process.pid
        zombies = 0
        for number in range(1, FAMILY_RESTARTS + 1):
            restart(app, number)
            zombies = max(zombies, zombies_of(launcher))
        alive = len(marked(f"{MARK}={os.environ[MARK]}"))
        app.process.send_signal(signal.SIGTERM)
        app.process.wait(followed.LIMIT_S)
        left = marked(f"{MARK}={os.environ[MARK]}")
    # Two of ours; the command and its three.
    verdict = "" if alive == 6 and not left and zombies == 0 else "   OVER"
    print(f"  {FAMILY_RESTARTS} restarts of a family: {alive} processes before the end (6 should "
          f"be), {len(left)} after it, at most {zombies} zombies{verdict}")
    for pid in left:
        os.kill(pid, signal.SIGKILL)


def measure(arguments, make_folder):
    runs = arguments.runs(100, 5)
    print(f"From the old process's last word to the new one's first, {runs} restarts")
    measure_gap("as it is", [], runs, make_folder)
    measure_gap("--settle 0", ["--settle", "0"], runs, make_folder)
    measure_left(make_folder)

# SPDX-License-Identifier: MIT
"""What our own process does and needs while the program sleeps and nobody edits."""

import compileall
import os
import time

import followed
from followed import Followed, write

MODULES = 300
MAPPED = "/autoreload-run"  # our library, among what the program has mapped


def library_kb(pid):
    """What our library adds to the program: its mappings' part of the PSS."""
    total, ours = 0, False
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as file:
        for line in file:
            words = line.split()
            if not words[0].endswith(":"):
                ours = MAPPED in line
            elif ours and words[0] == "Pss:":
                total += int(words[1])
    return total


def measure(arguments, new_home):
    home = new_home()
    folder = os.path.join(home, "project")
    names = [f"part{i // 50}.module{i}" for i in range(MODULES)]
    for name in names:
        write(f"{folder}/{name.replace('.', '/')}.py", f"VALUE = '{name}'\n" * 10)
    write(f"{folder}/app.py", "".join(f"import {name}\n" for name in names)
          + "import os, time\nprint(os.getpid(), 'up', flush=True)\ntime.sleep(100000)\n")
    # As from the second time on: byte code that has just been written costs us memory, too.
    compileall.compile_dir(folder, quiet=2)
    with Followed(["/usr/bin/python3", "app.py"], folder, home) as app:
        paths = [f"{folder}/{name.replace('.', '/')}.py" for name in names]
        app.demand(lambda: app.is_up(paths), "no start")
        app.wait_for_quiet(2)
        ours = app.process.pid
        switched, used = followed.context_switches(ours), followed.cpu_ns(ours)
        time.sleep(arguments.idle_seconds)
        voluntary, other = (now - before for now, before in
                            zip(followed.context_switches(ours), switched))
        used = followed.cpu_ns(ours) - used
        memory = followed.fields_of(f"/proc/{ours}/smaps_rollup")
        print(f"3. Idle for {arguments.idle_seconds:g} s, a program of {MODULES} modules that sleeps")
        print(f"context switches          {voluntary} voluntary, {other} other"
              f"{'  OVER' if voluntary + other else ''}")
        print(f"processor time            {used / 1e6:.3f} ms{'  OVER' if used else ''}")
        print(f"PSS of the launcher       {memory['Pss']} kB ({memory['Pss_Anon']} of its own,"
              f" {memory['Pss_File']} of files); RSS {memory['Rss']} kB"
              f"{'  OVER' if memory['Pss'] > 512 else ''}")
        print(f"PSS of our library        {library_kb(app.pid)} kB in the program", flush=True)

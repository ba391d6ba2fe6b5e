# SPDX-License-Identifier: MIT
"""How many facts a second a trace tells, of a program that does nothing but look for files that are
not there, and how much memory that takes."""

import os
import subprocess
import time

import peers
from followed import write
from results import tell

FACTS = 1_000_000
LOOK = """import os
for number in range(%d):
    try:
        os.stat(f"none/{number}")
    except OSError:
        pass
"""


def one_form(form, facts):
    command = [peers.PYTHON, "-I", "look.py"]
    began = time.monotonic()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    bare_s, began = time.monotonic() - began, time.monotonic()
    with subprocess.Popen(
        [peers.AUTORELOAD_RUN, "--trace", "--format", form, "-o", "told", *command],
        stdin=subprocess.DEVNULL,
    ) as child:
        _, status, used = os.wait4(child.pid, 0)
        took_s = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
    with open("told", "rb") as file:
        told = sum(1 for line in file if b"missing" in line and b"none/" in line)
    return {"told": told, "lost": facts - told, "status": child.returncode, "bare_s": bare_s,
            "traced_s": took_s, "most_kb": used.ru_maxrss}


def measure(arguments, new_home):
    facts = arguments.runs(FACTS, FACTS // 10)
    found = {}
    for form in ("text", "json"):
        os.chdir(new_home())
        write("look.py", LOOK % facts)
        found[form] = one_form(form, facts)
        os.chdir("/")
    tell(f"{facts} lookups, traced", ["", "told", "lost", "bare s", "traced s", "facts/s", "most kB"],
         [[form, one["told"], one["lost"], f"{one['bare_s']:.2f}", f"{one['traced_s']:.2f}",
           f"{one['told'] / one['traced_s']:.0f}", one["most_kb"]] for form, one in found.items()])
    if any(one["lost"] or one["status"] for one in found.values()):
        print("  OVER: facts are missing")
    return found

# SPDX-License-Identifier: MIT
"""What a tool does and needs while an app of 300 modules sleeps and nobody edits.

Its own processes are all that came of it but the app and what came of that. What the reloader does
within the app (a thread that looks for changes, a preloaded library) is the app's figure less that
of the same app bare, and is told beside it: of its memory, only what is anonymous, as it may share its
program with the tool.
"""

import itertools
import time

import peers
import processes
import session
from results import Collected, tell, together

MODULES = 300
SETTLE_S = 2
WIDTH = 2
NAMES = ("cpu_ms", "switches", "pss_kb", "anonymous_kb")
MEMORY = ("pss_kb", "anonymous_kb")


def figures(pids):
    """All that can be summed up; a process that ends meanwhile counts as nothing."""
    total = dict.fromkeys(NAMES, 0)
    for pid in pids:
        try:
            memory = processes.fields_of(f"/proc/{pid}/smaps_rollup")
            of_one = (processes.cpu_ns(pid) / 1e6, sum(processes.context_switches(pid)),
                      memory["Pss"], memory["Pss_Anon"])
        except OSError:
            continue
        for name, value in zip(NAMES, of_one):
            total[name] += value
    return total


def during(before, after):
    """Time and switches are counted since then; memory is as it is."""
    return {name: after[name] - (0 if name in MEMORY else before[name]) for name in NAMES}


def one_turn(arguments, found, tool, kind, new_home):
    try:
        with session.started(tool, kind, new_home, modules=MODULES) as app:
            app.settle(1 if arguments.quick else SETTLE_S)
            own, apps = app.own_processes(), processes.with_descendants(app.app())
            before = figures(own), figures(apps)
            time.sleep(arguments.runs(20, 3))
            after = figures(own), figures(apps)
            found.add(tool, kind, own=during(before[0], after[0]), app=during(before[1], after[1]),
                      processes=len(own), reports=len(app.reports))
    except session.Failed as why:
        found.fail(tool, kind, why)


def row(found, tool, kind):
    values = found.of(tool, kind)
    if "own" not in values:
        return [f"{kind}, {tool.name}", *["-"] * 8]
    own, app = values["own"][0], dict(values["app"][0])
    bare = found.of(peers.TOOLS[0], kind).get("app")
    if bare and tool.name != "bare":
        app = {name: app[name] - bare[0][name] for name in NAMES}
    return [f"{kind}, {tool.name}", values["processes"][0],
            f"{own['cpu_ms']:.2f}", own["switches"], own["pss_kb"],
            f"{app['cpu_ms']:.2f}", app["switches"], app["anonymous_kb"],
            values["reports"][0] - 1 or ""]


def measure(arguments, new_home):
    found, pairs = Collected(), peers.pairs(arguments.tools, "bare")
    half = (len(pairs) + 1) // 2
    # What several share counts as a part for each: those at a time are of different kinds, mostly.
    both = itertools.zip_longest(pairs[:half], pairs[half:])
    together(WIDTH * arguments.hurry, lambda pair: one_turn(arguments, found, *pair, new_home),
             [pair for two in both for pair in two if pair])
    tell(f"Idle for {arguments.runs(20, 3)} s: the tool's own processes; in the app, more than bare",
         ["", "processes", "CPU ms", "switches", "PSS kB", "app CPU ms", "switches", "own kB",
          "restarts"],
         [row(found, tool, kind) for tool, kind in pairs])
    found.tell_failed()
    return found.record()

# SPDX-License-Identifier: MIT
"""1,000 modules of an app, all replaced within a second: how many restarts, and when all is new.

Counted are the processes that begin, and those that come up, from the first replacement until 3 s
are quiet; the time is that
from the last replacement to the report of a process that has read all the new files.
"""

import peers
import session
from results import Collected, rotated, tell, text_of, together

MODULES = 999  # and value.py
PACE_S = 0.9
QUIET_S = 3
LIMIT_S = 15


def one_turn(found, tool, kind, new_home):
    word = "replaced"
    try:
        with session.started(tool, kind, new_home, modules=MODULES, all_words=True) as app:
            app.settle(1.5)
            known, begun = len(app.reports), app.begun
            last = app.project.replace_all(word, PACE_S)
            report = app.wait_for(word, LIMIT_S, known)
            app.wait_for_quiet(QUIET_S, LIMIT_S)
            found.add(tool, kind, begun=app.begun - begun, restarts=len(app.reports) - known,
                      final_ms=(report.came_ns - last) / 1e6 if report else None,
                      stays=app.reports[-1].word == word, ended=app.is_dead())
    except session.Failed as why:
        found.fail(tool, kind, why)


def bare_turn(found, tool, kind, new_home):
    try:
        with session.started(tool, kind, new_home, modules=MODULES, all_words=True) as app:
            found.add(tool, kind, final_ms=(app.reports[0].came_ns - app.began_ns) / 1e6)
    except session.Failed as why:
        found.fail(tool, kind, why)


def row(found, tool, kind):
    values = found.of(tool, kind)
    times = values.get("final_ms", [])
    if tool.name == "bare":
        return [f"{kind}, bare, a first start", "", "", text_of(times, 0), "", ""]
    return [f"{kind}, {tool.name}", text_of(values.get("begun"), 0), text_of(values.get("restarts"), 0),
            text_of([took for took in times if took is not None], 0), times.count(None) or "",
            sum(values.get("ended", [])) or ""]


def measure(arguments, new_home):
    found, pairs = Collected(), peers.pairs(arguments.tools)

    def turn(pair):
        (bare_turn if pair[0].name == "bare" else one_turn)(found, *pair, new_home)

    for number in range(arguments.runs(2, 1)):
        together(arguments.hurry, turn, rotated(pairs, number))
    tell(f"{MODULES + 1} files replaced within {PACE_S} s",
         ["", "begun", "came up", "to the final state, ms", f"never in {LIMIT_S} s", "tool ended"],
         [row(found, tool, kind) for tool, kind in pairs])
    found.tell_failed()
    return found.record()

# SPDX-License-Identifier: MIT
"""What a whole run of an empty command takes, under what observes or traces it: build/measure is not
in it, and a tool that would wait for changes is told to end with the command."""

import os
import subprocess
import time

import followed
import peers
import processes
from results import rotated, tell, text_of

LIMIT_S = 30
MARK = str(os.getpid())
COMMANDS = {"true": ["/bin/true"], "python": [peers.PYTHON, "-c", "pass"], "node": ["node", "-e", "0"]}


def start(tracer, command, environment):
    return subprocess.Popen([*(tracer.once or tracer.before), *command], start_new_session=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL,
                            env={**environment, **tracer.environment, "BENCH_STARTUP": MARK})


def run(tracer, command, environment):
    """In ms, or None if it has failed."""
    began = time.monotonic_ns()
    try:
        process = start(tracer, command, environment)
    except OSError:
        return None
    try:
        status = processes.wait_for_end(process, LIMIT_S)
    except subprocess.TimeoutExpired:
        processes.kill_marked(f"BENCH_STARTUP={MARK}")
        process.wait()
        return None
    return (time.monotonic_ns() - began) / 1e6 if status == 0 else None


def rounds_of(command, tracers, count, environment):
    times = {tracer.name: [] for tracer in tracers}
    for number in range(count):
        for tracer in rotated(tracers, number):
            times[tracer.name].append(run(tracer, command, environment))
    return times


def row(name, tool, times):
    """Ratio and difference are of the runs of one round."""
    pairs = [(took, bare) for took, bare in zip(times[tool], times["bare"]) if took and bare]
    if not pairs:
        return [f"{name}, {tool}", "failed", "", ""]
    return [f"{name}, {tool}", text_of([took for took, _ in pairs], 2),
            text_of([took - bare for took, bare in pairs], 2),
            text_of([took / bare for took, bare in pairs], 2)]


def measure(arguments, new_home):
    environment = followed.launched.own_environment(new_home())
    found = {name: rounds_of(command, arguments.tracers, arguments.runs(40, 5), environment)
             for name, command in COMMANDS.items()}
    tell("A whole run of an empty command", ["", "ms", "more than bare", "times bare"],
         [row(name, tool, times) for name, times in found.items() for tool in times])
    return found

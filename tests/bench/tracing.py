# SPDX-License-Identifier: MIT
"""What it costs a program to be observed or traced, beside the same program bare.

    bare       the program by itself
    ours       under autoreload-run, as a user runs it
    trace      autoreload-run --trace -o /dev/null
    library    with our library alone, and a reader that only empties the pipe
    empty      with a preloaded library that has nothing in it: what any of them costs at the least
    fakeroot   with a preloaded library that is widely used
    strace     strace -f -e trace=%file -o /dev/null; and the same with --seccomp-bpf
    ours@NAME  under the autoreload-run of another folder (--build), for before and after

Each round runs every column, starting with another each time, and does so in several parts that are
added up (of long loops) or averaged (of short programs), as a machine's speed wanders. What is told
is the median, with minimum and maximum, of the ratios to the bare run of the same round: of the time
of the program itself by the clock (build/measure, so nobody's start or end counts), of its and its
children's user and system time, which is less disturbed by others on the machine, and, for short
programs, of the whole command's time. Before that, the ratio of the shortest processor times: what
disturbs only makes longer. A launcher's or strace's own processor time is not in these.
strace is slow, so its columns do less (the table says how much), against bare runs that do as little.
"""

import os
import re
import select
import subprocess
import sys
import time

import followed
import machine
import peers
import processes
from results import rotated, spread
from tracing_cases import CASES, QUICK

SHORT_NS = 2e9  # up to there, the whole command's time says something
RUN_LIMIT_S = 120
END_LIMIT_S = 10


class Broken(Exception):
    """A run has not ended as it should."""


class Runner:
    """Runs commands with build/measure around them, and takes what that says from a FIFO."""

    def __init__(self, home):
        self.fifo = os.path.join(home, "result")
        self.said = os.path.join(home, "said")
        self.mark = f"BENCH_TRACING={home}"
        self.environment = {**followed.launched.own_environment(home), "BENCH_TRACING": home}
        os.mkfifo(self.fifo)

    def run(self, tracer, command):
        fifo = os.open(self.fifo, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        began = time.monotonic_ns()
        process = self.start(tracer, command)
        try:
            clock_ns, user_us, system_us, status = self.result_of(process, fifo)
            if not tracer.stays:
                processes.wait_for_end(process, RUN_LIMIT_S)
            whole_ns = time.monotonic_ns() - began
        except (Broken, subprocess.TimeoutExpired) as error:
            processes.kill_marked(self.mark)
            raise Broken(f"{error}: {self.last_said()}") from error
        finally:
            os.close(fifo)
            self.end(process)
        if status != 0:
            raise Broken(f"status {status}: {self.last_said()}")
        return {"clock_ns": clock_ns, "user_us": user_us, "system_us": system_us,
                "whole_ns": whole_ns, "lost": self.lost()}

    def start(self, tracer, command):
        try:
            with open(self.said, "w", encoding="utf-8") as said:
                return subprocess.Popen(
                    [*tracer.before, os.path.join(peers.BUILD, "measure"), self.fifo, *command],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                    env={**self.environment, **tracer.environment}, start_new_session=True)
        except OSError as error:
            raise Broken(f"cannot be executed: {error}") from error

    def end(self, process):
        process.terminate()
        try:
            processes.wait_for_end(process, END_LIMIT_S)
        except subprocess.TimeoutExpired:
            processes.kill_marked(self.mark)
            process.wait()

    def result_of(self, process, fifo):
        poll = select.poll()
        poll.register(fifo, select.POLLIN)
        end = time.monotonic() + RUN_LIMIT_S
        while not poll.poll(200):
            if process.poll() is not None and not poll.poll(0):
                raise Broken("it has ended without a result")
            if time.monotonic() > end:
                raise Broken(f"it takes longer than {RUN_LIMIT_S} s")
        return map(int, os.read(fifo, 4096).split())

    def last_said(self):
        with open(self.said, encoding="utf-8", errors="replace") as said:
            return " / ".join(line.strip() for line in said.readlines()[-3:])

    def lost(self):
        """How many reports the launcher says that it has not got."""
        with open(self.said, encoding="utf-8", errors="replace") as said:
            found = re.findall(r"(\d+) reports of opened files were lost", said.read())
        return sum(map(int, found))


def of_builds(builds):
    """More columns: the same tools in other folders."""
    columns = []
    for build in builds:
        name = os.path.basename(os.path.dirname(os.path.abspath(build)))
        for column, tool in (("ours", "autoreload-run"), ("library", "drain")):
            path = os.path.join(os.path.abspath(build), tool)
            if os.path.exists(path):
                columns.append(peers.Tracer(f"{column}@{name}", (path,), stays=column == "ours"))
    return columns


def merged(parts, case):
    """One round's figures out of those of its parts."""
    divisor = 1 if case.slice < 1 else len(parts)
    return {key: sum(part[key] for part in parts) / divisor for key in parts[0]}


def rounds_of(runner, case, command, tracers, runs, parts):
    """Name -> a result for each round; a column that fails once is left out."""
    results, failed = {tracer.name: [] for tracer in tracers}, {}
    for run in range(runs):
        of_round = {tracer.name: [] for tracer in tracers}
        for part in range(parts):
            for tracer in rotated(tracers, run + part):
                if tracer.name in failed:
                    continue
                if case.before is not None:
                    case.before()
                try:
                    of_round[tracer.name].append(runner.run(tracer, command))
                except Broken as error:
                    failed[tracer.name] = str(error)
        for name in results.keys() - failed.keys():
            results[name].append(merged(of_round[name], case))
    for name, why in failed.items():
        print(f"  {name}: failed: {why}")
        del results[name]
    return results


# --- what is told ---


def processor_us(run):
    return run["user_us"] + run["system_us"]


def summary(runs, bare):
    """Ratios are of the runs of one round, and the median is taken of them."""
    def ratios(value):
        return spread([value(run) / max(value(other), 1) for run, other in zip(runs, bare)])

    return {
        "clock_ms": spread([run["clock_ns"] / 1e6 for run in runs]),
        "processor_ms": spread([processor_us(run) / 1e3 for run in runs]),
        "whole_ms": spread([run["whole_ns"] / 1e6 for run in runs]),
        "clock_ratio": ratios(lambda run: run["clock_ns"]),
        "processor_ratio": ratios(processor_us),
        "processor_ratio_of_minima":
            min(map(processor_us, runs)) / max(min(map(processor_us, bare)), 1),
        "whole_ratio": ratios(lambda run: run["whole_ns"]),
        "lost": sum(run["lost"] for run in runs),
    }


def tell(name, told, short):
    def text(values):
        return f"{values['median']:6.3f} ({values['minimum']:.2f}-{values['maximum']:.2f})"

    clock = told["clock_ms"]
    times = f"{clock['median']:9.1f} ({clock['minimum']:.1f} to {clock['maximum']:.1f})"
    line = (
        f"  {name:<21}{times}".ljust(54)
        + f"{text(told['clock_ratio']):<26}{text(told['processor_ratio']):<26}"
        + f"{told['processor_ratio_of_minima']:7.3f}   "
    )
    if short:
        line += f"{text(told['whole_ratio'])}"
    if told["lost"]:
        line += f"  {told['lost']:.0f} reports lost"
    print(line.rstrip())


def tell_columns(results):
    if "bare" not in results:
        return {}
    told = {name: summary(runs, results["bare"]) for name, runs in results.items()}
    short = told["bare"]["whole_ms"]["median"] * 1e6 < SHORT_NS
    for name, values in told.items():
        tell(name, values, short)
    sys.stdout.flush()
    return told


def run_case(name, arguments, runner):
    """The slow columns do less, against bare runs that do as little."""
    case = CASES[name]
    command_of = case.make()
    bare = peers.TRACERS[0]
    runner.run(bare, command_of(1.0))  # warm: byte code, the kernel's caches
    state = machine.wait_until_quiet(0 if arguments.quick else machine.QUIET_WAIT_S)
    noise = "" if state["quiet"] else f"; NOT QUIET: load {state['load']:.2f}, {state['busy']:.0%} busy"
    print(f"{name}: {case.what}{noise}")
    quick = [tracer for tracer in arguments.tracers if not tracer.slow] + of_builds(arguments.build)
    parts = 1 if arguments.quick else case.parts
    results = rounds_of(runner, case, command_of(case.slice), quick, arguments.runs(3, 1), parts)
    record = {"what": case.what, "machine_before": state, "parts": parts,
              "columns": tell_columns(results), "runs": results}
    slow = [tracer for tracer in arguments.tracers if tracer.slow]
    if slow:
        scale = case.slow_scale
        print(f"  with {scale:g} of it:" if scale != 1 else "  again:")
        results = rounds_of(runner, case, command_of(scale), [bare, *slow], arguments.runs(3, 1), 1)
        record["slow"] = {"scale": scale, "columns": tell_columns(results), "runs": results}
    record["load_after"] = machine.load()
    return record


def measure(arguments, new_home):
    print("\n" + "".ljust(23) + "milliseconds by the clock".ljust(31) + "times bare: clock".ljust(26)
          + "processor".ljust(26) + "of minima  whole command")
    records = {}
    for name in arguments.case or (QUICK if arguments.quick else CASES):
        home = new_home()
        project = os.path.join(home, "project")
        os.mkdir(project)
        os.chdir(project)
        records[name] = run_case(name, arguments, Runner(home))
        os.chdir("/")
    return records

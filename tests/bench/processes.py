# SPDX-License-Identifier: MIT
"""What /proc tells of processes: whose they are, and what they use."""

import contextlib
import os
import select
import signal
import subprocess
import time


def threads(pid):
    return [f"/proc/{pid}/task/{thread}" for thread in os.listdir(f"/proc/{pid}/task")]


def stat_fields(pid):
    """What stands in /proc/PID/stat behind the name: the state first, then the parent's number."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()


def ticks_ns(pid):
    fields = stat_fields(pid)
    return (int(fields[11]) + int(fields[12])) * 10**9 // os.sysconf("SC_CLK_TCK")


def cpu_ns(pid):
    """Of all its threads that live, as the scheduler counts it; else as clock ticks."""
    try:
        total = 0
        for thread in threads(pid):
            with open(f"{thread}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        return total
    except FileNotFoundError:
        return ticks_ns(pid)


def fields_of(path):
    """Name -> number, of a file with lines such as "VmRSS:  1234 kB"."""
    found = {}
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            name, _, value = line.partition(":")
            if value.split() and value.split()[0].isdigit():
                found[name] = int(value.split()[0])
    return found


def context_switches(pid):
    """Voluntary ones, and others, of all its threads."""
    all_of = [fields_of(f"{thread}/status") for thread in threads(pid)]
    return (sum(fields["voluntary_ctxt_switches"] for fields in all_of),
            sum(fields["nonvoluntary_ctxt_switches"] for fields in all_of))


def pss_kb(pid):
    return fields_of(f"/proc/{pid}/smaps_rollup")["Pss"]


def wait_until_idle(pid, quiet_s=0.3, limit_s=60):
    """Until the process has used no processor time for so long. Returns what it has used, in ns."""
    deadline = time.monotonic() + limit_s
    used = cpu_ns(pid)
    while True:
        time.sleep(quiet_s)
        now = cpu_ns(pid)
        if now == used or time.monotonic() > deadline:
            return now
        used = now


# --- whose is it? ---


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def marked(mark):
    """The processes that have this in their environment, but for this one."""
    found = []
    for pid in all_pids():
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if mark.encode() in file.read().split(b"\0") and pid != os.getpid():
                    found.append(pid)
        except OSError:
            pass
    return found


def with_descendants(first):
    """The process and all that have come of it and still hang together."""
    children = {}
    for pid in all_pids():
        try:
            children.setdefault(int(stat_fields(pid)[1]), []).append(pid)
        except OSError:
            pass
    found = [first]
    for pid in found:
        found += children.get(pid, [])
    return found


def wait_for_end(process, limit_s):
    """As soon as it has ended: Popen.wait() with a limit sleeps ever longer, and notices late."""
    if process.poll() is not None:
        return process.returncode
    pidfd = os.pidfd_open(process.pid)
    try:
        if not select.select([pidfd], [], [], limit_s)[0]:
            raise subprocess.TimeoutExpired(process.args, limit_s)
    finally:
        os.close(pidfd)
    return process.wait()


def kill_marked(mark):
    """All of them, and what they make while they are killed."""
    for _ in range(20):
        left = marked(mark)
        if not left:
            return
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)

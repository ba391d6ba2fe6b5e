# SPDX-License-Identifier: MIT
"""What is measured on, and how quiet it is there."""

import os
import platform
import time

QUIET_LOAD = 1.0
QUIET_WAIT_S = 10


def described():
    return {"processors": os.cpu_count(), "processor": model(), "kernel": platform.release(),
            "machine": platform.machine(), "system": system(), "load": load()}


def line_of(path, start, separator):
    try:
        with open(path, encoding="utf-8") as file:
            found = [line for line in file if line.startswith(start)]
    except OSError:
        found = []
    return found[0].partition(separator)[2].strip().strip('"') if found else ""


def model():
    return line_of("/proc/cpuinfo", "model name", ":")


def system():
    return line_of("/etc/os-release", "PRETTY_NAME", "=")


def load():
    return os.getloadavg()[0]


def busy_share():
    """Which part of all processors is busy, with us asleep: what others do."""
    def times():
        with open("/proc/stat", encoding="ascii") as stat:
            numbers = [int(number) for number in stat.readline().split()[1:9]]
        return sum(numbers) - numbers[3] - numbers[4], sum(numbers)

    busy, total = times()
    time.sleep(0.5)
    busy_now, total_now = times()
    return (busy_now - busy) / max(total_now - total, 1)


def wait_until_quiet(limit_s=QUIET_WAIT_S):
    """The load lags behind, and our own runs are in it: so what runs at this moment counts, too."""
    end = time.monotonic() + limit_s
    while True:
        state = {"load": load(), "busy": busy_share()}
        state["quiet"] = state["load"] < QUIET_LOAD or state["busy"] < 0.1
        if state["quiet"] or time.monotonic() > end:
            return state
        time.sleep(1)

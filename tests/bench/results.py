# SPDX-License-Identifier: MIT
"""The order in which tools take their turns, and how figures are told."""

import concurrent.futures
import statistics


def rotated(items, number):
    """Another begins each time."""
    first = number % max(len(items), 1)
    return items[first:] + items[:first]


def together(width, job, items):
    """job(item) for each, so many at a time: for what is counted, and not timed."""
    with concurrent.futures.ThreadPoolExecutor(width) as pool:
        return list(pool.map(job, items))


def spread(values):
    return {"median": statistics.median(values), "minimum": min(values), "maximum": max(values)}


def text_of(values, digits=1):
    """Median, and from minimum to maximum."""
    if not values:
        return "-"
    found = spread(values)
    return (f"{found['median']:.{digits}f} ({found['minimum']:.{digits}f} to"
            f" {found['maximum']:.{digits}f})")


def tell(title, head, rows):
    """A table: the first column to the left, each as wide as it must be."""
    print(f"\n{title}")
    lines = [head, *rows]
    widths = [max(len(str(line[column])) for line in lines) for column in range(len(head))]
    for line in lines:
        first, *others = (str(cell) for cell in line)
        print("  " + first.ljust(widths[0]) + "".join(
            "  " + cell.rjust(width) for cell, width in zip(others, widths[1:])))


class Collected:
    """Every single value by the tool and the kind of app, and what has failed."""

    def __init__(self):
        self.values, self.failed = {}, {}

    def of(self, tool, kind):
        return self.values.setdefault(f"{kind}, {tool.name}", {})

    def add(self, tool, kind, **values):
        for name, value in values.items():
            self.of(tool, kind).setdefault(name, []).append(value)

    def fail(self, tool, kind, why):
        self.failed.setdefault(f"{kind}, {tool.name}", []).append(str(why))

    def record(self):
        return {"values": self.values, "failed": self.failed}

    def tell_failed(self):
        for name, reasons in self.failed.items():
            print(f"  {name}: failed {len(reasons)} times: {reasons[0]}")

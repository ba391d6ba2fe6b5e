# SPDX-License-Identifier: MIT
"""Looks for a shorter plan that fails, too: by leaving out batches, then operations, then names."""

import copy
import time

LIMIT_S = 40


def candidates(plan):
    """Each is the plan without something; what belongs to the end first, to be rid of much."""
    for number in range(len(plan.batches) - 1, 0, -1):
        shorter = copy.deepcopy(plan)
        del shorter.batches[number]
        yield shorter
    for number, batch in enumerate(plan.batches):
        for at in range(len(batch) - 1, -1, -1):
            shorter = copy.deepcopy(plan)
            del shorter.batches[number][at]
            yield shorter
    for number, batch in enumerate(plan.batches):
        for at, operation in enumerate(batch):
            if operation[0]:
                shorter = copy.deepcopy(plan)
                shorter.batches[number][at][0] = 0
                yield shorter
    if len(plan.watched) > 1:
        for at in range(len(plan.watched)):
            shorter = copy.deepcopy(plan)
            del shorter.watched[at]
            yield shorter


def shrink(plan, fails):
    """`fails(plan)` runs it. Bounded; what depends on the moment may stay longer than need be."""
    deadline = time.monotonic() + LIMIT_S
    shorter = True
    while shorter:
        shorter = False
        for candidate in candidates(plan):
            if time.monotonic() > deadline:
                return plan
            if fails(candidate):
                plan, shorter = candidate, True
                break
    return plan

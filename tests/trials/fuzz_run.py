# SPDX-License-Identifier: MIT
"""Carries out a plan on real files under autoreload-run, with the model beside it.

After each batch of operations:
  - if the command would now read something else than it has read, a restart must come, and what
    runs then must have read what is there now;
  - then a file that the command reads, too (the sentinel), is saved, and must lead to a restart. As
    the kernel tells changes in their order, all that came before it has been judged by then.
  - If nothing has changed for the command at any time during the batch, the sentinel's must be the
    only change and the only restart.
"""

import collections
import os
import time

from fuzz_plan import ways
from launched import LIMIT_S, Ended, Launched
from tree_model import ABOVE, Impossible, Tree
from tree_on_disk import Disk

READER = os.path.join(os.path.dirname(os.path.realpath(__file__)), 'reader.sh')
SENTINEL = 'sentinel'
ROUNDS_TO_REST = 5


class Failure(Exception):
    """The launcher's verdict is not the model's."""


class Run:
    def __init__(self, plan, home, limit=LIMIT_S):
        self.plan = plan
        self.limit = limit
        self.home = home
        top = os.path.join(home, *ABOVE)
        os.makedirs(top)
        self.tree = Tree()
        self.disk = Disk(top)
        self.sentinel = 0
        self.counts = collections.Counter()
        self.it = None
        self.number = 0     # of the batch
        self.others = []    # what changed beside the sentinel

    def save_sentinel(self):
        self.sentinel += 1
        # At one blow: a save in place that is caught half done may well lead to two restarts.
        self.disk.replace(SENTINEL, f's{self.sentinel}')

    def do(self, batch):
        """Whether nothing changed for the command, not even for a moment."""
        before = ways(self.tree, self.plan.watched)
        quiet = True
        for pause_ms, operation, *arguments in batch:
            try:
                getattr(self.tree, operation)(*arguments)
            except Impossible:
                continue    # what it builds on has been left out, in search of a shorter plan
            if pause_ms and self.it:
                # So that the launcher acts on the half of it: this, too, is what is tried.
                self.it.take_until(time.monotonic() + pause_ms / 1000)
            getattr(self.disk, operation)(*arguments)
            self.counts['operations'] += 1
            quiet = quiet and ways(self.tree, self.plan.watched) == before
        return quiet

    def fresh(self):
        """What the command has to print if it reads all now; the model has to agree."""
        contents = [self.tree.look(name).content for name in self.plan.watched]
        really = [self.disk.content(name) for name in self.plan.watched]
        if contents != really:
            raise AssertionError(f'the model is wrong: {contents}, but there is {really}')
        return ' '.join([f's{self.sentinel}', *contents])

    def results(self):
        return [self.tree.look(name).result for name in self.plan.watched]

    def wait_for_fresh(self, generation):
        wanted = self.fresh()
        return self.it.wait_until(
            lambda: self.it.generation >= generation and self.it.running() == wanted, self.limit)

    def sentinel_is_alone(self, generation, told):
        """Saves the sentinel; whether it is all that has changed and restarted since then."""
        self.save_sentinel()
        # A process that was just about to start has read it by itself: there is no restart then.
        if not self.wait_for_fresh(generation):
            raise Failure('a change of the sentinel was missed')
        path = os.path.join(self.disk.top, SENTINEL)
        self.others = [name for _, name in self.it.changed[told:] if name != path]
        return self.it.generation == generation + 1 and not self.others

    def batch(self, batch):
        it = self.it
        generation, told = it.generation, len(it.changed)
        before = self.results()
        quiet = self.do(batch)
        if quiet:
            self.counts['without a relevant change'] += 1
            if not self.sentinel_is_alone(generation, told):
                raise Failure('restarted without a relevant change: generation '
                              f'{it.generation} after {generation}; changed: {self.others}')
            return
        self.counts['with a relevant change'] += 1
        if self.results() != before and not self.wait_for_fresh(generation + 1):
            raise Failure('a relevant change was missed')
        # What came and went may have led to a restart more; it comes to an end.
        for _ in range(ROUNDS_TO_REST):
            if self.sentinel_is_alone(it.generation, len(it.changed)):
                return
            self.counts['not at rest at once'] += 1
        raise Failure('it does not come to rest')

    def evidence(self):
        """Of a failure, for whoever has to understand it."""
        return f'  in batch {self.number}; wanted: {self.fresh()}\n{self.it.seen()}'

    def run(self):
        """Raises Failure."""
        self.save_sentinel()
        self.do(self.plan.batches[0])
        with Launched(['sh', READER, SENTINEL, *self.plan.watched], self.disk.top,
                      self.home) as self.it:
            if not self.wait_for_fresh(1):
                raise Failure('the command has not started')
            for self.number, batch in enumerate(self.plan.batches[1:], 1):
                try:
                    self.batch(batch)
                except Ended as error:
                    raise Failure('the launcher ended') from error
        return self.counts

# SPDX-License-Identifier: MIT
"""A command under autoreload-run, followed by its --events and by what the command prints.

When the command has read its files, it prints one line: its process id, and what it has read. So
it is known of each process what content it runs. Nothing here waits for time to pass and then
believes: all that is awaited is an event or a line, and after LIMIT_S it counts as missed.
"""

import collections
import json
import os
import selectors
import signal
import subprocess
import threading
import time

LIMIT_S = 20
END_LIMIT_S = 10
HERE = os.path.dirname(os.path.realpath(__file__))
AUTORELOAD_RUN = os.path.abspath(
    os.environ.get('AUTORELOAD_RUN') or os.path.join(HERE, '../../build/autoreload-run'))

# Set when all is to end early: whoever waits stops waiting.
stopping = threading.Event()


class Ended(Exception):
    """The launcher is gone, or all is ending."""


def own_environment(home):
    """Nothing of the developer's: a version manager's python3, say, is a shell script."""
    environment = {'PATH': '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', 'LC_ALL': 'C.UTF-8',
                   'HOME': home}
    # By these, the shell tests find what is left behind, and the sanitizers' logs.
    for name in ('AUTORELOAD_TEST_MARK', 'ASAN_OPTIONS', 'UBSAN_OPTIONS'):
        if name in os.environ:
            environment[name] = os.environ[name]
    return environment


class Launched:
    """Starts COMMAND in FOLDER; HOME is where the launcher's own output goes, too."""

    def __init__(self, command, folder, home):
        self.generation = 0
        self.pid = 0
        self.started_at = 0.0           # on the clock of time.monotonic
        self.changed = []               # (generation, path), as they were told
        self.printed = {}               # process id -> what it has read
        self.last_events = collections.deque(maxlen=60)
        self.terminal = os.path.join(home, 'terminal')
        self._partial = {}
        events, events_end = os.pipe()
        # Kept open, so that the command's stdin does not end before this process does.
        stdin_end, self._stdin = os.pipe()
        with open(self.terminal, 'wb') as terminal:
            self.process = subprocess.Popen(
                [AUTORELOAD_RUN, '--events', str(events_end), *command], cwd=folder,
                env=own_environment(home), pass_fds=[events_end], stdin=stdin_end,
                stdout=subprocess.PIPE, stderr=terminal)
        os.close(events_end)
        os.close(stdin_end)
        self._events = os.fdopen(events, 'rb', buffering=0)
        self._selector = selectors.DefaultSelector()
        # What is printed first: a process prints before the event that tells of its end.
        self._selector.register(self.process.stdout, selectors.EVENT_READ, self._take_line)
        self._selector.register(self._events, selectors.EVENT_READ, self._take_event)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def _take_line(self, line):
        pid, _, text = line.decode('utf-8', 'replace').partition(' ')
        if pid.isdigit():
            self.printed[int(pid)] = text

    def _take_event(self, line):
        event = json.loads(line)
        self.last_events.append(line.decode())
        if event['event'] == 'started':
            self.generation = event['generation']
            self.pid = event['pid']
            self.started_at = event['time']
        elif event['event'] == 'changed':
            self.changed.append((self.generation, event['path']))
        elif event['event'] == 'exited':
            self.printed.pop(event['pid'], None)

    def _read(self, file, take):
        data = os.read(file.fileno(), 65536)
        if not data:
            self._selector.unregister(file)
            return False
        lines = (self._partial.pop(file, b'') + data).split(b'\n')
        self._partial[file] = lines.pop()
        for line in lines:
            take(line)
        return True

    def take_for(self, seconds):
        """Takes in what is told next, if it comes within this time."""
        if stopping.is_set():
            raise Ended
        for key, _ in self._selector.select(max(0, seconds)):
            if not self._read(key.fileobj, key.data) and key.fileobj is self._events:
                raise Ended

    def take_until(self, moment):
        """Takes in what is told until that moment (time.monotonic)."""
        while (left := moment - time.monotonic()) > 0:
            self.take_for(left)

    def wait_until(self, condition, limit=LIMIT_S):
        """Whether the condition holds, as soon as it does, or False after the limit."""
        deadline = time.monotonic() + limit
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self.take_for(min(left, 1))
        return True

    def running(self):
        """What the process has read that runs now; None: it has not told yet."""
        return self.printed.get(self.pid)

    def freeze(self):
        """Stops the launcher by SIGSTOP; it is stopped when this returns."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        """Ends the launcher and, should it not do that itself, the command."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        # Whatever of the command is left finds the end of its stdin.
        os.close(self._stdin)
        self._selector.close()
        self._events.close()
        self.process.stdout.close()

    def seen(self):
        """What was seen last, for whoever has to understand a failure."""
        lines = [f'runs: generation {self.generation}, process {self.pid}, which has read: '
                 f'{self.running()}', 'its last events:', *self.last_events]
        with open(self.terminal, encoding='utf-8', errors='replace') as terminal:
            lines += [f'terminal: {line.rstrip()}' for line in terminal.readlines()[-20:]]
        return ''.join(f'    {line}\n' for line in lines)

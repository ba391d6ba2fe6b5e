# SPDX-License-Identifier: MIT
"""What the launcher uses, and what is left of it."""

import dataclasses
import glob
import os
import re
import time

MARK = 'AUTORELOAD_TEST_MARK'
MEMORY_MORE_KIB = 2048
# Of folders that were there for a moment, until the next restart but one.
WATCHES_MORE = 8
# While one of the program's short processes runs, or its daemon has not ended yet.
PROCESSES_MORE = 4
END_LIMIT_S = 10


def mark():
    """By this, each of the command's processes is known, whoever its parent is."""
    os.environ.setdefault(MARK, f'lifetime-{os.getpid()}')


def channel_folder(pid):
    """The outer of the two, of the launcher that runs this process; None: not known."""
    with open(f'/proc/{pid}/environ', 'rb') as file:
        found = re.search(rb'/[^\0:]*/autoreload-run-[0-9a-f]+', file.read())
    return os.fsdecode(found.group()) if found else None


def processes():
    """All that carry the mark, but for this one."""
    wanted = f'{MARK}={os.environ[MARK]}'.encode()
    found = []
    for entry in os.listdir('/proc'):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open(f'/proc/{entry}/environ', 'rb') as file:
                if wanted in file.read().split(b'\0'):
                    found.append(int(entry))
        except OSError:
            continue    # ended meanwhile, or another user's
    return found


def zombies_of(pid):
    count = 0
    for thread in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{thread}/children', encoding='ascii') as file:
            for child in file.read().split():
                try:
                    with open(f'/proc/{child}/stat', encoding='utf-8', errors='replace') as stat:
                        count += stat.read().rpartition(')')[2].split()[0] == 'Z'
                except OSError:
                    continue
    return count


def watches_of(pid):
    count = 0
    for path in glob.glob(f'/proc/{pid}/fdinfo/*'):
        with open(path, encoding='ascii', errors='replace') as file:
            count += sum(line.startswith('inotify ') for line in file)
    return count


def number_in_status(pid, name):
    with open(f'/proc/{pid}/status', encoding='utf-8', errors='replace') as file:
        for line in file:
            if line.startswith(name + ':'):
                return int(line.split()[1])
    return 0


@dataclasses.dataclass
class Use:
    descriptors: int
    threads: int
    watches: int
    memory_kib: int
    processes: int
    zombies: int

    @staticmethod
    def of(pid):
        return Use(len(os.listdir(f'/proc/{pid}/fd')), number_in_status(pid, 'Threads'),
                   watches_of(pid), number_in_status(pid, 'VmRSS'), len(processes()),
                   zombies_of(pid))

    def beyond(self, first):
        """In words, what has grown since then."""
        more = {'memory_kib': MEMORY_MORE_KIB, 'processes': PROCESSES_MORE, 'zombies': 1,
                'watches': WATCHES_MORE}
        return [f'{field.name}: {getattr(first, field.name)}, then {getattr(self, field.name)}'
                for field in dataclasses.fields(self)
                if getattr(self, field.name) > getattr(first, field.name) + more.get(field.name, 0)]


def left_behind(folder):
    """In words, what outlives the launcher."""
    deadline = time.monotonic() + END_LIMIT_S
    while processes() and time.monotonic() < deadline:
        time.sleep(0.05)    # what is being ended by somebody else is on its way
    wrong = [f'process {pid} is left' for pid in processes()]
    return wrong + ([f'{folder} is left'] if os.path.exists(folder) else [])

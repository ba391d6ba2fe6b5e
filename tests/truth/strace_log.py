# SPDX-License-Identifier: MIT
"""Reads what `strace -f -y -xx` has written: one Call for each system call that has returned, in
that order. What never returned, because its thread was killed, has done nothing that counts.

With -xx every byte of a string or a path is \\xHH, so that quotes, brackets and commas are always
strace's own. -y shows the folder that a descriptor or AT_FDCWD stands for; for the calls that have
no such argument the working directory of each process is followed.

What is not understood raises ValueError: a line passed over in silence would be a miss unseen.
"""

import os
import re
from typing import Iterable, Iterator, NamedTuple, Optional

LINE = re.compile(r'(\d+) +(.*)', re.DOTALL)
RESUMED = re.compile(r'<\.\.\. (\w+) resumed>(.*)', re.DOTALL)
UNFINISHED = ' <unfinished ...>'
# A thread that executes takes over the pid of its process, whose other threads end.
PID_CHANGED = re.compile(r'(.*) <pid changed to (\d+) \.\.\.>', re.DOTALL)
SUPERSEDED = re.compile(r'\+\+\+ superseded by execve in pid (\d+) \+\+\+')
CALL = re.compile(r'(\w+)\((.*)\) += (\?|-?\d+|0x[0-9a-f]+)(?:<([^>]*)>)?(.*)', re.DOTALL)
FAILED = re.compile(r' (E[A-Z0-9]+) \(')
BYTES = re.compile(r'(?:\\x[0-9a-f]{2})*')
STRING = re.compile(r'"([^"]*)"(\.\.\.)?')
DESCRIPTOR = re.compile(r'(?:\d+|AT_FDCWD)<([^>]*)>')

FORKS = {'fork', 'vfork', 'clone', 'clone3'}


class Call(NamedTuple):
    """A system call: paths are absolute but not normalised."""
    pid: int
    name: str
    arguments: list
    result: int
    error: str  # '' if it has succeeded
    opened: Optional[str]  # the path of the descriptor that was returned
    folder: str  # the working directory of the process

    def path(self, index: int, dirfd: Optional[int] = None) -> Optional[str]:
        """The path in argument `index`, as seen from that in `dirfd`; None: NULL or empty."""
        path = string(self.arguments[index])
        if not path or path.startswith('/'):
            return path or None
        if dirfd is None:
            return self.folder + '/' + path
        return descriptor(self.arguments[dirfd]) + '/' + path

    def flags(self, index: int) -> set:
        """The names that are or'ed together in an argument, if there is that argument."""
        if index >= len(self.arguments):
            return set()
        return set(re.split(r'[|{}=,\s]+', self.arguments[index]))


def unescape(text: str) -> str:
    """The bytes of \\xHH\\xHH..., as Python has file names."""
    if not BYTES.fullmatch(text):
        raise ValueError(f'not written with -xx: {text}')
    return bytes.fromhex(text.replace('\\x', '')).decode('utf-8', 'surrogateescape')


def string(argument: str) -> Optional[str]:
    """The string that an argument points to; None for NULL, and for a pointer to nowhere."""
    if argument == 'NULL' or argument.startswith('0x'):
        return None
    match = STRING.fullmatch(argument)
    if not match or match[2]:
        raise ValueError(f'no whole string: {argument}')
    return unescape(match[1])


def descriptor(argument: str) -> str:
    """The path of a descriptor."""
    match = DESCRIPTOR.match(argument)
    if not match:
        raise ValueError(f'a descriptor without a path: {argument}')
    path = unescape(match[1])
    # A folder that has been removed can still be the working one.
    return path if os.path.lexists(path) else path.removesuffix(' (deleted)')


def split(arguments: str) -> list:
    """At the commas that are not in brackets."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(arguments):
        if character in '([{':
            depth += 1
        elif character in ')]}':
            depth -= 1
        elif character == ',' and depth == 0:
            parts.append(arguments[start:index].strip())
            start = index + 1
    parts.append(arguments[start:].strip())
    return parts


def whole_calls(lines: Iterable[str]) -> Iterator[tuple]:
    """(pid, text, begun) of each call; begun: not ended yet, its end will come again."""
    begun = {}
    executing = set()  # pids that a thread has taken over: their execve has succeeded
    for line in lines:
        match = LINE.fullmatch(line)
        if not match:
            raise ValueError(f'not a line of strace -f: {line}')
        pid, text = int(match[1]), match[2]
        resumed = RESUMED.fullmatch(text)
        changed = PID_CHANGED.fullmatch(text)
        superseded = SUPERSEDED.fullmatch(text)
        if changed:
            executing.add(int(changed[2]))
            begun[int(changed[2])] = changed[1]
        elif superseded:
            executing.add(pid)
            if int(superseded[1]) in begun:
                begun[pid] = begun.pop(int(superseded[1]))
        elif text.startswith(('+++ ', '--- ')):
            continue
        elif resumed:
            if pid not in begun or not begun[pid].startswith(resumed[1] + '('):
                raise ValueError(f'the end of a call that has not begun: {line}')
            yield pid, begun.pop(pid) + (') = 0' if pid in executing else resumed[2]), False
            executing.discard(pid)
        elif text.endswith(UNFINISHED):
            begun[pid] = text[:-len(UNFINISHED)]
            yield pid, begun[pid], True
        else:
            yield pid, text, False


def parse(pid: int, text: str, folder: str) -> Optional[Call]:
    """None for a call that has not returned."""
    if text.endswith(' <detached ...>'):  # a thread that ends with its process
        return None
    match = CALL.fullmatch(text)
    if not match:
        raise ValueError(f'not a call: {text}')
    name, arguments, result, opened, rest = match.groups()
    if result == '?':
        return None
    failed = FAILED.match(rest) if result == '-1' else None
    if result == '-1' and not failed:
        raise ValueError(f'failed, but why? {text}')
    return Call(pid, name, split(arguments), int(result, 0), failed[1] if failed else '',
                unescape(opened) if opened else None, folder)


def calls(lines: Iterable[str], folder: str) -> Iterator[Call]:
    """Each call that has returned, in that order; `folder` is where the first process begins."""
    entries = list(whole_calls(lines))
    # A process may be seen before the fork that made it has returned: so whose child it is is
    # looked up beforehand, and it begins where its parent was when the fork began.
    children = {}
    forking = {}
    for number, (pid, text, begun) in enumerate(entries):
        if text.split('(', 1)[0] not in FORKS:
            continue
        if begun:
            forking[pid] = number
            continue
        call = parse(pid, text, '')
        began = forking.pop(pid, number)
        if call and call.result > 0:
            children[began] = call.result
    folders = {}  # of each process, in a list of one: threads share it
    for number, (pid, text, begun) in enumerate(entries):
        if not folders:
            folders[pid] = [folder]
        if pid not in folders:
            raise ValueError(f'a process out of nowhere: {pid} {text}')
        if number in children:
            shared = 'CLONE_FS' in text
            folders[children[number]] = folders[pid] if shared else list(folders[pid])
        if begun:
            continue
        call = parse(pid, text, folders[pid][0])
        if not call:
            continue
        if call.name == 'chdir' and not call.error:
            folders[pid][0] = os.path.realpath(call.path(0))  # as getcwd has it
        elif call.name == 'fchdir' and not call.error:
            folders[pid][0] = descriptor(call.arguments[0])
        yield call

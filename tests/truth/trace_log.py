# SPDX-License-Identifier: MIT
"""The lines of `--trace --format json` as what `listen` would have written of the same reports.

What failed is left out, but for what was looked for and not there; failures() tells of it.
"""

import base64
import json
import os

ENOENT, ENOTDIR = 2, 20
KINDS = {'read', 'write', 'missing', 'stat', 'list', 'load', 'rename', 'link', 'remove', 'mkdir'}
CHANGES = {'write', 'rename', 'link', 'remove', 'mkdir'}


def name_of(value):
    return os.fsdecode(base64.b64decode(value['bytes'])) if isinstance(value, dict) else value


def path_of(fact):
    return fact['path'] if 'path' in fact else name_of({'bytes': fact['bytes']})


def kind_of(fact):
    """The report's kind and flags; None: not one to be compared."""
    kind, how = fact['fact'], fact.get('how')
    if kind == 'lost':
        return 'lost', []
    if kind == 'write' and fact.get('errno') == ENOENT:
        return 'missing', []  # it was opened, and not there
    if 'errno' in fact or how in ('interpreter', 'PATH'):
        return None, []
    if kind == 'stat' and how in ('readlink', 'resolved'):
        return 'readlink', ['identity'] if how == 'readlink' else []
    if kind == 'exec':
        return kind, []
    if kind not in KINDS:
        raise ValueError(f'no such fact: {fact}')
    return kind, []


def facts(lines):
    """All but the first execution, which is the launcher's."""
    executed = 0
    for line in lines:
        fact = json.loads(line)
        executed += fact['fact'] == 'exec'
        if fact['fact'] != 'exec' or executed > 1:
            yield fact


def reports(lines):
    for fact in facts(lines):
        kind, flags = kind_of(fact)
        if kind is not None:
            report = {'kind': kind, 'flags': flags, 'first': path_of(fact)}
            if kind == 'lost':
                report['count'] = fact['count']
            elif kind == 'rename':
                report['second'] = name_of(fact['to'])
            yield json.dumps(report)


def failures(lines):
    """Changes that failed: the set's name and the path, or "FROM -> TO"."""
    for fact in facts(lines):
        if fact['fact'] in CHANGES and 'errno' in fact:
            path = path_of(fact)
            yield fact['fact'], f'{path} -> {name_of(fact["to"])}' if 'to' in fact and \
                fact['fact'] == 'rename' else path

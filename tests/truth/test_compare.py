# SPDX-License-Identifier: MIT
"""What compare makes of strace's log and of reports: a miss must never be lost in the reading."""

import importlib.machinery
import importlib.util
import os
import re
import tempfile
import unittest

FOLDER = os.path.dirname(os.path.realpath(__file__))
loader = importlib.machinery.SourceFileLoader('compare', os.path.join(FOLDER, 'compare'))
compare = importlib.util.module_from_spec(importlib.util.spec_from_loader('compare', loader))
loader.exec_module(compare)
strace_log = compare.strace_log

ROOT = '/nowhere/root'


def escaped(log):
    """A log as strace -xx writes it, from one that can be read: what is in "" and <> as bytes."""
    def hexadecimal(match):
        return match[1] + ''.join(f'\\x{byte:02x}' for byte in os.fsencode(match[2])) + match[3]
    lines = [line.strip() for line in log.strip().splitlines()]
    return [re.sub(r'(?<=[^ (])(<)(/[^>]*)(>)', hexadecimal,
                   re.sub(r'(")([^"]+)(")', hexadecimal, line)) for line in lines]


def calls(log):
    return list(strace_log.calls(escaped(log), ROOT))


def sets(log):
    facts = compare.facts_of_strace(escaped(log), ROOT, ROOT)
    return {name: paths for name, paths in facts.sets.items() if paths}


def reported(*reports):
    facts = compare.facts_of_reports(list(reports), ROOT)
    return {name: paths for name, paths in facts.sets.items() if paths}


class Log(unittest.TestCase):
    def test_a_call_and_its_parts(self):
        call, = calls(f'7 openat(AT_FDCWD<{ROOT}>, "a", O_RDONLY|O_CLOEXEC) = 3<{ROOT}/a>')
        self.assertEqual(call.path(1, 0), ROOT + '/a')
        self.assertEqual(call.flags(2), {'O_RDONLY', 'O_CLOEXEC'})
        self.assertEqual((call.result, call.opened, call.error), (3, ROOT + '/a', ''))

    def test_names_that_look_like_the_log_itself(self):
        name = 'a) = 3, <b> {c "d\n\xe9\udcff'
        text = ''.join(f'\\x{byte:02x}' for byte in os.fsencode(name))
        call, = strace_log.calls([f'7 unlink("{text}") = 0'], ROOT)
        self.assertEqual(call.path(0), ROOT + '/' + name)

    def test_arguments_in_brackets_are_one(self):
        call, = calls('7 execve("/a", ["a", "b"], 0x7ffc /* 3 vars */) = 0')
        self.assertEqual(len(call.arguments), 3)

    def test_a_thread_that_ends_in_the_middle(self):
        self.assertEqual(calls('7 ???( <detached ...>'), [])

    def test_pointers_to_nowhere(self):
        call, null = calls('7 unlink(0x1) = -1 EFAULT (Bad address)\n7 unlink(NULL) = -1 EFAULT (x)')
        self.assertIsNone(call.path(0))
        self.assertIsNone(null.path(0))

    def test_two_at_once(self):
        log = f'''
            7 clone(child_stack=NULL, flags=CLONE_VM|CLONE_FS|CLONE_THREAD) = 8
            7 openat(AT_FDCWD<{ROOT}>, "a", O_RDONLY <unfinished ...>
            8 unlink("b" <unfinished ...>
            7 <... openat resumed>) = 3<{ROOT}/a>
            8 <... unlink resumed>) = 0
        '''
        self.assertEqual([(call.pid, call.name) for call in calls(log)],
                         [(7, 'clone'), (7, 'openat'), (8, 'unlink')])

    def test_the_folder_of_a_fork_is_its_own(self):
        log = '''
            7 chdir("sub") = 0
            7 vfork( <unfinished ...>
            8 unlink("a") = 0
            8 chdir("/elsewhere") = 0
            8 unlink("b") = 0
            8 execve("/c", ["c"], 0x7ffc /* 3 vars */ <unfinished ...>
            7 <... vfork resumed>) = 8
            8 <... execve resumed>) = 0
            8 unlink("d") = 0
            7 unlink("e") = 0
        '''
        paths = [call.path(0) for call in calls(log) if call.name == 'unlink']
        self.assertEqual(paths, [ROOT + '/sub/a', '/elsewhere/b', '/elsewhere/d', ROOT + '/sub/e'])

    def test_the_folder_of_a_thread_is_everybodys(self):
        log = '''
            7 clone3({flags=CLONE_VM|CLONE_FS|CLONE_THREAD, stack=0x7f}, 88) = 8
            8 fchdir(5</elsewhere>) = 0
            7 unlink("a") = 0
        '''
        self.assertEqual(calls(log)[-1].path(0), '/elsewhere/a')

    def test_a_fork_that_failed_has_no_child(self):
        log = '7 fork() = -1 EAGAIN (Resource temporarily unavailable)\n7 unlink("a") = 0'
        self.assertEqual(len(calls(log)), 2)

    def test_a_folder_that_is_gone(self):
        for gone in ('</gone (deleted)>', '</gone>(deleted)'):
            call, = calls(f'7 openat(AT_FDCWD{gone}, "a", O_RDONLY) = -1 ENOENT (No such)')
            self.assertEqual(call.path(1, 0), '/gone/a')

    def test_what_never_returned(self):
        log = f'''
            7 openat(AT_FDCWD<{ROOT}>, "a", O_RDONLY <unfinished ...>
            7 <... openat resumed> <unfinished ...>) = ?
            7 unlink("b") = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
            7 exit_group(0) = ?
            7 +++ exited with 0 +++
        '''
        self.assertEqual(calls(log), [])

    def test_a_thread_that_executes(self):
        for ending in ('''
            8 execve("/bin/true", ["true"], 0x7f /* 3 vars */ <pid changed to 7 ...>
            7 +++ superseded by execve in pid 8 +++
            7 <... execve resumed>) = ?
        ''', '''
            8 execve("/bin/true", ["true"], 0x7f /* 3 vars */ <unfinished ...>
            7 +++ superseded by execve in pid 8 +++
            7 <... execve resumed>) = 0
        '''):
            with self.subTest(ending):
                log = '7 clone(child_stack=0x7f, flags=CLONE_FS|CLONE_THREAD) = 8\n'
                call = calls(log + ending.strip() + '\n7 unlink("a") = 0')[1]
                self.assertEqual((call.pid, call.name, call.path(0), call.error),
                                 (7, 'execve', '/bin/true', ''))

    def test_what_is_not_understood_is_no_secret(self):
        for line in ('unlink("a") = 0', '7 unlink("a"', '7 <... unlink resumed>) = 0',
                     '7 unlink("a") = 0\n9 unlink("b") = 0', '7 unlink("a") = -1'):
            with self.subTest(line), self.assertRaises(ValueError):
                calls(line)
        with self.assertRaises(ValueError):
            list(strace_log.calls(['7 unlink("plain") = 0'], ROOT))[0].path(0)
        with self.assertRaises(ValueError):
            calls('7 unlink("cut"...) = 0')[0].path(0)


class Sets(unittest.TestCase):
    def test_opening(self):
        log = f'''
            7 execve("/usr/bin/command", ["command"], 0x7ffc /* 3 vars */) = 0
            7 openat(AT_FDCWD<{ROOT}>, "read", O_RDONLY|O_CLOEXEC) = 3<{ROOT}/read>
            7 openat(AT_FDCWD<{ROOT}>, "both", O_RDWR) = 3<{ROOT}/both>
            7 openat(4<{ROOT}/sub>, "../write", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3<{ROOT}/write>
            7 open("//usr/./lib//x", O_RDONLY) = 3</usr/lib/x>
            7 creat("made", 0666) = 3<{ROOT}/made>
            7 openat(AT_FDCWD<{ROOT}>, "handle", O_RDONLY|O_PATH) = 3<{ROOT}/handle>
            7 openat(AT_FDCWD<{ROOT}>, "folder", O_RDONLY|O_DIRECTORY) = 3<{ROOT}/folder>
            7 openat(AT_FDCWD<{ROOT}>, "listed", O_RDONLY) = 5<{ROOT}/listed>
            7 getdents64(5<{ROOT}/listed>, 0x55 /* 2 entries */, 32768) = 48
            7 openat(AT_FDCWD<{ROOT}>, "absent", O_RDONLY) = -1 ENOENT (No such file or directory)
            7 openat(AT_FDCWD<{ROOT}>, "locked", O_RDONLY) = -1 EACCES (Permission denied)
            7 openat(AT_FDCWD<{ROOT}>, "sub/new", O_WRONLY|O_CREAT, 0666) = -1 ENOENT (No such)
            7 openat(AT_FDCWD<{ROOT}>, "/dev/null", O_WRONLY) = 3</dev/null>
            7 openat(AT_FDCWD<{ROOT}>, "odd", O_RDONLY) = 3</dev/pts/0>
        '''
        self.assertEqual(sets(log), {
            'read': {ROOT + '/read', ROOT + '/both', '/usr/lib/x'},
            'write': {ROOT + '/both', ROOT + '/write', ROOT + '/made'},
            'list': {ROOT + '/folder', ROOT + '/listed'},
            'missing': {ROOT + '/absent', ROOT + '/sub/new'},
        })

    def test_looking(self):
        log = f'''
            7 newfstatat(AT_FDCWD<{ROOT}>, "file", {{st_mode=S_IFREG|0644, ...}}, 0) = 0
            7 newfstatat(AT_FDCWD<{ROOT}>, "link", {{st_mode=S_IFREG|0644, ...}}, AT_SYMLINK_NOFOLLOW) = 0
            7 newfstatat(AT_FDCWD<{ROOT}>, "folder", {{st_mode=S_IFDIR|0755, ...}}, 0) = 0
            7 statx(4<{ROOT}/sub>, "x", AT_STATX_SYNC_AS_STAT, STATX_ALL, {{stx_mode=S_IFREG|0644, ...}}) = 0
            7 lstat("a", 0x7f) = -1 ENOENT (No such file or directory)
            7 access("b", R_OK) = -1 ENOENT (No such file or directory)
            7 readlink("link", "target", 1023) = 6
            7 readlink("c", 0x7f, 1023) = -1 ENOENT (No such file or directory)
            7 access("/elsewhere", R_OK) = -1 ENOENT (No such file or directory)
            7 newfstatat(3<{ROOT}/open>, "", {{st_mode=S_IFREG|0644, ...}}, AT_EMPTY_PATH) = 0
        '''
        self.assertEqual(sets(log), {
            'stat': {ROOT + '/file', ROOT + '/sub/x'},
            'readlink': {ROOT + '/link'},
            'missing': {ROOT + '/a', ROOT + '/b', ROOT + '/c'},
        })

    def test_executing_and_changing(self):
        log = f'''
            7 execve("/usr/bin/command", ["command"], 0x7ffc /* 3 vars */) = 0
            7 execve("/usr/local/bin/sh", ["sh"], 0x7ffc /* 3 vars */) = -1 ENOENT (No such)
            7 execve("/bin/sh", ["sh"], 0x7ffc /* 3 vars */) = 0
            7 rename("a", "b") = 0
            7 renameat2(4<{ROOT}/sub>, "a", AT_FDCWD<{ROOT}>, "c", RENAME_NOREPLACE) = 0
            7 unlinkat(AT_FDCWD<{ROOT}>, "d", 0) = 0
            7 symlink("target", "e") = 0
            7 utimensat(AT_FDCWD<{ROOT}>, "f", NULL, 0) = 0
            7 utimensat(3<{ROOT}/g>, NULL, NULL, 0) = 0
            7 mkdir("h", 0777) = 0
            7 rmdir("i") = -1 ENOTEMPTY (Directory not empty)
        '''
        self.assertEqual(sets(log), {
            'exec': {'/bin/sh'},
            'rename': {f'{ROOT}/a -> {ROOT}/b', f'{ROOT}/sub/a -> {ROOT}/c'},
            'remove': {ROOT + '/d'}, 'link': {ROOT + '/e'}, 'write': {ROOT + '/f'},
            'mkdir': {ROOT + '/h'},
        })

    def test_reports(self):
        self.assertEqual(reported(
            '{"kind":"hello","flags":[],"error":0,"first":"/usr/bin/command"}',
            '{"kind":"read","flags":[],"error":0,"first":"/a/./b/../c"}',
            '{"kind":"read","flags":[],"error":0,"first":"/proc/self/maps"}',
            '{"kind":"read","flags":[],"error":0,"first":{"bytes":"L/8="}}',
            '{"kind":"exec","flags":[],"error":0,"first":"/bin/sh"}',
            '{"kind":"exec","flags":[],"error":0,"first":"/bin/no"}',
            '{"kind":"exec","flags":["failed"],"error":8,"first":"/bin/no"}',
            '{"kind":"missing","flags":[],"error":2,"first":"/elsewhere"}',
        ), {'read': {'/a/c', '/\udcff'}, 'exec': {'/bin/sh'}})

    def test_reports_that_nobody_expects(self):
        for report in ('{"kind":99,"flags":[],"error":0,"first":"/a"}',
                       '{"kind":"read","flags":[],"error":0,"first":"a"}'):
            with self.subTest(report), self.assertRaises((KeyError, ValueError)):
                reported(report)


    def test_realpath_reads_the_links_on_its_way(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = os.path.realpath(folder)
            os.makedirs(folder + '/real/sub')
            os.symlink('real', folder + '/relative')
            os.symlink(folder + '/relative/sub', folder + '/absolute')
            self.assertEqual(list(compare.links_on_the_way(folder + '/absolute/../x')),
                             [folder + '/absolute', folder + '/relative'])


class Difference(unittest.TestCase):
    def difference(self, log, *reports):
        missed, invented = compare.difference(
            compare.facts_of_strace(escaped(log), ROOT, ROOT),
            compare.facts_of_reports(reports, ROOT), set())
        return missed, invented

    def test_both_directions(self):
        self.assertEqual(self.difference(
            f'7 openat(AT_FDCWD<{ROOT}>, "a", O_RDONLY) = 3<{ROOT}/a>',
            '{"kind":"read","flags":[],"error":0,"first":"/b"}',
            '{"kind":"load","flags":[],"error":0,"first":"/lib64/ld-linux-x86-64.so.2"}',
        ), ({('read', ROOT + '/a')}, {('read', '/b')}))

    def test_a_change_that_failed_may_be_reported(self):
        self.assertEqual(self.difference(
            '7 rmdir("a") = -1 ENOTEMPTY (Directory not empty)',
            f'{{"kind":"remove","flags":[],"error":0,"first":"{ROOT}/a"}}',
        ), (set(), set()))

    def test_what_cannot_be_seen_excuses_its_own_set_only(self):
        missed, _ = self.difference('''
            7 openat(AT_FDCWD</>, "/etc/ld.so.cache", O_RDONLY) = 3</etc/ld.so.cache>
            7 openat(AT_FDCWD</>, "/etc/ld.so.cache", O_WRONLY) = 3</etc/ld.so.cache>
        ''')
        self.assertEqual(missed, {('write', '/etc/ld.so.cache')})


if __name__ == '__main__':
    unittest.main()

# SPDX-License-Identifier: MIT
"""The project of one long day, and what happens to it."""

import hashlib
import os
import shutil
import signal
import subprocess
import time

from launched import LIMIT_S, Ended

MODULES = 10
TEXTS = 20
BRANCHES = ('main', 'other')

# Tells what it has read, in one line. Then it goes on making and removing files of ever other names,
# and short processes; and each tenth leaves a daemon behind that would outlive it.
APP = '''import hashlib, importlib, os, subprocess, sys, time
import parts
digest = hashlib.md5()
for number in range({modules}):
    digest.update(repr(importlib.import_module(f'parts.part{{number}}').VALUE).encode())
for name in sorted(os.listdir('texts')):
    if name.endswith('.txt'):
        with open(f'texts/{{name}}', 'rb') as file:
            digest.update(file.read())
os.makedirs('scratch', exist_ok=True)
worker = subprocess.Popen(['sleep', '1000000'])
if os.getpid() % 10 == 0 and os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp('sleep', ['sleep', '1000000'])
    os._exit(0)
print(os.getpid(), digest.hexdigest(), flush=True)
count = 0
while True:
    for _ in range(20):
        count += 1
        name = f'scratch/{{os.getpid()}}-{{count}}'
        with open(name, 'w') as file:
            file.write('x')
        os.unlink(name)
        time.sleep(0.01)
    subprocess.run(['/bin/true'])
'''.format(modules=MODULES)


class Project:
    def __init__(self, folder):
        self.folder = folder
        self.serial = 0
        self.command = ['/usr/bin/python3', 'app.py']
        os.makedirs(f'{folder}/parts')
        os.makedirs(f'{folder}/texts')
        self.put('app.py', APP)
        self.put('parts/__init__.py', '')
        self.put('.gitignore', 'scratch/\n__pycache__/\n')
        self.git('init', '-q', '-b', BRANCHES[0])
        for branch in BRANCHES:
            if branch != BRANCHES[0]:
                self.git('checkout', '-q', '-b', branch)
            for path in self.paths():
                self.put(path, self.content(path))
            self.git('add', '.')
            self.git('commit', '-q', '-m', branch)
        self.branch = len(BRANCHES) - 1

    def git(self, *words):
        # Neither the user's configuration nor work in the background.
        subprocess.run(['git', '-c', 'user.name=day', '-c', 'user.email=day@example.org',
                        '-c', 'gc.auto=0', *words], cwd=self.folder, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    @staticmethod
    def paths():
        return ([f'parts/part{number}.py' for number in range(MODULES)]
                + [f'texts/text{number}.txt' for number in range(TEXTS)])

    def content(self, path):
        self.serial += 1
        return ('VALUE = ' if path.endswith('.py') else '') + f'{10000000 + self.serial}\n'

    def where(self, path):
        return os.path.join(self.folder, path)

    def put(self, path, text):
        with open(self.where(path), 'w', encoding='ascii') as file:
            file.write(text)

    def replace(self, path, text):
        self.put('parts/.new', text)
        os.rename(self.where('parts/.new'), self.where(path))

    def read(self, path):
        with open(self.where(path), 'rb') as file:
            return file.read()

    def digest(self):
        """What the app has to print; None: it cannot."""
        digest = hashlib.md5()
        try:
            for number in range(MODULES):
                value = self.read(f'parts/part{number}.py').split(b'=')[1]
                digest.update(repr(int(value)).encode())
            for name in sorted(os.listdir(self.where('texts'))):
                if name.endswith('.txt'):
                    digest.update(self.read(f'texts/{name}'))
        except (OSError, ValueError, IndexError):
            return None
        return digest.hexdigest()

    def save(self, it, chance):
        path = chance.choice(self.paths())
        (self.put if chance.random() < 0.5 else self.replace)(path, self.content(path))


def wait_for(it, condition):
    if not it.wait_until(condition, LIMIT_S):
        raise Ended('what was to come before has not come')


def save_twice(project, it, chance):
    project.save(it, chance)
    it.take_until(time.monotonic() + chance.uniform(0, 0.3))
    project.save(it, chance)


def storm(project, _, chance):
    for path in project.paths():
        project.replace(path, project.content(path))
        time.sleep(chance.uniform(0, 0.003))


def break_and_mend(project, it, chance):
    path = f'parts/part{chance.randrange(MODULES)}.py'
    project.replace(path, 'VALUE = (\n')
    wait_for(it, lambda: it.running() is None)
    project.replace(path, project.content(path))


def check_out(project, *_):
    project.branch = (project.branch + 1) % len(BRANCHES)
    project.git('checkout', '-q', '-f', BRANCHES[project.branch])


def send(pid, number):
    """To the process, unless it is just being replaced."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def kill_app(project, it, chance):
    before = it.pid
    send(before, signal.SIGKILL)
    wait_for(it, lambda: it.pid != before or it.running() is None)
    project.save(it, chance)


def kill_worker(_, it, __):
    try:
        with open(f'/proc/{it.pid}/task/{it.pid}/children', encoding='ascii') as file:
            children = file.read().split()
    except OSError:
        return      # it is just being replaced
    for child in children:
        try:
            with open(f'/proc/{child}/comm', encoding='ascii') as name:
                if name.read() == 'sleep\n':
                    send(int(child), signal.SIGKILL)
        except OSError:
            continue    # one of those that end by themselves


def restart_by_signal(_, it, __):
    before = it.generation
    it.process.send_signal(signal.SIGUSR1)
    wait_for(it, lambda: it.generation > before)


def stop_app(project, it, chance):
    send(it.pid, signal.SIGSTOP)
    project.save(it, chance)


def stop_launcher(project, it, chance):
    it.freeze()
    project.save(it, chance)
    time.sleep(chance.uniform(0, 0.2))   # tried, and nothing is concluded from it
    project.save(it, chance)
    it.thaw()


def come_and_go(project, it, _):
    before = it.generation
    project.replace('texts/guest.txt', 'guest\n')
    wait_for(it, lambda: it.generation > before and it.running() == project.digest())
    os.unlink(project.where('texts/guest.txt'))


def move_folder(project, it, chance):
    os.rename(project.where('texts'), project.where('away'))
    it.take_until(time.monotonic() + chance.uniform(0, 0.1))
    os.rename(project.where('away'), project.where('texts'))
    project.save(it, chance)


def make_folder_anew(project, _, __):
    shutil.copytree(project.where('parts'), project.where('copy'),
                    ignore=shutil.ignore_patterns('__pycache__'))
    shutil.rmtree(project.where('parts'), ignore_errors=True)
    shutil.rmtree(project.where('parts'), ignore_errors=True)   # a cache may have come meanwhile
    os.rename(project.where('copy'), project.where('parts'))


# How often, and what.
ACTIONS = {
    'a save': (30, Project.save),
    'two saves': (10, save_twice),
    'a storm': (2, storm),
    'a mistake': (6, break_and_mend),
    'a checkout': (6, check_out),
    'kill -9': (4, kill_app),
    "a worker's end": (3, kill_worker),
    'SIGUSR1': (3, restart_by_signal),
    'a stopped program': (3, stop_app),
    'a stopped launcher': (3, stop_launcher),
    'a file that comes and goes': (4, come_and_go),
    'a folder that moves': (3, move_folder),
    'a folder that is made anew': (2, make_folder_anew),
}

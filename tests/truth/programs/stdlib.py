import asyncio, csv, email.message, http.server, importlib.metadata, json, logging.config  # noqa
import multiprocessing.pool, sqlite3, ssl, tarfile, unittest.mock, urllib.request, zipfile  # noqa
import glob, os, pathlib, shutil, subprocess, sys, tempfile

import package.inner.leaf  # noqa: its byte code is made in both runs

try:
    import not_there_at_all  # noqa
except ImportError:
    print('not there')

pathlib.Path('made').mkdir()
with open('made/file', 'x') as made, open('words') as words:
    made.write(words.read())
with open('made/file', 'r+') as file, open('appended', 'a') as appended:
    appended.write(file.read())
os.replace('appended', 'replaced')
os.symlink('replaced', 'link')
os.truncate('link', 2)
os.utime('words', (1e9, 1e9))
print(os.path.exists('nothing'), os.path.islink('nowhere'), os.access('never', os.R_OK))
print(sorted(glob.glob('*/*')), sorted(map(str, pathlib.Path('.').rglob('*.py'))))
with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as file:
    shutil.copytree('package', folder + '/copy')
with zipfile.ZipFile('packed.zip', 'w') as packed:
    packed.write('words')
base = os.open('package', os.O_RDONLY | os.O_DIRECTORY)
os.close(os.open('inner/leaf.py', os.O_RDONLY, dir_fd=base))
print(os.stat('inner/leaf.py', dir_fd=base).st_size)
db = sqlite3.connect('data.db')
db.execute('create table t (x)')
db.execute('insert into t values (1)')
db.commit()
os.chdir('package')
print(subprocess.run(['cat', '../words', 'none'], capture_output=True))
print(subprocess.run('ls; exec ./tool', shell=True, capture_output=True))
with multiprocessing.get_context('fork').Pool(2) as pool:
    print(pool.map(os.path.getsize, ['../words', '__init__.py']))
sys.stdout.flush()
os.remove('../made/file')
os.rmdir('../made')
os.execvp('head', ['head', '-n1', '../words'])

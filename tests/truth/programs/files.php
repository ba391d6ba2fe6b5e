<?php
require 'lib/first.php';
require_once __DIR__ . '/lib/second.php';
@include 'lib/absent.php';
spl_autoload_register(function ($name) { include "lib/$name.php"; });
new Third();
echo file_get_contents('words'), var_export(file_exists('nothing'), true), is_file('words'), "\n";
print_r(scandir('lib'));
print_r(glob('lib/*.php'));
print_r(json_decode(file_get_contents('data.json')));
print_r(parse_ini_file('data.ini'));
file_put_contents('out', 'text');
file_put_contents('out', 'more', FILE_APPEND);
copy('out', 'copy');
rename('copy', 'moved');
touch('touched');
mkdir('a/b', 0777, true);
rmdir('a/b');
unlink('moved');
symlink('words', 'link');
echo readlink('link'), basename(realpath('link')), @filesize('never'), "\n";
$name = tempnam(sys_get_temp_dir(), 'php');
unlink($name);
fclose(tmpfile());
echo shell_exec('cat words none 2>&1');
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator('lib')) as $file) {
	$file->getSize();
}
$db = fopen('out', 'r+');
fclose($db);
chdir('lib');
echo count(file('first.php')), "\n";

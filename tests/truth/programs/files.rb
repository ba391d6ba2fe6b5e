require 'json'
require 'set'
require 'yaml'
require 'fileutils'
require 'tempfile'
require 'erb'
require 'open3'
require_relative 'lib/first'
$LOAD_PATH.unshift('lib')
require 'second'
load 'lib/third.rb'
begin
  require 'absent'
rescue LoadError => e
  puts e.path
end
puts File.exist?('nothing'), File.file?('words'), File.readable?('never'), Dir.children('lib').sort
puts Dir.glob('**/*.rb').sort, JSON.parse(File.read('data.json')), YAML.load_file('data.yml')
File.write('out', 'text')
File.open('out', 'a') { |file| file << 'more' }
FileUtils.cp('out', 'copy')
FileUtils.mv('copy', 'moved')
FileUtils.mkdir_p('a/b')
FileUtils.rm_rf('a')
Tempfile.create { |file| file << 'x' }
Dir.chdir('lib') { puts IO.readlines('first.rb').size, `cat second.rb`, File.realpath('../words') == 'x' }
puts Open3.capture2e('cat none words').first
exec 'cat', 'words'

package.path = './lib/?.lua;./?/init.lua'
require 'first'
require 'second'
print(pcall(require, 'absent') and 'there' or 'absent')
dofile('lib/late.lua')
for line in io.lines('words') do print(line) end
local out = assert(io.open('out', 'w'))
out:write('text')
out:close()
print(io.open('nothing'))
print(io.open('out', 'a+'):read('a'))
os.rename('out', 'moved')
os.remove('moved')
print(io.popen('cat words none 2>&1'):read('a'))
io.tmpfile():close()
os.execute('cat words')

-- Prints a word from each of its files, then stays until its stdin ends.
package.path = "./lib/?.lua;" .. package.path
local prices = require("prices")

local menu = assert(io.open("data/menu.txt"))
io.stdout:setvbuf("no")
print("entry-1 " .. prices.word .. " " .. menu:read("l"))
menu:close()
io.read("a")

WORD = "module-1"

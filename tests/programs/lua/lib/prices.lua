return { word = "module-1" }

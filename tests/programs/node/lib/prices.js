exports.word = "module-1";

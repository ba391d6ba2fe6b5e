#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H

#define HEADER_WORD "header-1"

const char *words_module(void);

#endif

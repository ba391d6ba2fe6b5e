#include "words/words.h"

const char *words_module(void)
{
	return "module-1";
}

<?php
function prices_word(): string
{
    return 'module-1';
}

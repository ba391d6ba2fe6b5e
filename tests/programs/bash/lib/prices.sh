#!/bin/bash
# shellcheck disable=SC2034 # used where this is sourced
WORD=module-1

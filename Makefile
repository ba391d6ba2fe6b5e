# autoreload-run: a launcher and the library that it preloads. Everything that is built goes to build/.
#
#   make                      the program and its library
#   make test                 unit tests, sanitized unit tests, the export audit, end-to-end tests,
#                             what is reported beside what strace sees, and a little of make fuzz
#   make fuzz FUZZ_SECONDS=10 libFuzzer's targets, each for so long
#   make bench                what it costs and does, beside other reloaders and tracers
#   make coverage             how much of it the tests come through
#   make install PREFIX=/usr/local DESTDIR=
#   make V=1                  show the commands

PREFIX ?= /usr/local
BUILD := build

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wswitch-enum -Wformat=2 -Wvla -Wundef -Wwrite-strings -Wcast-qual -Wimplicit-fallthrough
BASE := -std=c11 -D_GNU_SOURCE -I. -O2 -g -MMD -MP $(WARNINGS)
HARDENING := -fstack-protector-strong -fstack-clash-protection -fcf-protection -U_FORTIFY_SOURCE \
	-D_FORTIFY_SOURCE=2
LAUNCHER_CFLAGS := $(BASE) $(HARDENING) -fPIE
LAUNCHER_LDFLAGS := -pie -Wl,-z,relro,-z,now
LAUNCHER_LIBS := -lelf -ljansson -lxxhash -pthread
# The library lives in other people's processes, under any libc: nothing in it may need a symbol
# version, a stack protector or a libc that is newer than the program's (preload/README.md).
PRELOAD_CFLAGS := $(BASE) -fPIC -fvisibility=hidden -ffreestanding -fno-stack-protector \
	-U_FORTIFY_SOURCE -ftls-model=initial-exec -fno-tree-loop-distribute-patterns \
	-Wframe-larger-than=1024
PRELOAD_LDFLAGS := -shared -nostdlib -Wl,-soname,autoreload-run.so -Wl,--hash-style=both \
	-Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--version-script=preload/exports.map
PRELOAD_LIBS := -lgcc
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# libFuzzer is clang's, of which -Wconversion asks more than of gcc, and which sees uthash fall through.
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 10
FUZZ_CFLAGS := $(BASE) $(SANITIZE) -Wno-sign-conversion -Wno-implicit-fallthrough -fPIE
FUZZ_WRAPPED := -Wl,--wrap=pthread_create,--wrap=pthread_join

VERSION := $(shell sed -n 's/^\#\# \([0-9.]*\).*/\1/p' NEWS.md | head -n 1)
PROGRAM := $(BUILD)/autoreload-run
MANUAL := launcher/autoreload-run.1
# A folder that holds the library for each class of programs, under the names that the loader asks for.
PRELOAD := $(BUILD)/preload
LIBRARY := $(PRELOAD)/autoreload-run.so
LIBRARY_32 := $(PRELOAD)/autoreload-run-32.so

LAUNCHER_SOURCES := $(wildcard launcher/*.c) preload/report.c preload/system_paths.c
PRELOAD_SOURCES := $(wildcard preload/*.c)
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
BENCH_PROGRAMS := $(BUILD)/measure $(BUILD)/open-files $(BUILD)/first $(BUILD)/drain $(BUILD)/empty.so
TEST_PROGRAMS := $(BUILD)/listen $(patsubst tests/programs/%.c,$(BUILD)/programs/%,$(wildcard tests/programs/*.c))

LAUNCHER_OBJECTS := $(LAUNCHER_SOURCES:%.c=$(BUILD)/launcher-objects/%.o)
MODULE_OBJECTS := $(filter-out %/main.o,$(LAUNCHER_OBJECTS))
SANITIZED_OBJECTS := $(LAUNCHER_SOURCES:%.c=$(BUILD)/sanitized-objects/%.o)
FUZZ_OBJECTS := $(patsubst %.c,$(BUILD)/fuzz-objects/%.o,$(filter-out launcher/main.c,$(LAUNCHER_SOURCES)))
PRELOAD_OBJECTS := $(PRELOAD_SOURCES:%.c=$(BUILD)/preload-objects/%.o)

Q := $(if $(V),,@)
silent := $(findstring s,$(firstword -$(MAKEFLAGS)))
say = $(if $(V)$(silent),,@echo "  $(1)")

all: $(PROGRAM) $(PRELOAD)/.linked

$(PROGRAM): $(LAUNCHER_OBJECTS)
	$(call say,LINK   $@)
	$(Q)$(CC) $(LAUNCHER_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LAUNCHER_LIBS)

$(BUILD)/sanitized/autoreload-run: $(SANITIZED_OBJECTS)
	$(call say,LINK   $@)
	$(Q)mkdir -p $(@D)
	$(Q)ln -sfn ../preload $(@D)/preload
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LAUNCHER_LIBS)

# A stand-in for libdl.so.2 with that name and nothing in it: the library must ask the loader for
# libdl (where an old glibc keeps dlsym), and today's libdl has nothing left to link against.
$(BUILD)/stub/libdl.so.2:
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -shared -nostdlib -Wl,-soname,libdl.so.2 -o $@ -x c /dev/null

$(LIBRARY): $(PRELOAD_OBJECTS) $(BUILD)/stub/libdl.so.2 preload/exports.map
	$(call say,LINK   $@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PRELOAD_LDFLAGS) -o $@ $(PRELOAD_OBJECTS) -Wl,--no-as-needed \
		$(BUILD)/stub/libdl.so.2 $(PRELOAD_LIBS)

# The same for 32-bit programs, or at least something that their loader takes without a word.
$(LIBRARY_32): $(PRELOAD_SOURCES) $(wildcard preload/*.h) preload/hooks.def scripts/build-32-bit
	$(call say,LINK   $@)
	$(Q)mkdir -p $(@D)
	$(Q)CC='$(CC)' CFLAGS='$(filter-out -MMD -MP -Wl%,$(PRELOAD_CFLAGS))' LDFLAGS='$(PRELOAD_LDFLAGS)' \
		scripts/build-32-bit $@ $(PRELOAD_SOURCES)

$(PRELOAD)/.linked: $(LIBRARY) $(LIBRARY_32) scripts/link-library
	$(Q)CC='$(CC)' scripts/link-library $(@D)
	$(Q)touch $@

$(BUILD)/launcher-objects/%.o: %.c
	$(call say,CC     $<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LAUNCHER_CFLAGS) -DVERSION='"$(VERSION)"' $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/sanitized-objects/%.o: %.c
	$(call say,CC     $< (sanitized))
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE) -fPIE $(SANITIZE) -DVERSION='"$(VERSION)"' $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/fuzz-objects/%.o: %.c
	$(call say,CC     $< (fuzzed))
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -DVERSION='"$(VERSION)"' $(CPPFLAGS) $(CFLAGS) \
		-c -o $@ $<

$(BUILD)/preload-objects/%.o: %.c
	$(call say,CC     $<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PRELOAD_CFLAGS) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# Unit tests: one program a module, linked with everything but main. Criterion's macros convert and
# cast what they are given.
TEST_WARNINGS := -Wno-conversion -Wno-cast-qual -Wno-write-strings -Wno-discarded-qualifiers
$(BUILD)/unit/%: tests/unit/%.c $(MODULE_OBJECTS)
	$(call say,TEST   $<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE) $(TEST_WARNINGS) -fPIE -pie $(CPPFLAGS) $(CFLAGS) -MF $@.d -o $@ $< $(MODULE_OBJECTS) \
		$(LAUNCHER_LIBS) -lcriterion

$(BUILD)/unit-sanitized/%: tests/unit/%.c $(SANITIZED_OBJECTS)
	$(call say,TEST   $< (sanitized))
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE) $(TEST_WARNINGS) -fPIE $(SANITIZE) $(CPPFLAGS) $(CFLAGS) -MF $@.d -o $@ $< \
		$(filter-out %/main.o,$(SANITIZED_OBJECTS)) $(LAUNCHER_LIBS) -lcriterion

# Only fuzz_channel wraps functions.
$(BUILD)/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJECTS)
	$(call say,LINK   $@)
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -pie $(if $(findstring channel,$@),$(FUZZ_WRAPPED),) \
		$(CPPFLAGS) $(CFLAGS) -MF $@.d -o $@ $< $(FUZZ_OBJECTS) $(LAUNCHER_LIBS)

$(BUILD)/programs/%: tests/programs/%.c
	$(call say,CC     $<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -I. -O1 -g -Wall -Wextra $(if $(findstring static,$@),-static,) -o $@ $< -pthread

# Made of the launcher's own parts, so it looks for the library as the launcher does: beside itself.
$(BUILD)/listen: tests/truth/listen.c $(MODULE_OBJECTS)
	$(call say,LINK   $@)
	$(Q)$(CC) $(BASE) -fPIE -pie $(CPPFLAGS) $(CFLAGS) -MF $@.d -o $@ $< $(MODULE_OBJECTS) $(LAUNCHER_LIBS)

# measure is linked statically: no preloaded library is in it.
$(BUILD)/measure $(BUILD)/open-files $(BUILD)/first: $(BUILD)/%: tests/bench/%.c
	$(call say,CC     $<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE) $(CPPFLAGS) $(CFLAGS) -MF $@.d -o $@ $< $(if $(findstring measure,$@),-static,)

$(BUILD)/drain: tests/bench/drain.c $(MODULE_OBJECTS)
	$(call say,LINK   $@)
	$(Q)$(CC) $(BASE) -fPIE -pie $(CPPFLAGS) $(CFLAGS) -MF $@.d -o $@ $< $(MODULE_OBJECTS) $(LAUNCHER_LIBS)

# What any preloaded library costs at the least.
$(BUILD)/empty.so:
	$(call say,LINK   $@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -shared -fPIC -o $@ -x c /dev/null

unit-tests: $(UNIT_TESTS:%=$(BUILD)/unit/%)
sanitized-tests: $(UNIT_TESTS:%=$(BUILD)/unit-sanitized/%) $(BUILD)/sanitized/autoreload-run
test-programs: $(TEST_PROGRAMS)
fuzz-targets: $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%)
bench-programs: $(BENCH_PROGRAMS)

test: all unit-tests sanitized-tests fuzz-targets test-programs
	$(Q)scripts/run-tests

fuzz: fuzz-targets
	$(Q)scripts/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

bench: all bench-programs
	$(Q)scripts/bench

coverage:
	$(Q)scripts/coverage

lint:
	$(Q)scripts/lint

format:
	$(Q)clang-format -i $(wildcard launcher/*.[ch] preload/*.[ch] tests/unit/*.[ch] \
		tests/fuzz/*.[ch] tests/programs/*/*.[ch] tests/programs/*/*/*.[ch] tests/truth/*.c \
		tests/truth/programs/*.c tests/bench/*.c)

install: all
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/lib/autoreload-run' \
		'$(DESTDIR)$(PREFIX)/share/man/man1'
	install -m 755 $(PROGRAM) '$(DESTDIR)$(PREFIX)/bin/autoreload-run'
	install -m 644 $(MANUAL) '$(DESTDIR)$(PREFIX)/share/man/man1/autoreload-run.1'
	rm -rf '$(DESTDIR)$(PREFIX)/lib/autoreload-run/preload'
	cp -R $(PRELOAD) '$(DESTDIR)$(PREFIX)/lib/autoreload-run/preload'

uninstall:
	rm -f '$(DESTDIR)$(PREFIX)/bin/autoreload-run' \
		'$(DESTDIR)$(PREFIX)/share/man/man1/autoreload-run.1'
	rm -rf '$(DESTDIR)$(PREFIX)/lib/autoreload-run/preload'
	-rmdir '$(DESTDIR)$(PREFIX)/lib/autoreload-run'

clean:
	rm -rf $(BUILD)

.PHONY: all unit-tests sanitized-tests fuzz-targets test-programs bench-programs test fuzz bench coverage lint format install uninstall clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

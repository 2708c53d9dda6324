# Settings a user may change; below them nothing needs to.
CC      ?= cc
CFLAGS  ?= -O2 -g
LDFLAGS ?=
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
# By one name, for what a file depends on is noted by the name it is built under.
override BUILD := $(patsubst $(CURDIR)/%,%,$(BUILD))
LUA     ?= lua5.4
CORPUS  ?= ../shared/corpus
GOLDENS ?= $(CORPUS)/../facts/goldens

# ---- what the program is made of

PKGS       := lua5.4 lua5.4-cjson lua5.4-filesystem yaml-0.1 jansson libcrypto
RUN_DEPS   := build-essential pkg-config liblua5.4-dev lua-cjson-dev lua-filesystem-dev libyaml-dev \
              libjansson-dev libssl-dev
TEST_DEPS  := $(RUN_DEPS) libcmocka-dev bats lua5.4 lua-cjson lua-filesystem locales
CI_DEPS    := $(TEST_DEPS) clang clang-tidy cppcheck valgrind lua-check shellcheck libclang-rt-dev \
              slurm-wlm munge openmpi-bin
NKB_CFLAGS := -std=c11 -D_XOPEN_SOURCE=700 -Isrc -fPIC -fvisibility=hidden -pthread \
              -DNKB_DATADIR='"$(PREFIX)/share/nkibench"' \
              -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
SANITIZE   := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
PKG_CFLAGS  = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS    = $(shell pkg-config --libs $(PKGS)) -lm
# The program carries of these what there is as an archive where the compiler looks; the library asks for all.
ARCHIVE      = $(or $(filter /%,$(shell $(CC) $(CFLAGS) -print-file-name=$(1:-l%=lib%.a))),$(1))
PROGRAM_LIBS = $(shell pkg-config --libs-only-L $(PKGS)) \
               $(foreach lib,$(shell pkg-config --libs-only-l $(PKGS)),$(call ARCHIVE,$(lib))) \
               $(filter -lm -ldl -pthread,$(shell pkg-config --static --libs $(PKGS)))
# A rule under --unsafe may require modules written in C, which look for Lua in the program.
EXPORT_LUA   = -Wl,--dynamic-list=src/host/lua.symbols

LIB_SRC := $(filter-out src/host/embed.c, \
             $(wildcard src/base/*.c src/model/*.c src/input/*.c src/analyze/*.c src/host/*.c src/*.c))
CLI_SRC := $(wildcard src/cli/*.c)
# What travels inside the binary: rules and their layouts, scripts, but no tests of rules; the example that
# `nkibench new --example` writes, without what running it in place leaves.
EMBED   := $(sort $(filter-out %_test.lua,$(wildcard scripts/*.lua scripts/*/*.lua rules/*.lua rules/*/*.lua)) \
             $(shell find examples/first_score -type f ! -name '.nkibench*' \
                 ! -path examples/first_score/benchmark_results.json ! -path examples/first_score/benchmark_finetuning.json))
LIB_OBJ := $(LIB_SRC:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/embedded.o
CLI_OBJ := $(CLI_SRC:src/%.c=$(BUILD)/obj/%.o)
UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ    := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
BENCH   := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))

.PHONY: all demo test install uninstall lint check-arch check-corpus check-differential check-asan check-valgrind \
        check-fuzz check-seeds bench clean help deps-run deps-test deps-ci unit
.DELETE_ON_ERROR:

all: $(BUILD)/nkibench $(BUILD)/libnkibench.a $(BUILD)/libnkibench.so.1

# ---- for newcomers

demo: deps-run ## install what is missing, build, and score an example
	@$(MAKE) --no-print-directory $(JOBS) all
	@rm -rf $(BUILD)/demo && cp -R examples/first_score $(BUILD)/demo
	@echo; echo "In a copy of examples/first_score, the command is: nkibench"; echo
	@cd $(BUILD)/demo && ../nkibench
	@echo; echo "More: examples/*/README.md, and README.md"

test: deps-test ## install what is missing, build, and run all tests
	@$(MAKE) --no-print-directory $(JOBS) all unit
	@BUILD=$(BUILD) LUA=$(LUA) sh tests/run.sh

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 20

# Install missing Debian packages; elsewhere name them and stop. $(1): the packages.
define need
missing=$$(for p in $(1); do \
    dpkg-query -W -f='$${Status}\n' $$p 2>/dev/null | grep -q 'install ok installed' || echo $$p; done); \
[ -z "$$missing" ] && exit 0; \
if ! command -v apt-get >/dev/null; then \
    pkg-config --exists $(PKGS) 2>/dev/null && command -v $(CC) >/dev/null && exit 0; \
    echo "Needed, by the names Debian gives them:" $$missing; exit 1; fi; \
if [ $$(id -u) = 0 ]; then sudo=; elif command -v sudo >/dev/null; then sudo=sudo; \
else echo "Not root, and no sudo. As root: apt-get install" $$missing; exit 1; fi; \
echo "Installing" $$missing; \
$$sudo apt-get update -q >/dev/null; \
DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -q $$missing >/dev/null \
    || { echo "Could not install:" $$missing; exit 1; }
endef

deps-run:
	@$(call need,$(RUN_DEPS))
deps-test:
	@$(call need,$(TEST_DEPS))
deps-ci:
	@$(call need,$(CI_DEPS))

# ---- building (make V=1 shows the commands)

Q    := $(if $(V),,@)
note  = $(if $(V),,@echo "  $(1)")
JOBS  = -j$(shell nproc 2>/dev/null || echo 2)

$(BUILD)/nkibench: $(CLI_OBJ) $(BUILD)/libnkibench.a src/host/lua.symbols
	$(call note,LINK $@)
	$(Q)$(CC) $(CFLAGS) $(NKB_CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) $(BUILD)/libnkibench.a \
	    $(PROGRAM_LIBS) $(EXPORT_LUA)

$(BUILD)/libnkibench.a: $(LIB_OBJ)
	$(call note,AR   $@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/libnkibench.so.1: $(LIB_OBJ)
	$(call note,LINK $@)
	$(Q)$(CC) $(CFLAGS) $(NKB_CFLAGS) $(LDFLAGS) -shared -Wl,-soname,libnkibench.so.1 -o $@ $(LIB_OBJ) $(PKG_LIBS)

$(BUILD)/obj/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call note,CC   $<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(NKB_CFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

# The installed folder is compiled in: whoever installs elsewhere gets these files built anew.
DATADIR_OBJ := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(shell grep -l NKB_DATADIR src/*/*.c))
$(DATADIR_OBJ): $(BUILD)/prefix
$(BUILD)/prefix: FORCE
	@mkdir -p $(@D)
	@echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' > $@
.PHONY: FORCE
FORCE:

$(BUILD)/embed: src/host/embed.c Makefile
	@mkdir -p $(@D)
	$(call note,LINK $@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(NKB_CFLAGS) $(PKG_CFLAGS) $(LDFLAGS) -o $@ $< $(PROGRAM_LIBS)

$(BUILD)/embedded.c: $(BUILD)/embed src/host/embed.sh $(EMBED)
	@mkdir -p $(@D)
	$(call note,LUA  $@)
	$(Q)sh src/host/embed.sh $(BUILD)/embed $(EMBED) > $@

$(BUILD)/obj/embedded.o: $(BUILD)/embedded.c src/host/embedded.h
	@mkdir -p $(@D)
	$(call note,CC   $<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(NKB_CFLAGS) -c -o $@ $<

install: all ## into $(DESTDIR)$(PREFIX): program, library, header, rules, examples
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include
	install -m 755 $(BUILD)/nkibench $(DESTDIR)$(PREFIX)/bin/nkibench
	install -m 644 $(BUILD)/libnkibench.a $(DESTDIR)$(PREFIX)/lib/libnkibench.a
	install -m 755 $(BUILD)/libnkibench.so.1 $(DESTDIR)$(PREFIX)/lib/libnkibench.so.1
	ln -sf libnkibench.so.1 $(DESTDIR)$(PREFIX)/lib/libnkibench.so
	install -m 644 src/nkibench.h $(DESTDIR)$(PREFIX)/include/nkibench.h
	printf 'prefix=%s\nName: nkibench\nDescription: scoring engine for AWS Trainium NKI kernel work\nVersion: %s\nLibs: -L$${prefix}/lib -lnkibench\nLibs.private: %s\nCflags: -I$${prefix}/include\n' \
	    '$(PREFIX)' "$$(sed -n 's/^#define NKB_VERSION "\(.*\)"/\1/p' src/nkibench.h)" "$(PKG_LIBS)" \
	    > $(DESTDIR)$(PREFIX)/lib/pkgconfig/nkibench.pc
	for f in $$(find rules examples -type f); do \
	    install -D -m 644 $$f $(DESTDIR)$(PREFIX)/share/nkibench/$$f; done

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/nkibench $(DESTDIR)$(PREFIX)/lib/libnkibench.* \
	    $(DESTDIR)$(PREFIX)/include/nkibench.h $(DESTDIR)$(PREFIX)/lib/pkgconfig/nkibench.pc
	rm -rf $(DESTDIR)$(PREFIX)/share/nkibench

clean: ## remove what was built
	rm -rf $(BUILD)

# ---- checking

unit: $(UNIT)

# The library is linked whole and with its hidden symbols: unit tests call any room.
$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libnkibench.a
	@mkdir -p $(@D)
	$(call note,TEST $<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(NKB_CFLAGS) $(PKG_CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< \
	    $(BUILD)/libnkibench.a $$(pkg-config --cflags --libs cmocka) $(PKG_LIBS)

$(BUILD)/fuzz/%: tests/fuzz/%.c tests/fuzz/driver.c $(BUILD)/libnkibench.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(NKB_CFLAGS) $(PKG_CFLAGS) $(LDFLAGS) -o $@ $< \
	    $(if $(LIBFUZZER),-fsanitize=fuzzer,tests/fuzz/driver.c) $(BUILD)/libnkibench.a $(PKG_LIBS)

$(BUILD)/bench/%: tests/bench/%.c $(BUILD)/libnkibench.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(NKB_CFLAGS) $(PKG_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libnkibench.a $(PKG_LIBS)

check-corpus: all unit ## compare with the corpus and the goldens (CORPUS=…)
	@BUILD=$(BUILD) LUA=$(LUA) CORPUS=$(abspath $(CORPUS)) GOLDENS=$(abspath $(GOLDENS)) sh tests/corpus/run.sh

check-differential: all ## N random HLO modules from SEED, counted by nkibench and by a slow counter of their own
	@BUILD=$(BUILD) LUA=$(LUA) sh tests/differential/run.sh

check-arch: ## who may include whom, and what src/README.md says of it
	@sh tests/arch.sh

lint: check-arch ## clang-tidy, cppcheck, luacheck, shellcheck
	@BUILD=$(BUILD) sh tests/lint.sh

check-asan: ## all tests under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory BUILD=$(BUILD)-asan CFLAGS="-O1 -g $(SANITIZE)" test

check-valgrind: all unit ## the unit tests and a score under valgrind
	@BUILD=$(BUILD) sh tests/valgrind.sh

check-fuzz: ## each reader's fuzz target for FUZZ_SECONDS, by libFuzzer (clang)
	@$(MAKE) --no-print-directory CC=clang BUILD=$(BUILD)-fuzz LIBFUZZER=1 \
	    CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" fuzz
	@BUILD=$(BUILD)-fuzz CORPUS=$(CORPUS) sh tests/fuzz/run.sh

check-seeds: ## what fuzzing begins from, once, under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory $(JOBS) BUILD=$(BUILD)-asan CFLAGS="-O1 -g $(SANITIZE)" fuzz
	@BUILD=$(BUILD)-asan CORPUS=$(CORPUS) FUZZ_SECONDS=0 sh tests/fuzz/run.sh

.PHONY: fuzz
fuzz: $(FUZZ)

bench: all $(BENCH) ## timings; never part of the tests
	@BUILD=$(BUILD) CORPUS=$(CORPUS) sh tests/bench/run.sh

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT:=.d)

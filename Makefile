# Settings a user may change; below them nothing needs to.
CC      ?= cc
CFLAGS  ?= -O2 -g
LDFLAGS ?=
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
LUA     ?= lua5.4
CORPUS  ?= ../shared/corpus
GOLDENS ?= $(dir $(CORPUS))facts/goldens

# What the program is made of.
PKGS       := lua5.4 lua5.4-cjson lua5.4-filesystem yaml-0.1 jansson libcrypto
NKB_CFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -Isrc -fPIC -fvisibility=hidden -pthread \
              -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
SANITIZE   := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

ROOMS    := base model input analyze host
LIB_SRC  := $(foreach room,$(ROOMS),$(wildcard src/$(room)/*.c)) $(wildcard src/nkibench.c)
CLI_SRC  := $(wildcard src/cli/*.c)
EMBED    := $(sort $(wildcard scripts/*.lua scripts/*/*.lua rules/*.lua rules/*/*.lua))
LIB_OBJ  := $(LIB_SRC:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/embedded.o
CLI_OBJ  := $(CLI_SRC:src/%.c=$(BUILD)/obj/%.o)
UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ     := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   = $(shell pkg-config --libs $(PKGS)) -lm


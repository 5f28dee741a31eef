# Targets: all check check-asan check-tsan check-valgrind check-vm fuzz lint install uninstall dist clean
VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wno-sign-conversion
PACKAGES := libv4l2 libavformat libavcodec libavutil libswscale json-c

ALL_CFLAGS = -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -DV4L2Q_VERSION='"$(VERSION)"' -Isrc -pthread -MMD -MP \
	$(shell pkg-config --cflags $(PACKAGES)) $(CPPFLAGS) $(CFLAGS) $(SANITIZE)
LDLIBS = $(shell pkg-config --libs $(PACKAGES)) -pthread

SOURCES := $(wildcard src/*.c src/*/*.c)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
LIBRARY := $(filter-out $(BUILD)/src/main.o,$(OBJECTS))

UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%.t,$(wildcard tests/unit/test_*.c))
UNIT_HELPERS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
TOOLS := $(patsubst tests/tools/%.c,$(BUILD)/tests/tools/%,$(wildcard tests/tools/*.c))

all: $(BUILD)/v4l2q

$(BUILD)/v4l2q: $(OBJECTS)
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/tests/unit/%.t: $(BUILD)/tests/unit/%.o $(UNIT_HELPERS) $(LIBRARY)
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

$(BUILD)/tests/tools/%: $(BUILD)/tests/tools/%.o $(LIBRARY)
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LDLIBS)

tests: $(BUILD)/v4l2q $(UNIT_TESTS) $(TOOLS)

clean:
	rm -rf $(BUILD) build-*

.PHONY: all tests clean
.SECONDARY:
-include $(OBJECTS:.o=.d)

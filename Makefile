# Targets: all check check-fuzz check-asan check-tsan check-valgrind check-vm fuzz lint install uninstall dist clean
VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wno-sign-conversion

# The oldest releases that are tested: v4l-utils 1.22, FFmpeg 5.1, json-c 0.16,
# libseccomp 2.5.
REQUIRED := libv4l2:1.22 libavformat:59.27 libavcodec:59.37 libavutil:57.28 libswscale:6.7 json-c:0.16 libseccomp:2.5
PACKAGES := $(foreach package,$(REQUIRED),$(firstword $(subst :, ,$(package))))

ifneq ($(filter-out clean dist uninstall,$(or $(MAKECMDGOALS),all)),)
UNMET := $(shell command -v pkg-config >/dev/null || echo pkg-config; \
	printf '%s %s\n' $(subst :, ,$(REQUIRED)) | while read -r name version; do \
	pkg-config --atleast-version="$$version" "$$name" 2>/dev/null || \
	echo "$$name $$version or later (found: $$(pkg-config --modversion "$$name" 2>/dev/null || echo none)),"; done)
ifneq ($(UNMET),)
$(error missing: $(UNMET) which 'scripts/setup build' installs where apt has them)
endif
endif

ALL_CFLAGS = -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -DV4L2Q_VERSION='"$(VERSION)"' -Isrc -pthread -MMD -MP \
	$(PACKAGE_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(SANITIZE)
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES))
LDLIBS := $(shell pkg-config --libs $(PACKAGES)) -pthread -lm

SOURCES := $(wildcard src/*.c src/*/*.c src/*/*/*.c)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
LIBRARY := $(BUILD)/v4l2q.a

UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%.t,$(wildcard tests/unit/test_*.c))
UNIT_HELPERS := $(BUILD)/tests/unit/helpers.a
PRELOADS := $(patsubst tests/preload/%.c,$(BUILD)/tests/preload/%.so,$(wildcard tests/preload/*.c)) \
	$(BUILD)/tests/preload/sim.so $(BUILD)/tests/preload/sim_codec.so
TOOLS := $(patsubst tests/tools/%.c,$(BUILD)/tests/tools/%,$(wildcard tests/tools/*.c))

all: $(BUILD)/v4l2q

$(BUILD)/v4l2q: $(OBJECTS)
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# main.o alone knows the commit, so that a new commit compiles one file.
$(BUILD)/commit: FORCE
	@mkdir -p $(@D)
	@scripts/commit $@

$(BUILD)/src/main.o: $(BUILD)/commit
$(BUILD)/src/main.o: ALL_CFLAGS += -DV4L2Q_COMMIT="\"$$(cat $(BUILD)/commit)\"" \
	-DV4L2Q_LIBV4L2='"$(shell pkg-config --modversion libv4l2)"'

# Archives, so that a test takes in only what it needs.
$(LIBRARY): $(filter-out $(BUILD)/src/main.o,$(OBJECTS))
$(UNIT_HELPERS): $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
%.a:
	@rm -f $@
	$(AR) rcs $@ $^

# The tests are linked by gold where it is there, which takes a third of the time.
TEST_LDFLAGS := $(if $(shell command -v ld.gold),-fuse-ld=gold)

$(BUILD)/tests/unit/%.t: $(BUILD)/tests/unit/%.o $(UNIT_HELPERS) $(LIBRARY)
	$(CC) $(CFLAGS) $(SANITIZE) $(TEST_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

$(BUILD)/tests/tools/%: $(BUILD)/tests/tools/%.o $(LIBRARY)
	$(CC) $(CFLAGS) $(SANITIZE) $(TEST_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# A preloaded library contains nothing of the program.
$(BUILD)/tests/preload/%.so: tests/preload/%.c tests/preload/next.h
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -U_FORTIFY_SOURCE -shared -fPIC $(LDFLAGS) -o $@ $<

# The simulated device as a node for other programs, with hidden symbols. The codecs are a library of their own because libavcodec
# takes long to load.
PIC := $(BUILD)/pic
SIM_COMMON := $(PIC)/src/sim/test_pattern.o $(patsubst %,$(PIC)/src/base/%.o,log machine_root picture pixfmt pixfmt_parse terminal text units video_format)
SIM_OBJECTS := $(patsubst %.c,$(PIC)/%.o,$(filter-out src/sim/codec.c src/sim/transcoder.c,$(wildcard src/sim/*.c tests/preload/sim/*.c)))

$(PIC)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -U_FORTIFY_SOURCE -fPIC -fvisibility=hidden -c -o $@ $<

$(BUILD)/tests/preload/sim.so: $(SIM_OBJECTS) $(SIM_COMMON)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -shared -o $@ $(sort $^) -Wl,-z,defs -lm

$(BUILD)/tests/preload/sim_codec.so: $(patsubst %,$(PIC)/%.o,tests/preload/sim_codec/library src/sim/codec src/sim/transcoder) $(SIM_COMMON)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -shared -o $@ $^ -lavcodec -lswscale -lavutil -lm

# A server that keeps a program loaded, and its client (tests/warm/warm.h).
WARM := $(BUILD)/tests/warm.so $(BUILD)/tests/warm

$(BUILD)/tests/warm.so: tests/warm/server.c tests/warm/warm.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -O2 -shared -fPIC $(LDFLAGS) -o $@ $<

$(BUILD)/tests/warm: tests/warm/client.c tests/warm/warm.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -O2 $(LDFLAGS) -o $@ $<

tests: $(BUILD)/v4l2q $(UNIT_TESTS) $(TOOLS) $(PRELOADS) $(WARM)

# tests/run builds what it needs; each target is one kind of test, or several.
check check-unit check-cli check-fault check-peers check-fuzz check-asan check-tsan check-valgrind check-vm lint:
	BUILD=$(BUILD) tests/run $(patsubst check-%,%,$@)

# Feeds arbitrary bytes as a file for FUZZ_SECONDS, under clang's libFuzzer and sanitizers.
FUZZ_SECONDS ?= 600
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/tests/fuzz/%,$(wildcard tests/fuzz/*.c))
FUZZED := $(BUILD)/fuzzed.a

$(FUZZED): $(patsubst %.c,$(BUILD)/%.o,$(wildcard src/base/*.c src/media/*.c src/media/*/*.c))

$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(FUZZED)
	$(CC) $(CFLAGS) $(subst fuzzer-no-link,fuzzer,$(SANITIZE)) $(LDFLAGS) -o $@ $^ $(LDLIBS)

fuzzers:
	$(MAKE) --silent BUILD=$(BUILD)/fuzz CC=clang CFLAGS="-O1 -g1" WARNINGS= \
		SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" $(FUZZERS)

fuzz: fuzzers
	tests/fuzz/run $(BUILD)/fuzz/tests/fuzz/reader $(FUZZ_SECONDS)

MAN_PAGES := $(wildcard man/*.1)
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions

install: $(BUILD)/v4l2q
	install -D -m 755 $< $(DESTDIR)$(BINDIR)/v4l2q
	install -d $(DESTDIR)$(MANDIR)/man1
	install -m 644 $(MAN_PAGES) $(DESTDIR)$(MANDIR)/man1/
	install -D -m 644 scripts/completion.bash $(DESTDIR)$(COMPLETIONDIR)/v4l2q

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/v4l2q $(DESTDIR)$(COMPLETIONDIR)/v4l2q
	rm -f $(MAN_PAGES:man/%=$(DESTDIR)$(MANDIR)/man1/%)

# Packs the last commit, without uncommitted changes.
dist:
	@mkdir -p $(BUILD)
	git archive --prefix=v4l2q-$(VERSION)/ -o $(BUILD)/v4l2q-$(VERSION).tar.gz HEAD

clean:
	rm -rf $(BUILD) build-*

.PHONY: all tests install uninstall dist clean check check-unit check-cli check-fault check-peers check-fuzz check-asan check-tsan check-valgrind \
	check-vm lint fuzz fuzzers FORCE
.SECONDARY:
-include $(wildcard $(BUILD)/src/*.d $(BUILD)/*/*/*.d $(BUILD)/*/*/*/*.d $(PIC)/*/*/*.d $(PIC)/*/*/*/*.d)

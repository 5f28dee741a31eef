#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The C sources: style, rooms, sizes, and what cppcheck thinks.
# shellcheck disable=SC2034 # the library asks
needs_program=no
. "$(dirname "$0")/../cli/lib.sh"
cd "$root" || exit

mapfile -t sources < <(find src tests -name '*.[ch]' | sort)

# Releases of clang-format differ in what they make of one style; this one is bookworm's.
if clang-format --version | grep -q 'version 14\.'; then
	ok 'clang-format changes nothing' clang-format --dry-run -Werror "${sources[@]}"
else
	skip 'clang-format changes nothing' 'the style is checked with clang-format 14'
fi

ok 'a room includes only itself and those below it' tests/lint/layers
ok 'no circles of files; functions are declared in their headers, are used, and have names of their own' tests/lint/symbols "$build/src"
ok 'a test provokes each obstacle' tests/lint/obstacles
ok 'no file is longer than 500 lines, no function than 60' tests/lint/sizes

missing=$(awk 'FNR == 1 && $0 != "/* SPDX-License-Identifier: LGPL-2.1-or-later */" { print FILENAME }' "${sources[@]}")
is "$missing" '' 'the first line of every file is its licence'

ok 'cppcheck finds nothing' cppcheck --quiet --std=c11 --error-exitcode=1 --enable=warning,portability,performance \
	--inline-suppr --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches -j "$(nproc)" -Isrc \
	-D_GNU_SOURCE -DV4L2Q_VERSION='"0"' src tests/tools tests/preload

# A check is no use unless it sees a breach.
mkdir -p "$folder/src/base" "$folder/src/media"
echo '#include "queue/pool.h"' >"$folder/src/base/wrong.c"
echo '#include <linux/videodev2.h>' >"$folder/src/media/wrong.c"
is "$(tests/lint/layers "$folder/src" | wc -l)" 3 'a wrong include is seen'
printf '[OBSTACLE_%s] = { "a", "b%%1" "c", "d" },\n' ONE TWO >"$folder/obstacles.c"
printf 'TWO tests/lint/c.t not %s\n' there >"$folder/obstacles"
is "$(tests/lint/obstacles "$folder/obstacles.c" "$folder/obstacles" | wc -l)" 2 'an obstacle without a test, and a test without its words are seen'
mkdir -p "$folder/circle/base"
printf 'static void three(void)\n{\n}\n%s\n%s\n' 'void two(void); void one(void); void one(void) { two(); three(); }' 'void four(void) { }' >"$folder/circle/base/a.c"
printf 'static void\nthree(void) {\n}\n%s\n' 'void one(void); void two(void); void two(void) { one(); three(); }' >"$folder/circle/base/b.c"
echo 'void one(void); void four(void);' >"$folder/circle/base/a.h"
for name in a b; do
	${CC:-cc} -c -o "$folder/circle/base/$name.o" "$folder/circle/base/$name.c"
done
is "$(tests/lint/symbols "$folder/circle" "$folder/circle")" \
	'a circle of 2 files:
    base/a.c uses two of base/b.c
    base/b.c uses one of base/a.c
base/b.c: two is declared neither in b.h nor in a *_internal.h of its folder
base/a.c: only tests use four, if any
functions of one name: three of base/a.c and base/b.c' 'a circle, an undeclared function, an unused one and two of one name are seen'

done_testing

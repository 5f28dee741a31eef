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
ok 'no file is longer than 500 lines, no function than 60' tests/lint/sizes

missing=$(for file in "${sources[@]}"; do
	[ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: LGPL-2.1-or-later */' ] || echo "$file"
done)
is "$missing" '' 'the first line of every file is its licence'

ok 'cppcheck finds nothing' cppcheck --quiet --std=c11 --error-exitcode=1 --enable=warning,portability,performance \
	--inline-suppr --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches -j "$(nproc)" -Isrc \
	-D_GNU_SOURCE -DV4L2Q_VERSION='"0"' src tests/tools tests/preload

# The check of the rooms is no use unless it sees a breach.
mkdir -p "$folder/src/base" "$folder/src/media"
echo '#include "queue/pool.h"' >"$folder/src/base/wrong.c"
echo '#include <linux/videodev2.h>' >"$folder/src/media/wrong.c"
is "$(tests/lint/layers "$folder/src" | wc -l)" 3 'a wrong include is seen'

done_testing

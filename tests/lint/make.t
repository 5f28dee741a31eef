#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The Makefile: what it asks of the libraries, and which commit a build or an archive says it is of.
# shellcheck disable=SC2034 # the library asks
needs_program=no
. "$(dirname "$0")/../cli/lib.sh"
cd "$root" || exit

unmet=$(PKG_CONFIG_LIBDIR=$folder make -n BUILD="$folder/build" all 2>&1)
for library in libv4l2 libavformat libavcodec libavutil libswscale json-c; do
	like "$unmet" "missing:.* $library [0-9.]+ or later" "make says that $library is missing"
done
ok 'make clean needs no library' env PKG_CONFIG_LIBDIR="$folder" make -n clean

is "$(make -n BUILD="$folder/build" "$folder/build/src/main.o" 2>&1 | grep -c V4L2Q_COMMIT)" 1 'main.c alone knows the commit'
echo kept >"$folder/commit"
touch -d @1 "$folder/commit"
if [ -e .git ] && commit=$(git describe --always --dirty 2>/dev/null); then
	scripts/commit "$folder/commit"
	is "$(cat "$folder/commit")" "$commit" 'scripts/commit writes it'
	touch -d @1 "$folder/commit"
	scripts/commit "$folder/commit"
	is "$(stat -c %Y "$folder/commit")" 1 'and leaves the file alone when it has not changed'
	mkdir "$folder/archive"
	git archive HEAD scripts/commit .gitattributes | tar -xC "$folder/archive"
	"$folder/archive/scripts/commit" "$folder/archived"
	is "$(cat "$folder/archived")" "$(git rev-parse --short HEAD)" 'an archive of the sources knows its commit'
else
	skip 'the commit' 'these sources are not in git'
fi

done_testing

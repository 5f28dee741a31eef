#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Half a minute of scripts/soak, by frames, as a busy machine records fewer of them in a time.
# Runs under: none
. "$(dirname "$0")/../cli/lib.sh"

ok 'recordings with faults of all kinds keep their books, and no more than they need' \
	env BUILD="$build" FRAMES="${FRAMES:-60000}" SEED="${SEED:-1}" "$root/scripts/soak"
done_testing

#!/bin/sh
# Fails where the branch brings a file below candidate/ that its base has not: no-new-candidates.sh BASE
# Fails, too, where that cannot be told: no such base, or a clone without the commit that both stand on.
set -eu
cd "$(git rev-parse --show-toplevel)"
base=$(git merge-base "$1" HEAD)
added=$(git diff --name-only --diff-filter=A --no-renames "$base" HEAD -- candidate/)
[ -z "$added" ] && exit 0
echo "new candidate files: $added" >&2
exit 1

#!/bin/sh
# Fails where the branch brings a file below candidate/ that its base has not: no-new-candidates.sh BASE
added=$(git diff --name-only --diff-filter=A --no-renames "$1...HEAD" -- candidate/)
[ -z "$added" ] && exit 0
echo "new candidate files: $added" >&2
exit 1

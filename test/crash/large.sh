#!/bin/sh
# Writes an output of about 25 KB.
printf '{"v":"%s"}' "$(head -c 25000 /dev/zero | tr '\0' x)" > "$GOLIVE_OUTPUT_FILE"

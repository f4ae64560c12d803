#!/bin/sh
# Appends one line to the effects log and makes it durable: effect.sh LOG NAME [seconds before] [seconds after]
set -e
sleep "${3:-0}"
printf '%s %s\n' "$2" "$GOLIVE_IDEMPOTENCY_KEY" | dd of="$1" oflag=append conv=notrunc,fsync status=none
sleep "${4:-0}"

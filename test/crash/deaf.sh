#!/bin/sh
# A command with a child, both deaf to SIGTERM: deaf.sh NAME
trap '' TERM
sh -c 'trap "" TERM; while :; do sleep 1; done' "$1" &
while :; do sleep 1; done

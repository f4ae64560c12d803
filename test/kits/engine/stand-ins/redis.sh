#!/bin/sh
# Stands in for the official image's entry point: a server that its own network may ask.
[ "${1:-redis-server}" = redis-server ] || exec "$@"
[ $# -eq 0 ] || shift
exec redis-server --bind '*' --protected-mode no "$@"

#!/bin/sh
# Ends with 0 when the effect stands in the log, 1 when it does not, 2 when nobody can tell: probe.sh LOG NAME
grep -q "^$2 " "$1"

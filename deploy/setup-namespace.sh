#!/bin/sh
# Creates the namespace and the search attributes that golive needs, where they are missing. Safe to run again.
# Needs the Temporal CLI; the server comes from TEMPORAL_ADDRESS.
set -eu

namespace=${GOLIVE_NAMESPACE:-golive}
retention=${GOLIVE_RETENTION:-90d}
attributes='GoLiveTarget GoLiveRunbook GoLiveChange GoLivePhase GoLiveVerdict GoLiveWaitingOn GoLiveMode'

# A port that is open is not yet a server that answers.
attempt=1
until temporal operator cluster health --command-timeout 5s; do
  [ "$attempt" -lt 30 ] || { echo "The Temporal server at $TEMPORAL_ADDRESS is not healthy after $attempt attempts." >&2; exit 1; }
  attempt=$((attempt + 1))
  sleep 2
done

if temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1; then
  echo "Namespace $namespace is there."
else
  temporal operator namespace create --namespace "$namespace" --retention "$retention"
fi

# A new namespace reaches every part of the server within some seconds.
attempt=1
until known=$(temporal operator search-attribute list --namespace "$namespace" 2>/dev/null); do
  [ "$attempt" -lt 30 ] || { echo "Namespace $namespace cannot be used after $attempt attempts." >&2; exit 1; }
  attempt=$((attempt + 1))
  sleep 1
done

for name in $attributes; do
  if echo "$known" | grep -qw "$name"; then
    echo "Search attribute $name is there."
  else
    temporal operator search-attribute create --namespace "$namespace" --name "$name" --type Keyword
  fi
done

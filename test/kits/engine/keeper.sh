#!/bin/sh
# Keeps a container engine for a test: `sh keeper.sh FOLDER NAME`.
# Its input is a pipe that only the test holds. When it ends, in whatever way the test ended, all that the engine started
# is killed and its networks, control groups and data are removed.
# Who writes `start`, `stop` or `kill` into FOLDER/verbs has the engine started, ended well, or killed.
set -u
folder=$1
name=$2

if [ "${3:-}" != inside ]; then
  mkdir -p "$folder/data" "$folder/exec"
  printf '{ "deprecated-key-path": "%s" }' "$folder/key.json" >"$folder/daemon.json"
  mkfifo "$folder/verbs"
  # A process namespace of its own: when its first process ends, the kernel kills every other, containers too.
  # A mount namespace of its own: what the engine has mounted is gone with it.
  unshare --mount --pid --fork --kill-child --mount-proc sh "$0" "$folder" "$name" inside
  for bridge in $(grep -aoh 'br-[0-9a-f]\{12\}' "$folder"/data/network/files/*.db 2>/dev/null | sort -u); do
    ip link delete "$bridge" 2>/dev/null
  done
  find /sys/fs/cgroup -depth -type d -path "*/$name*" -exec rmdir {} + 2>/dev/null
  rm -rf "$folder"
  exit
fi

# What it lays down outside of its folder, sockets and empty folders, it lays down here.
for place in /run /opt; do mount -t tmpfs tmpfs "$place"; done
exec 3<>"$folder/verbs" 4<&0
(
  cat <&4 >/dev/null
  echo end >&3
) &
daemon=''
while read -r verb <&3; do
  case $verb in
    start)
      # No rule of the firewall and no setting of the kernel is touched: ports are published by the engine's own proxy,
      # and containers of one network reach each other over its bridge.
      dockerd --data-root "$folder/data" --exec-root "$folder/exec" --host "unix://$folder/docker.sock" \
        --config-file "$folder/daemon.json" \
        --pidfile "$folder/pid" --cgroup-parent "/$name" --bridge none \
        --iptables=false --ip6tables=false --ip-masq=false --ip-forward=false >>"$folder/said.log" 2>&1 3>&- 4<&- &
      daemon=$!
      ;;
    stop | kill)
      [ "$verb" = stop ] && kill "$daemon" || kill -9 "$daemon"
      wait "$daemon" 2>/dev/null
      rm -f "$folder/pid" "$folder/docker.sock"
      echo ended >"$folder/ended"
      ;;
    end) exit ;;
  esac
done

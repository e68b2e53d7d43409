# Runs a PostgreSQL server on 127.0.0.1, in a folder of its own, until standard input ends: however the process that holds
# the other end of it dies, the server stops and the folder goes away.
#
# Arguments: the folder of the server programs, the port, and settings as `name=value`. Prints the data folder; when the
# server cannot run, why.
set -eu
programs=$1
port=$2
shift 2
umask 077
# Only the end of standard input ends us, and whoever reads our output may be gone by then.
trap '' HUP INT TERM PIPE

folder=$(mktemp -d "${TMPDIR:-/tmp}/unlockd-postgres.XXXXXX" 2>/dev/null) ||
    folder=$(mktemp -d /tmp/unlockd-postgres.XXXXXX)
trap 'rm -rf "$folder"' EXIT
log=$folder/log

# Settings are words of ours, without blanks.
settings=
for setting; do settings="$settings -c $setting"; done

echo "$folder/data"
if ! "$programs/initdb" --no-sync --auth=trust --username=postgres --encoding=UTF8 --locale=C \
    --pgdata="$folder/data" >"$log" 2>&1; then
    cat "$log"
    exit 1
fi

"$programs/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    $settings >>"$log" 2>&1 </dev/null &
server=$!

# The shell gives background commands no standard input of their own.
exec 3<&0
{
    read -r _ <&3 || :
    # A server that has only just begun does not listen to signals yet.
    while kill -QUIT "$server"; do sleep 0.1; done
} >/dev/null 2>&1 &
watcher=$!

wait "$server" || :
kill -KILL "$watcher" 2>/dev/null || :
cat "$log"

# What the tutorials' scripts have in common. Each is run as: NAME.sh LAB, where LAB is a lab of two hosts (calico-lab up --name LAB --hosts 2).
# It does what its tutorial says, on the hosts on which it says it, and ends with status 1 at the first step that shows something else.
set -euo pipefail
lab=${1:?"$0 LAB: the name of a lab of two hosts, calico-lab up --name LAB --hosts 2"}
bin=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/bin
one=vms100 two=vms101

# A command on a host, as it is typed there: calico-lab exec, without the time that a program takes to start, which here adds up.
on() {
    local host=$1 init
    shift
    read -r init _ <"/var/lib/calico-lab/$lab/machines/$host/init" || { echo "$host of lab $lab is off" >&2 && return 1; }
    nsenter -t "$init" -m -u -i -n -p --wdns=/ env -i PATH="$bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME=/root "$@"
}

step() { echo "== $*"; }

# A step of the tutorial that has nothing to do any more.
needless() { echo "-- $1: $2"; }

fail() { echo "FAILED: $*" >&2 && exit 1; }

# What standard input holds must match an extended regular expression in one of its lines.
shows() {
    local text
    text=$(cat)
    grep -Eq -- "$1" <<<"$text" || fail "'$1' is not in: $text"
}

# soon HOST LINE: a shell line that succeeds within ten seconds.
soon() {
    on "$1" sh -c "for n in \$(seq 50); do { $2; } >/dev/null 2>&1 && exit 0; sleep 0.2; done; echo 'never true: $(tr -d "'" <<<"$2")'; exit 1" || exit 1
}

address() { on "$1" docker inspect --format "{{ (index .NetworkSettings.Networks \"$3\").IPAddress }}" "$2"; }

reaches() { soon "$1" "docker exec $2 ping -c 1 -W 1 $3"; }

# Said of what a moment ago was reached, or follows on what was: a packet that is lost says nothing.
reaches_not() { ! on "$1" docker exec "$2" ping -c 2 -i 0.2 -W 1 "$3" >/dev/null || fail "$2 reaches $3"; }

port_reaches() { soon "$1" "docker exec $2 nc -w 1 $3 $4 </dev/null | grep -q served"; }

port_reaches_not() { ! on "$1" sh -c "docker exec $2 nc -w 1 $3 $4 </dev/null | grep -q served" || fail "$2 reaches port $4 of $3"; }

# A container that answers 'served' at ports: run HOST NAME OPTIONS… -- PORT…
serve() {
    local host=$1 name=$2 options=() listeners=
    shift 2
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    shift
    for port; do listeners="${listeners}nc -ll -p $port -e echo served & "; done
    on "$host" docker run -d --name "$name" "${options[@]}" busybox sh -c "$listeners sleep 1000000" >/dev/null
}

containers=() networks=()
# Whatever happened, nothing of the tutorial stays.
clear_away() {
    local status=$? host
    for host in $one $two; do
        [ ${#containers[@]} -eq 0 ] || on $host docker rm -f "${containers[@]}" >/dev/null 2>&1 || true
    done
    [ ${#networks[@]} -eq 0 ] || on $one docker network rm "${networks[@]}" >/dev/null 2>&1 || true
    if declare -F restore >/dev/null; then restore >/dev/null 2>&1 || true; fi
    [ $status -ne 0 ] || echo "$(basename "$0" .sh): all as the tutorial shows it"
    exit $status
}
trap clear_away EXIT

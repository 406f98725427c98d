# Runs a host's Docker engine from another root file system, so that another version of it can be tried.
#   $1 the root file system   the rest: the command
# Its view of the mounts is made once and kept by a process that sleeps: an engine that is started again must find the mounts of its
# containers. A file that the view is bound to would not do: the kernel refuses that where the view's number is below that of the host's.
set -e
root=$1 keeper=/run/.lab/engine-keeper ready=/run/.lab/engine-ready
shift
if ! kill -0 "$(cat $keeper 2>/dev/null)" 2>/dev/null; then
    rm -f $ready
    mkdir -p /run/.lab/engine-root /run/.lab/engine-layer/upper /run/.lab/engine-layer/work
    setsid unshare --mount --propagation private sh -e -s "$root" $keeper $ready <<'VIEW' &
echo $$ >$2
mount -t overlay -o "lowerdir=$1,upperdir=/run/.lab/engine-layer/upper,workdir=/run/.lab/engine-layer/work" overlay /run/.lab/engine-root
cd /run/.lab/engine-root
mkdir -p etc/docker var/lib/docker var/log/calico
for folder in run tmp etc/docker var/lib/docker var/log/calico; do
    mount --bind "/$folder" "$folder"
done
for folder in dev proc sys; do
    mount --rbind "/$folder" "$folder"
done
pivot_root . mnt
umount -l /mnt
: >$3
exec sleep infinity
VIEW
    tries=0
    until [ -e $ready ]; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || { echo "the view of $root does not come about" >&2; exit 1; }
        sleep 0.05
    done
fi
exec nsenter --mount="/proc/$(cat $keeper)/ns/mnt" --wd=/ "$@"

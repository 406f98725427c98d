# Runs a host's Docker engine from another root file system, so that another version of it can be tried. Sourced by no one; run on the host.
#   $1 the root file system   the rest: the command
# Its view of the mounts is made once and kept: an engine that is started again must find the mounts of its containers.
set -e
root=$1 view=/run/.lab/engine-view
shift
if ! mountpoint -q $view; then
    mkdir -p /run/.lab/engine-root /run/.lab/engine-layer/upper /run/.lab/engine-layer/work
    : >$view
    unshare --mount=$view --propagation private sh -e -s "$root" <<'VIEW'
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
VIEW
fi
exec nsenter --mount=$view --wd=/ "$@"

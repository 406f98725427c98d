# Runs a real systemd on a host of the lab, with its services beside the lab's own processes: systemd.sh LAB HOST. In the foreground.
# It sees the host's network, its own processes, mounts and control groups; its id for the host's processes stands in /run/.lab/systemd.
set -e
if [ "$1" != inside ]; then
    rm -f /run/.lab/systemd
    # The lab's groups of this host, in every hierarchy, which `calico-lab down` removes; they are the root of all that systemd makes.
    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do
        [ -e "$hierarchy/cgroup.procs" ] && [ ! -L "$hierarchy" ] || continue
        group=$hierarchy
        for part in calico-lab "$1" "$2"; do
            parent=$group group=$group/$part
            mkdir -p "$group"
            for file in cpuset.cpus cpuset.mems; do # empty in a new group of version 1, where nothing can run then
                [ ! -e "$group/$file" ] || cat "$parent/$file" >"$group/$file"
            done
        done
        echo $$ >"$group/cgroup.procs"
    done
    exec unshare --mount --pid --ipc --cgroup --propagation private --fork --kill-child sh "$0" inside
fi

# /proc is still the host's.
read -r own rest </proc/self/stat
mount -t proc proc /proc
# Of the kernel's settings only the network's are the host's to change.
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount --bind /proc/sys/net /proc/sys/net
mount -o remount,bind,rw /proc/sys/net

hierarchies=$(cd /sys/fs/cgroup && for name in *; do [ ! -e "$name/cgroup.procs" ] || [ -L "$name" ] || echo "$name"; done)
version=1
[ ! -e /sys/fs/cgroup/cgroup.procs ] || version=2
# Nobody starts a device manager where /sys cannot be written.
mount --bind /sys /sys
mount -o remount,bind,ro /sys
if [ $version = 2 ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
else
    mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
    for name in $hierarchies; do
        mkdir "/sys/fs/cgroup/$name"
        case $name in
            unified) mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified ;;
            systemd) mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd ;;
            *) mount -t cgroup -o "$name" cgroup "/sys/fs/cgroup/$name" ;;
        esac
    done
fi

dev=/run/.lab/dev
mkdir -p $dev
mount -t tmpfs -o mode=755 tmpfs $dev
for name in null zero full random urandom tty; do
    : >$dev/$name
    mount --bind /dev/$name $dev/$name
done
mkdir $dev/pts $dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts $dev/pts
ln -s pts/ptmx $dev/ptmx
ln -s /proc/self/fd $dev/fd
mount --rbind $dev /dev
mount -t tmpfs -o mode=1777 tmpfs /tmp

# On the first boot nothing is enabled, and what is for whole computers never starts.
if [ ! -e /etc/systemd/system/systemd-sysctl.service ]; then
    rm -rf /etc/systemd/system/*.wants /etc/fstab /var/log/journal
    : >/etc/fstab
    for unit in getty.target systemd-logind.service systemd-sysctl.service systemd-modules-load.service systemd-binfmt.service systemd-random-seed.service \
        systemd-tmpfiles-clean.timer proc-sys-fs-binfmt_misc.automount dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount; do
        ln -sf /dev/null /etc/systemd/system/$unit
    done
fi
cd /
echo "$own" >/run/.lab/systemd
exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin setpriv --bounding-set -sys_time,-sys_module,-sys_boot,-sys_rawio \
    /lib/systemd/systemd --system --unit=multi-user.target --log-target=console --show-status=yes

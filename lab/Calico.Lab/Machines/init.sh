# The first process of a machine of the lab: makes its view of the file system, then only reaps what its children leave behind.
# Its end, by whatever signal, is the end of every process in the machine.
#   $1 the machine's folder   $2 its host name   $3 the folder that all hosts share
set -e
machine=$1 name=$2 shared=$3

# /proc is still the computer's: this is the process id that those outside know us by, and when we started.
read -r stat </proc/self/stat
set -- $stat
echo "$1 ${22}" >"$machine/init"

mount -t tmpfs -o mode=755 tmpfs /run
mkdir -m 1777 /run/lock
mkdir /run/.lab /run/.lab/machine /run/.lab/shared /run/.lab/cgroup
mount --bind "$machine" /run/.lab/machine
mount --bind "$shared" /run/.lab/shared

# A sysfs of our own shows our links; it hides the cgroups, which dockerd needs.
mount --rbind /sys/fs/cgroup /run/.lab/cgroup
mount -t sysfs sysfs /sys
mount --rbind /run/.lab/cgroup /sys/fs/cgroup
umount -l /run/.lab/cgroup

# The system's files below, what we write above and only in memory: nothing of it reaches the computer that we run on.
layer() {
    mkdir -p "/run/.lab/layers$1/upper" "/run/.lab/layers$1/work"
    mount -t overlay -o "lowerdir=$2$1,upperdir=/run/.lab/layers$1/upper,workdir=/run/.lab/layers$1/work" overlay "$1"
}
layer /etc /run/.lab/machine/etc:
layer /var/lib
layer /var/log

# These outlive the machine, as its disk would.
keep() {
    mkdir -p "/run/.lab/machine/$1" "$2"
    mount --bind "/run/.lab/machine/$1" "$2"
}
keep etc/calico /etc/calico
keep etc/docker /etc/docker
keep lib/calico /var/lib/calico
keep lib/docker /var/lib/docker
keep lib/etcd /var/lib/etcd
keep log /var/log/calico
mount --bind /run/.lab/shared "$shared"

mount -t proc proc /proc
echo "$name" >/proc/sys/kernel/hostname
# Of the kernel's settings only the network's are ours to change; dockerd would raise limits that hold for the whole computer.
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount --bind /proc/sys/net /proc/sys/net
mount -o remount,bind,rw /proc/sys/net

cd /
: >/run/.lab/ready
while :; do
    sleep infinity &
    wait
done

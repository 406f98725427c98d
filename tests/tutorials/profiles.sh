#!/usr/bin/env bash
# Calico 2.6, "Security using Calico profiles": three networks, five containers on two hosts; one reaches who is on its network, by name and by address.
. "$(dirname "$0")/lib.sh"
containers=(workload-A workload-B workload-C workload-D workload-E) networks=(net1 net2 net3)

step "Networks, made on one host"
for net in net1 net2 net3; do
    on $one docker network create --driver calico --ipam-driver calico-ipam $net | shows '^[0-9a-f]{64}$'
done
for net in net1 net2 net3; do soon $two "docker network inspect $net"; done
on $two docker network ls | shows 'net1 +calico'

step "Workloads"
on $one docker run --net net1 --name workload-A -tid busybox >/dev/null
on $one docker run --net net2 --name workload-B -tid busybox >/dev/null
on $one docker run --net net1 --name workload-C -tid busybox >/dev/null
on $two docker run --net net3 --name workload-D -tid busybox >/dev/null
on $two docker run --net net1 --name workload-E -tid busybox >/dev/null

step "A reaches C and E by name, E on the other host"
on $one docker exec workload-A ping -c 1 -W 2 workload-C.net1 | shows '1 packets received'
soon $one "docker exec workload-A ping -c 1 -W 1 workload-E.net1"
on $one docker exec workload-A ping -c 1 -W 2 workload-E.net1 | shows 'ttl=62'

step "A does not reach B and D"
reaches_not $one workload-A "$(address $one workload-B net2)"
reaches_not $one workload-A "$(address $two workload-D net3)"

step "Inside a container: one /32, one next hop"
on $one docker exec workload-A ip address show cali0 | shows 'link/ether ee:ee:ee:ee:ee:ee'
on $one docker exec workload-A ip address show cali0 | shows 'inet [0-9.]+/32 scope global'
on $one docker exec workload-A ip route | shows '^default via 169\.254\.1\.1 dev cali0'

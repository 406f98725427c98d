#!/usr/bin/env bash
# How it is done without a cluster store (projecteru2's quickstart, 2021): a pool, a profile that allows all, the network made on every host by hand.
. "$(dirname "$0")/lib.sh"
containers=(h-one h-two) networks=(h-net)
restore() {
    on $two docker network rm h-net
    on $one calicoctl delete ippool h-pool
}
needless "calicoctl node run --disable-docker-networking, and a plugin beside it" "the node's own drivers serve"

step "A pool, and a network on every host, where 'already exists' is no matter"
on $one calicoctl apply -f - <<'YAML' | shows 'Successfully applied 1'
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: h-pool}
spec: {cidr: 10.213.0.0/16, ipipMode: Never, natOutgoing: true}
YAML
for host in $one $two; do
    on $host docker network create --driver calico --ipam-driver calico-ipam --subnet 10.213.0.0/16 h-net >/dev/null 2>&1 || on $host docker network inspect h-net >/dev/null
done

step "Containers on both"
on $one docker run -itd --name h-one --net h-net busybox >/dev/null
on $two docker run -itd --name h-two --net h-net --ip 10.213.7.7 busybox >/dev/null
reaches $one h-one 10.213.7.7
reaches $two h-two "$(address $one h-one h-net)"

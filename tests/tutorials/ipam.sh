#!/usr/bin/env bash
# Calico 2.6, "Advanced usage of Calico IPAM": a pool of one's own, a network with its subnet, a container with an address of one's choice.
. "$(dirname "$0")/lib.sh"
containers=(my_workload) networks=(my_net)
restore() { on $one calicoctl delete ippool tutorial-pool; }

step "A pool"
needless "apiVersion: v1, kind: ipPool" "written in the current form, projectcalico.org/v3"
on $one calicoctl create -f - <<'YAML' | shows 'Successfully created 1'
apiVersion: projectcalico.org/v3
kind: IPPool
metadata:
  name: tutorial-pool
spec:
  cidr: 192.0.2.0/24
YAML
on $one calicoctl get ippool -o wide | shows '^NAME +CIDR +NAT +IPIPMODE'
on $one calicoctl get ippool | shows 'tutorial-pool +192\.0\.2\.0/24'

step "A network with its subnet, and a container with an address"
on $one docker network create --driver calico --ipam-driver calico-ipam --subnet=192.0.2.0/24 my_net >/dev/null
on $one docker run --net my_net --name my_workload --ip 192.0.2.100 -tid busybox >/dev/null
address $one my_workload my_net | shows '^192\.0\.2\.100$'
on $one ip route | shows '^192\.0\.2\.100 dev cali[0-9a-f]{11} scope link'

step "The address is taken, and said to be"
! on $one docker run --rm --net my_net --ip 192.0.2.100 busybox true 2>/dev/null || fail "the address was given twice"
on $one calicoctl ipam show --ip 192.0.2.100 | shows 'in use'

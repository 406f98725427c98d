#!/usr/bin/env bash
# Calico 2.6, "Security using Docker labels and Calico policy": one network, and labels of containers that policies select.
. "$(dirname "$0")/lib.sh"
containers=(l-fe l-db l-other) networks=(l-net)
restore() { on $one calicoctl delete globalnetworkpolicy tutorial-labels; }

step "The node with labels"
needless "calicoctl node stop" "labels of containers are always those of their endpoints"
on $one calicoctl node run --use-docker-networking-container-labels | shows 'already running'

step "Workloads"
on $one docker network create --driver calico --ipam-driver calico-ipam l-net >/dev/null
soon $two "docker network inspect l-net"
serve $one l-db --net l-net --label org.projectcalico.label.role=database -- 3306 22
on $two docker run -tid --name l-fe --net l-net --label org.projectcalico.label.role=frontend busybox >/dev/null
on $two docker run -tid --name l-other --net l-net busybox >/dev/null
on $one calicoctl get workloadendpoint -o yaml | shows 'role: frontend'
db=$(address $one l-db l-net)
port_reaches $two l-other "$db" 22

step "A policy"
on $one calicoctl apply -f - <<'YAML' | shows 'Successfully applied 1'
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: tutorial-labels}
spec:
  order: 0
  selector: role == 'database'
  types: [Ingress]
  ingress:
  - {action: Allow, protocol: TCP, source: {selector: role == 'frontend'}, destination: {ports: [3306]}}
YAML
soon $two "! docker exec l-other nc -w 1 $db 22 </dev/null | grep -q served"
port_reaches $two l-fe "$db" 3306
port_reaches_not $two l-fe "$db" 22
port_reaches_not $two l-other "$db" 3306

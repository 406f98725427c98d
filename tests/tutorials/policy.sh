#!/usr/bin/env bash
# Calico 2.6, "Security using Calico profiles and policy": networks frontend and database; the frontends reach the database's port 3306 and nothing else.
. "$(dirname "$0")/lib.sh"
containers=(fe db db2) networks=(frontend database)
restore() { on $one calicoctl delete globalnetworkpolicy tutorial-database tutorial-frontend; }
needless "dockerd --cluster-store" "the nodes make a network known to all engines"

step "Networks and workloads"
on $one docker network create --driver calico --ipam-driver calico-ipam database >/dev/null
on $one docker network create --driver calico --ipam-driver calico-ipam frontend >/dev/null
for net in database frontend; do soon $two "docker network inspect $net"; done
serve $one db --net database -- 3306 22
serve $two db2 --net database -- 3306
serve $two fe --net frontend -- 80
db=$(address $one db database) db2=$(address $two db2 database) fe=$(address $two fe frontend)

check() {
    port_reaches $two fe "$db" 3306
    port_reaches $one db "$db2" 3306
    port_reaches_not $two fe "$db" 22
    port_reaches_not $one db "$fe" 80
}

step "(a) profiles with rules"
on $one calicoctl get profile | shows '^database'
on $one calicoctl apply -f - <<'YAML' | shows 'Successfully applied 2'
apiVersion: projectcalico.org/v3
kind: Profile
metadata:
  name: database
  labels: {role: database}
spec:
  labelsToApply: {role: database}
  ingress:
  - {action: Allow, protocol: TCP, source: {selector: role == 'frontend'}, destination: {ports: [3306]}}
  - {action: Allow, source: {selector: role == 'database'}}
  egress:
  - {action: Allow, destination: {selector: role == 'database'}}
---
apiVersion: projectcalico.org/v3
kind: Profile
metadata:
  name: frontend
spec:
  labelsToApply: {role: frontend}
  egress:
  - {action: Allow, protocol: TCP, destination: {selector: role == 'database', ports: [3306]}}
YAML
check

step "(b) profiles that only label, and two policies"
on $one calicoctl apply -f - <<'YAML' | shows 'Successfully applied 4'
apiVersion: projectcalico.org/v3
kind: Profile
metadata: {name: database}
spec: {labelsToApply: {role: database}}
---
apiVersion: projectcalico.org/v3
kind: Profile
metadata: {name: frontend}
spec: {labelsToApply: {role: frontend}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: tutorial-database}
spec:
  order: 0
  selector: role == 'database'
  types: [Ingress, Egress]
  ingress:
  - {action: Allow, protocol: TCP, source: {selector: role == 'frontend'}, destination: {ports: [3306]}}
  - {action: Allow, source: {selector: role == 'database'}}
  egress:
  - {action: Allow, destination: {selector: role == 'database'}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: tutorial-frontend}
spec:
  order: 0
  selector: role == 'frontend'
  types: [Ingress, Egress]
  egress:
  - {action: Allow, protocol: TCP, destination: {selector: role == 'database', ports: [3306]}}
YAML
on $one calicoctl get globalnetworkpolicy -o wide | shows '^NAME +TIER +ORDER +SELECTOR'
check

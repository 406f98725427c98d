#!/usr/bin/env bash
# Calico 2.6, "Configuring BGP peers": the AS number, the mesh off and on, peers of all nodes and of one, and the tables that show them.
. "$(dirname "$0")/lib.sh"
restore() {
    on $one calicoctl delete bgppeer tutorial-global tutorial-node
    on $one calicoctl delete bgpconfiguration default
}

step "The sessions"
on $one calicoctl node status | shows '^Calico process is running\.$'
on $one calicoctl node status | shows '^\|  PEER ADDRESS  \|     PEER TYPE     \| STATE \|  SINCE   \|    INFO     \|$'
soon $one "calicoctl node status | grep -E '192.168.26.101 \\| node-to-node mesh \\| up .*Established'"
on $one calicoctl get nodes -o wide | shows '^NAME +ASN +IPV4 +IPV6'

step "The mesh off, and on again"
needless "calicoctl config set nodeToNodeMesh off" "written as the resource BGPConfiguration"
on $one calicoctl apply -f - <<'YAML' | shows 'Successfully applied 1'
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {name: default}
spec: {nodeToNodeMeshEnabled: false, asNumber: 64512}
YAML
soon $one "! calicoctl node status | grep -q 'node-to-node mesh'"
on $one calicoctl patch bgpconfiguration default -p '{"spec":{"nodeToNodeMeshEnabled":true}}' | shows 'Successfully patched'
soon $one "calicoctl node status | grep -E 'node-to-node mesh \\| up .*Established'"

step "A peer of all nodes, and one of a node"
needless "scope: global, scope: node" "a peer without a node is of all of them"
on $one calicoctl create -f - <<'YAML' | shows 'Successfully created 2'
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: tutorial-global}
spec: {peerIP: 192.20.30.40, asNumber: 64567}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: tutorial-node}
spec: {peerIP: "aa:bb::ff", node: vms100, asNumber: 64514}
YAML
on $one calicoctl get bgppeer | shows '^NAME +PEERIP +NODE +ASN'
on $one calicoctl get bgppeer | shows 'tutorial-global +192\.20\.30\.40 +\(global\) +64567'
soon $one "calicoctl node status | grep -E '192.20.30.40 *\\| global'"

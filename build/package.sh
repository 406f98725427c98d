#!/usr/bin/env bash
# Makes in artifacts/package, for each architecture given (amd64, arm64):
#   calico-sharp_VERSION_ARCH.deb         runs without .NET on the host
#   calicoctl-ARCH, calico-node-ARCH      each a single file that does too
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=artifacts/package
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)

publish() {
    local project=$1 architecture=$2 folder=$3
    shift 3
    local runtime=linux-x64
    [ "$architecture" = arm64 ] && runtime=linux-arm64
    dotnet publish "src/$project" -c Release -r $runtime --self-contained --nologo -v quiet -o "$folder" \
        -p:ForPackage=true -p:ArtifactsPath="$PWD/$out/build" -p:PublishReadyToRun=true -p:DebugType=none \
        -p:RunAnalyzers=false -p:GenerateDocumentationFile=false "$@"
}

single_file() {
    local project=$1 program=$2 architecture=$3
    publish "$project" "$architecture" "$out/single/$architecture/$program" -p:PublishSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true
    cp "$out/single/$architecture/$program/$program" "$out/$program-$architecture"
}

debian() {
    local architecture=$1 root=$out/root-$1
    rm -rf "$root"
    # Both programs in one folder: they share the runtime.
    publish Calico.Node "$architecture" "$root/usr/lib/calico-sharp"
    publish Calico.Ctl "$architecture" "$root/usr/lib/calico-sharp"
    find "$root/usr/lib/calico-sharp" -type f ! -name calico-node ! -name calicoctl ! -name createdump -exec chmod 644 {} +
    install -d "$root/usr/bin" "$root/DEBIAN"
    ln -s ../lib/calico-sharp/calico-node ../lib/calico-sharp/calicoctl "$root/usr/bin/"
    install -Dm644 deploy/systemd/calico-node.service "$root/usr/lib/systemd/system/calico-node.service"
    install -Dm644 -t "$root/etc/calico" deploy/debian/calicoctl.cfg deploy/debian/calico-node.env
    install -Dm644 deploy/debian/calicoctl.bash-completion "$root/usr/share/bash-completion/completions/calicoctl"
    install -Dm644 LICENSE "$root/usr/share/doc/calico-sharp/copyright"
    local page
    for page in deploy/debian/man/*; do
        install -d "$root/usr/share/man/man${page##*.}"
        gzip -9nc "$page" >"$root/usr/share/man/man${page##*.}/$(basename "$page").gz"
    done
    install -m755 -t "$root/DEBIAN" deploy/debian/postinst deploy/debian/prerm deploy/debian/postrm
    printf '/etc/calico/calicoctl.cfg\n/etc/calico/calico-node.env\n' >"$root/DEBIAN/conffiles"
    cat >"$root/DEBIAN/control" <<CONTROL
Package: calico-sharp
Version: $version
Architecture: $architecture
Maintainer: The Calico Sharp authors <calico-sharp@localhost>
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: libc6 (>= 2.27), libgcc-s1, libstdc++6
Recommends: docker.io | docker-ce
Section: net
Priority: optional
Description: container networking by plain routing, BGP between hosts, policy in the kernel
 Containers of Docker and others on different hosts reach each other by plain IP routing:
 one calico-node on each host speaks BGP, programs routes and nftables policy, and is
 Docker's network and IPAM driver; calicoctl looks at the cluster and changes it.
CONTROL
    dpkg-deb --root-owner-group -Zxz --build "$root" "$out/calico-sharp_${version}_$architecture.deb" >/dev/null
}

[ $# -gt 0 ] || set -- amd64 arm64
for architecture; do
    case $architecture in
        amd64 | arm64) ;;
        *)
            echo "package: no architecture $architecture: amd64 and arm64 are there" >&2
            exit 1
            ;;
    esac
    debian "$architecture"
    single_file Calico.Ctl calicoctl "$architecture"
    single_file Calico.Node calico-node "$architecture"
done
ls -l $out/*.deb $out/calicoctl-* $out/calico-node-*

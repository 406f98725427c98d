#!/usr/bin/env bash
# package.sh [--arch ARCH[,ARCH]] [--only deb|files]: makes in artifacts/package, for amd64 and arm64 unless told otherwise,
#   root-ARCH                             the files of the package
#   calico-sharp_VERSION_ARCH.deb         runs without .NET on the host; not with --only files
#   calicoctl-ARCH, calico-node-ARCH      each a single file that does too; not with --only
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=artifacts/package
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)

publish() {
    local architecture=$1 folder=$2 programs=$3
    shift 3
    local runtime=linux-x64
    [ "$architecture" = arm64 ] && runtime=linux-arm64
    dotnet build build/Package.proj --nologo -v quiet -p:Runtime=$runtime -p:Folder="$PWD/$folder" -p:Programs="\"$programs\"" -clp:NoSummary "$@"
}

single_files() {
    local architecture=$1 folder=$out/single/$1
    publish "$architecture" "$folder" "Calico.Ctl;Calico.Node" -p:PublishSingleFile=true
    cp "$folder/Calico.Ctl/calicoctl" "$out/calicoctl-$architecture"
    cp "$folder/Calico.Node/calico-node" "$out/calico-node-$architecture"
    # One that lacks a part does not even say its version.
    [ "$architecture" != "$(dpkg --print-architecture)" ] || { "$out/calicoctl-$architecture" --version && "$out/calico-node-$architecture" --version; } >/dev/null
}

debian() {
    local architecture=$1 root=$out/root-$1
    rm -rf "$root"
    # The programs in one folder: they share the runtime.
    publish "$architecture" "$root/usr/lib/calico-sharp" "Calico.Node;Calico.Ctl;Calico.Bgpd"
    find "$root/usr/lib/calico-sharp" -type f ! -name calico-node ! -name calicoctl ! -name calico-bgpd ! -name createdump -exec chmod 644 {} +
    install -d "$root/usr/bin" "$root/DEBIAN"
    ln -s ../lib/calico-sharp/calico-node ../lib/calico-sharp/calicoctl ../lib/calico-sharp/calico-bgpd "$root/usr/bin/"
    install -Dm644 deploy/systemd/calico-node.service "$root/usr/lib/systemd/system/calico-node.service"
    install -Dm644 -t "$root/etc/calico" deploy/debian/calicoctl.cfg deploy/debian/calico-node.env
    install -Dm644 deploy/debian/completion/calicoctl.bash "$root/usr/share/bash-completion/completions/calicoctl"
    install -Dm644 deploy/debian/completion/calicoctl.zsh "$root/usr/share/zsh/vendor-completions/_calicoctl"
    install -Dm644 deploy/debian/completion/calicoctl.fish "$root/usr/share/fish/vendor_completions.d/calicoctl.fish"
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
    [ "$only" != files ] || return 0
    # A low level: a tenth of the time for a tenth more of the size.
    dpkg-deb --root-owner-group -Zxz -z1 --build "$root" "$out/calico-sharp_${version}_$architecture.deb" >/dev/null
}

architectures=amd64,arm64 only=
while [ $# -gt 0 ]; do
    case $1 in
        --arch) architectures=${2:?"--arch: amd64, arm64, or both with a comma between"} && shift 2 ;;
        --only) only=${2:?"--only: deb or files"} && shift 2 ;;
        *) echo "package: what is $1? package.sh [--arch amd64,arm64] [--only deb|files]" >&2 && exit 1 ;;
    esac
done
case $only in "" | deb | files) ;; *) echo "package: --only $only: deb and files are there" >&2 && exit 1 ;; esac
for architecture in ${architectures//,/ }; do
    case $architecture in
        amd64 | arm64) ;;
        *) echo "package: no architecture $architecture: amd64 and arm64 are there" >&2 && exit 1 ;;
    esac
done
for architecture in ${architectures//,/ }; do
    debian "$architecture"
    [ -z "$only" ] || continue
    single_files "$architecture"
done
find $out -maxdepth 1 -type f -printf '%10s  %p\n' | sort -k2

#!/usr/bin/env bash
# image.sh [--tag NAME:TAG]: makes artifacts/package/calico-node-image_VERSION_amd64.tar, for `docker load` and `calicoctl node run --node-image`.
# Nothing but the programs, the libraries that they load, taken of the Debian that this runs on, and a busybox. No Docker is needed to make it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
tag=calico-sharp/node:$version
[ "${1:-}" != --tag ] || tag=${2:?"--tag NAME:TAG"}
[ "$(dpkg --print-architecture)" = amd64 ] || { echo "image: made on amd64 alone: its libraries are the machine's own" >&2 && exit 1; }
command -v busybox >/dev/null || { echo "image: busybox is missing: apt-get install busybox-static" >&2 && exit 1; }

package=artifacts/package/calico-sharp_${version}_amd64.deb
if [ ! -e "$package" ] || [ -n "$(find src build deploy/debian deploy/systemd Directory.Build.props Directory.Build.targets Directory.Packages.props \( -name obj -o -name bin \) -prune -o -type f -newer "$package" -print -quit)" ]; then
    build/package.sh --arch amd64 --only deb >/dev/null
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{bin,etc/calico,lib64,proc,root,run/calico,sys,tmp,var/lib/calico,var/log/calico}
chmod 1777 "$root/tmp"
ln -s ../run "$root/var/run"
dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" ./usr/lib/calico-sharp ./usr/bin

# What the programs are linked with, what the runtime opens by name for TLS, and the loader; each at its own path.
{
    find "$root/usr/lib/calico-sharp" -type f \( -name '*.so' -o -perm -100 \) -exec ldd {} + 2>/dev/null | sed -n 's:.*=> \(/[^ ]*\) .*:\1:p; s:^[[:space:]]*\(/[^ ]*\) (.*:\1:p'
    ldconfig -p | sed -n 's:.*=> \(.*/lib\(ssl\|crypto\)\.so\.3\)$:\1:p'
} | grep -v "^$root" | sort -u | while read -r library; do
    install -Dm755 "$(readlink -f "$library")" "$root$library"
done
[ ! -e /etc/ssl/certs/ca-certificates.crt ] || install -Dm644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
install -Dm755 "$(command -v busybox)" "$root/bin/busybox"
for applet in sh ls cat ip ps grep; do ln -s busybox "$root/bin/$applet"; done
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"

# The archive of `docker save`, which every engine loads: a layer, what to run, and a manifest that names both. The same input makes the same octets.
packed() { tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 "$@"; }
packed -C "$root" -cf "$work/layer.tar" .
layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
cat >"$work/config.json" <<CONFIG
{"architecture":"amd64","os":"linux","created":"1970-01-01T00:00:00Z",
 "config":{"Env":["PATH=/usr/bin:/bin"],"Cmd":["/usr/bin/calico-node"],"Labels":{"org.opencontainers.image.title":"calico-sharp","org.opencontainers.image.version":"$version"}},
 "rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},"history":[{"created":"1970-01-01T00:00:00Z","created_by":"build/image.sh"}]}
CONFIG
config=$(sha256sum "$work/config.json" | cut -d' ' -f1).json
mv "$work/config.json" "$work/$config"
printf '[{"Config":"%s","RepoTags":["%s"],"Layers":["layer.tar"]}]\n' "$config" "$tag" >"$work/manifest.json"
out=artifacts/package/calico-node-image_${version}_amd64.tar
packed -C "$work" -cf "$out" manifest.json "$config" layer.tar
echo "$out: $tag, $(du -m "$out" | cut -f1) MB; docker load -i $out"

#!/bin/sh
# Tries a package without a network in a fresh userland of RELEASE: installed, checked, one session, purged.
# With NEWER, a package of a later version (build.py --version 0.2.0): also upgrade, step back, a dpkg killed half-way,
# remove and purge, each with a session's data and a changed configuration (lifecycle.sh).
#   sudo sh scripts/deb/userland.sh RELEASE PACKAGE [NEWER]
# Needs debootstrap, for arm64 on another machine qemu-user-static with binfmt_misc too. Some minutes, 3 GB.
# BALANCE_USERLAND names the folder of the userlands, which are made once and left as they are.
set -eu
release=$1
package=$2
newer=${3:-}
here=$(dirname "$0")
arch=$(dpkg-deb --field "$package" Architecture)
root=${BALANCE_USERLAND:-/var/tmp/balance-userland}/$release-$arch
if [ ! -e "$root/made" ]; then
    mkdir -p "$root"
    debootstrap --arch="$arch" --variant=minbase \
        --include=python3,ca-certificates,dbus,systemd,systemd-sysv,udev,procps,mosquitto "$release" "$root"
    touch "$root/made"
fi
work=$(mktemp -d /var/tmp/balance-userland-XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir "$work/upper" "$work/work" "$work/root"
mkdir -p "$work/upper/opt/try"
cp "$package" "$work/upper/opt/try/package.deb"
[ -z "$newer" ] || cp "$newer" "$work/upper/opt/try/newer.deb"
cp "$here/lifecycle.sh" "$work/upper/opt/try/"
# Trixie's programs sign their return addresses. Emulated to the letter that makes Python thirty times slower, and
# the station is not in time; QEMU has a cheaper way of its own.
export QEMU_CPU=max,pauth-impdef=on
unshare --net --mount sh -euc '
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
    exec chroot "$2/root" sh /opt/try/lifecycle.sh
' sh "$root" "$work"
echo "userland: $release on $arch took $(basename "$package")${newer:+ and $(basename "$newer")}."

#!/bin/sh
# Installs a package without a network in a fresh arm64 userland of RELEASE and tries it there:
#   sudo sh scripts/deb/userland.sh RELEASE PACKAGE [FOLDER]
# Needs debootstrap and qemu-user-static with binfmt_misc (on arm64 itself: debootstrap alone). Some minutes, 2 GB.
set -eu
release=$1
package=$2
root=${3:-/var/tmp/balance-userland-$release}
if [ ! -e "$root/made" ]; then
    debootstrap --arch=arm64 --variant=minbase --include=python3,ca-certificates,systemd,udev,mosquitto "$release" "$root"
    touch "$root/made"
fi
cp "$package" "$root/root/package.deb"
cat > "$root/root/try.sh" <<'INSIDE'
set -e
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
mount -t devtmpfs dev /dev
python3 - <<'UP' # the loopback interface, without iproute2
import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14s", b"lo", 0x41, b""))
UP
export HOME=/tmp/home
mkdir "$HOME"
dpkg -i /root/package.deb
balance-station version
balance-station check --source simulate
balance-station demo --headless --once --json
dpkg --purge balance-station
test ! -e /usr/lib/balance-station || { echo "purge left /usr/lib/balance-station"; exit 1; }
INSIDE
# Trixie's programs sign their return addresses. Emulated to the letter that makes Python thirty times slower, and
# the station is not in time; QEMU has a cheaper way of its own.
export QEMU_CPU=max,pauth-impdef=on
unshare --net --mount chroot "$root" sh /root/try.sh
echo "userland: $release took $(basename "$package"): installed, checked, one session, purged."

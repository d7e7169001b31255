#!/bin/sh
# Installs the Debian packages of the programs named, when one is missing. Quick when all are there. A name that
# begins with "lib" is a package by itself, and so is postgresql, whose server is on nobody's PATH.
set -eu
missing=
for program in "$@"; do
    case $program in
        lib*)
            dpkg -s "$program" >/dev/null 2>&1 || missing="$missing $program"
            continue
            ;;
    esac
    if [ "$program" = postgresql ]; then
        ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
        continue
    fi
    # Debian puts daemons into /usr/sbin, which is not on everybody's PATH.
    PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null && continue
    case $program in
        Xvfb) missing="$missing xvfb" ;;
        *) missing="$missing $program" ;;
    esac
done
[ -z "$missing" ] && exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
    sudo="sudo"
    command -v sudo >/dev/null || sudo=none
fi
if [ "$sudo" = none ] || ! command -v apt-get >/dev/null; then
    echo "setup: these system packages are missing and cannot be installed from here:$missing. Ask an administrator to run: apt install$missing" >&2
    exit 1
fi
echo "setup: installing system packages:$missing"
export DEBIAN_FRONTEND=noninteractive
if ! { $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null; }; then
    echo "setup: apt could not install:$missing. See the lines above; then run the same make command again." >&2
    exit 1
fi

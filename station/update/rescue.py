"""What takes an update back when its program cannot even start: a script that the version before lays ready.

A program that starts looks after its own update (`steps`); one that does not would look after nothing.
`balance-update-back.service` runs the script whenever the look at an update has ended badly. It needs nothing
of the new version: a shell, dpkg, apt and systemd.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Final

SCRIPT_FILE: Final = "back.sh"
FAILING: Final = "failing"  # since when, as boot and seconds; gone with the first look that ends well

_SCRIPT: Final = Template("""#!/bin/sh
# Puts the version before back when `balance-station update --watch` has not ended well for $within_s s.
# The version before wrote this; nothing of the new one is needed.
cd $folder || exit 1
exec 9>>lock
flock -n 9 || exit 0
grep -Eq '"step":"(installing|watching|returning)"' state.json || exit 0
boot=$$(cat /proc/sys/kernel/random/boot_id)
now_s=$$(cut -d. -f1 /proc/uptime)
[ "$$(sed -n 1p $failing 2>/dev/null)" = "$$boot" ] || printf '%s\\n%s\\n' "$$boot" "$$now_s" >$failing
since_s=$$(sed -n 2p $failing)
left_s=$$((since_s + $within_s - now_s))
echo "the new version does not look after its update; the one before comes back in $$left_s s"
[ "$$left_s" -le 0 ] || exit 0
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
systemctl stop $units
dpkg --force-confold --configure -a
$install $kept || dpkg --force-confold --install $kept || exit 1
rm -f $failing
systemctl daemon-reload
for unit in $units; do
    systemctl is-enabled --quiet "$$unit" && systemctl restart --no-block "$$unit"
done
echo "the version before is back"
""")


def rescue_script(
    folder: Path, kept: str, *, install: Sequence[str], units: Sequence[str], within_s: float
) -> str:
    """Return the script: `kept` is the package of the version before, in the folder of the updates."""
    return _SCRIPT.substitute(
        folder=shlex.quote(str(folder)),
        kept=shlex.quote(str(folder / kept)),
        install=shlex.join(install),
        units=shlex.join(units),
        within_s=round(within_s),
        failing=FAILING,
    )

#!/bin/sh
# The life of a package, told line by line; run by userland.sh inside a userland that is thrown away afterwards.
set -eu
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
mount -t devtmpfs dev /dev
python3 - <<'UP' # the loopback interface, without iproute2
import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14s", b"lo", 0x41, b""))
UP
export HOME=/tmp/home DEBIAN_FRONTEND=noninteractive BALANCE_CARE_DATA=/var/lib/balance-care
mkdir "$HOME"
cd /opt/try
python=/usr/lib/balance-station/bin/python3
station_db=/var/lib/balance-station/station.sqlite3
care_db=/var/lib/balance-care/care.sqlite3

fail() {
    echo "FAILED: $*"
    exit 1
}
ok() { echo "ok: $*"; }
# Installs as a person without a terminal, or the updater, does: no question is asked, a changed file is kept.
take() { dpkg --force-confold --force-unsafe-io -i "$1" >/tmp/dpkg.log 2>&1 </dev/null || { cat /tmp/dpkg.log; fail "dpkg -i $1"; }; }
works() { # the board is read; whether readings are in time is a matter of the computer this runs on
    balance-station check --source simulate --seconds 2 --json >/tmp/check.json 2>/tmp/check.log || true
    python3 -m json.tool /tmp/check.json >/dev/null || { cat /tmp/check.log; fail "$1"; }
}
version() { balance-station version | cut -d' ' -f2; }

# Compiling all of it takes minutes when emulated, and comes anyway with the first use: here only the station's own is.
printf '#!/bin/sh\nexec %s -I -m compileall -q %s\n' "$python" '/usr/lib/balance-station/lib/python3*/site-packages/station' \
    >/usr/local/bin/nice
chmod 755 /usr/local/bin/nice
take package.deb
first=$(version)
ok "installed $first without a network"
# A computer without the pins of a Pi, or a Debian without its libraries: one sentence that tells what to do.
balance-station check --seconds 2 >/tmp/pins.log 2>&1 && fail "check finds a board where there is none"
ok "$(grep "^balance-station" /tmp/pins.log)"
balance-station panel >/tmp/pins.log 2>&1 || fail "panel: a station without one is complete"
ok "$(grep "^balance-station" /tmp/pins.log)"
if [ ! -e newer.deb ]; then
    balance-station check --source simulate || fail "check"
    balance-station demo --headless --once --json || fail "demo"
    dpkg --purge balance-station
    test ! -e /usr/lib/balance-station || fail "purge left /usr/lib/balance-station"
    ok "checked, one session read back from the care database, purged"
    exit 0
fi

# A station and a clinic that were used, and their owner's changes.
care() { setpriv --reuid=balance-care --regid=balance-care --clear-groups balance-care "$@"; }
care migrate
care demo-data --patients 2 --days 8 --traces 1 >/dev/null
$python -I - "$station_db" <<'USED'
import os, sqlite3, sys
from contextlib import closing
from pathlib import Path
from station.session.store import Store
with closing(Store(Path(sys.argv[1]))) as store:
    store.begin_session("monday", started="2026-05-04T08:00:00Z", rx_version=None)
with sqlite3.connect(sys.argv[1]) as rows:
    for trial in range(40):
        rows.execute("INSERT INTO trial VALUES (?, 'monday', '{}', ?)", (f"trial-{trial}", os.urandom(9000)))
USED
chown -R balance:balance /var/lib/balance-station
chmod 600 "$station_db"
echo '# written by the owner' >>/etc/balance-station/station.toml
echo '# written by the owner' >>/etc/balance-care/care.env
settings() { cat /etc/balance-station/station.toml /etc/balance-care/care.env | sha256sum; }
# Every result and every raw trace of both databases, and who may read them.
kept() {
    $python -I - "$station_db" "$care_db" <<'KEPT'
import hashlib, os, sqlite3, sys
for file, query in zip(sys.argv[1:], ("SELECT id, result, raw FROM trial", "SELECT * FROM care_trial"), strict=True):
    rows = sorted(map(repr, sqlite3.connect(f"file:{file}?mode=ro", uri=True).execute(query)))
    assert rows, f"{file}: no trial"
    said = os.stat(file)
    print(len(rows), hashlib.sha256("".join(rows).encode()).hexdigest(), said.st_uid, oct(said.st_mode))
KEPT
}
settings_before=$(settings)
kept_before=$(kept)
unchanged() {
    [ "$(settings)" = "$settings_before" ] || fail "$1: a configuration was written over"
    [ "$(kept)" = "$kept_before" ] || fail "$1: results are missing, or others may read them"
    ok "$1: configuration and results as they were"
}

take newer.deb
second=$(version)
[ "$second" != "$first" ] || fail "the newer package is $first too"
works "check after the upgrade"
care migrate || fail "migrate after the upgrade"
unchanged "upgrade $first to $second"

# What a version with new tables and columns would leave behind.
$python -I - "$station_db" "$care_db" <<'NEWER'
import sqlite3, sys
station, care = map(sqlite3.connect, sys.argv[1:])
(format_,) = station.execute("PRAGMA user_version").fetchone()
station.executescript(f"""
    ALTER TABLE trial ADD COLUMN of_tomorrow TEXT NOT NULL DEFAULT 'new';
    CREATE TABLE of_tomorrow (x);
    PRAGMA user_version = {format_ + 1};
""")
care.executescript("""
    CREATE TABLE care_of_tomorrow (x NOT NULL);
    INSERT INTO django_migrations (app, name, applied) VALUES ('care', '9999_of_tomorrow', '2027-01-01');
""")
station.close(), care.close()
NEWER
take package.deb
[ "$(version)" = "$first" ] || fail "after the step back it is $(version)"
grep "brought back" /tmp/dpkg.log || fail "the station's database was not brought back"
unchanged "step back to $first, databases of a newer format"
for verb in migrate recorder serve check; do
    care "$verb" >/tmp/care.log 2>&1 && fail "balance-care $verb works on a database it does not know"
    grep -q "of a newer version" /tmp/care.log || { cat /tmp/care.log; fail "balance-care $verb does not say why"; }
done
care migrate 2>&1 || true
$python -I - "$station_db" "$care_db" <<'OPENS'
import sqlite3, sys
from pathlib import Path
from station.session.database import VERSION
assert sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version").fetchone() == (VERSION,)
with sqlite3.connect(sys.argv[2]) as care: # as the newer version finds it again: it knows its own
    care.execute("DELETE FROM django_migrations WHERE name = '9999_of_tomorrow'")
OPENS
take newer.deb
care migrate && care check >/tmp/care.log 2>&1 || grep -q "up to date" /tmp/care.log || { cat /tmp/care.log; fail "care check"; }
unchanged "upgrade again to $second"

# As `balance-station update` does it: apt, which takes packages that are files, and an older one, without a network.
by_apt() {
    $python -I - "$1" <<'UPDATE' || fail "the updater cannot install $1"
import subprocess, sys
from pathlib import Path
from station.errors import UpdateError
from station.update.debian import Debian, Ran
def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    return Ran(done.returncode, done.stdout, done.stderr)
try:
    Debian(Path("none"), Path("/tmp"), run).install(Path(sys.argv[1]))
except UpdateError as error:
    sys.exit(str(error))
UPDATE
}
by_apt /opt/try/package.deb
[ "$(version)" = "$first" ] || fail "after the updater's step back it is $(version)"
unchanged "the updater steps back to $first by apt"
by_apt /opt/try/newer.deb
[ "$(version)" = "$second" ] || fail "after the updater it is $(version)"
unchanged "the updater takes $second by apt"

# The power goes while dpkg works: once while it unpacks, once while it configures. What it left is mended.
cut() { # FILE STATE: dpkg is killed as soon as the package is in that state
    setsid dpkg --force-confold --force-unsafe-io -i "$1" >/tmp/dpkg.log 2>&1 </dev/null &
    dpkg=$!
    # (Before it unpacks a package is half-configured too, but reinstreq.) Its own journal has the state at once; the status file follows at the end.
    until grep -qs "^Status: .* $2\$" /var/lib/dpkg/updates/* /var/lib/dpkg/status; do
        kill -0 "$dpkg" 2>/dev/null || fail "dpkg was done before it could be killed ($2)"
    done
    [ "$2" != "reinstreq half-installed" ] || until [ -n "$(find /usr/lib/balance-station -name '*.dpkg-new' -print -quit)" ]; do :; done
    [ "$2" != "ok half-configured" ] || until find /usr/lib/balance-station/lib -name '*.pyc' | grep -q .; do :; done
    kill -KILL -"$dpkg"
    wait "$dpkg" 2>/dev/null || true
    dpkg-query -W -f '${Status}' balance-station
}
ok "dpkg killed while it unpacks: $(cut package.deb "reinstreq half-installed")"
dpkg --configure -a >/tmp/dpkg.log 2>&1 || true
take package.deb
works "check after a kill while unpacking"
unchanged "dpkg -i again mends it"
ok "dpkg killed while it configures: $(cut newer.deb "ok half-configured")"
dpkg --configure -a >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log; fail "dpkg --configure -a"; }
[ "$(dpkg-query -W -f '${db:Status-Status}' balance-station)" = installed ] || fail "not installed after it"
works "check after a kill while configuring"
unchanged "dpkg --configure -a mends it"

systemctl enable --quiet balance-station balance-care@recorder
dpkg --remove balance-station >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log; fail "remove"; }
test ! -e /usr/lib/balance-station || fail "remove left $(find /usr/lib/balance-station | head -3)"
for command in balance-station balance-ui balance-care balance-calibrate; do
    test ! -e "/usr/bin/$command" || fail "remove left /usr/bin/$command"
done
[ "$(settings)" = "$settings_before" ] || fail "remove took a configuration"
test -s "$station_db" && test -s "$care_db" || fail "remove took results"
ok "remove: no program left, configuration and results kept"
take newer.deb
works "check after installing again"
unchanged "installed again after remove"
for unit in balance-station balance-care@recorder; do
    [ "$(systemctl is-enabled "$unit")" = enabled ] || fail "$unit is not enabled any more"
done
ok "units enabled before are enabled again"

dpkg --purge balance-station >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log; fail "purge"; }
grep "records are kept" /tmp/dpkg.log || fail "purge does not say where the clinic's records are"
test -s "$care_db" || fail "purge took the clinic's records"
left=$(find / -xdev \( -path /proc -o -path /opt/try -o -path /tmp -o -path /var/lib/balance-care \) -prune -o -name '*balance*' -print)
[ -z "$left" ] || fail "purge left $left"
[ -z "$(dpkg-query -W -f '${Status}' balance-station 2>/dev/null | grep -v not-installed)" ] || fail "dpkg still knows it"
ok "purge: nothing left but the clinic's records"

"""A wire that is slow and loses packets, until it is ended: `… slow_wire DELAY_S LOSS SEED`.

What the kernel routes into the interface `slow` comes out of it again `DELAY_S` later, or never. For kernels
without tc netem; needs root and /dev/net/tun.
"""

import fcntl
import os
import random
import select
import struct
import subprocess
import sys
import time
from collections import deque
from typing import Final

TUNSETIFF: Final = 0x400454CA  # linux/if_tun.h
IFF_TUN_NO_PI: Final = 0x1001
MTU: Final = 65536


def main(argv: list[str]) -> int:
    """Carry packets for ever."""
    delay_s, loss, chance = float(argv[0]), float(argv[1]), random.Random(int(argv[2]))
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"slow", IFF_TUN_NO_PI))
    subprocess.run(("ip", "link", "set", "slow", "up"), check=True)
    on_their_way: deque[tuple[float, bytes]] = deque()
    while True:
        wait_s = max(0.0, on_their_way[0][0] - time.monotonic()) if on_their_way else None
        if select.select([tun], [], [], wait_s)[0]:
            packet = os.read(tun, MTU)
            if chance.random() >= loss:
                on_their_way.append((time.monotonic() + delay_s, packet))
        while on_their_way and on_their_way[0][0] <= time.monotonic():
            os.write(tun, on_their_way.popleft()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

# A line between two network name spaces that holds every packet back: where the kernel has no netem. Bounded in time.
import ctypes
import fcntl
import heapq
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
CLONE_NEWNET = 0x40000000


def open_tap(namespace, name, address):
    """A TAP device inside a name space, up and with an address; its other end is the descriptor."""
    libc = ctypes.CDLL(None, use_errno=True)
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/var/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(there, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    try:
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
        subprocess.run(["ip", "addr", "add", address, "dev", name], check=True)
        subprocess.run(["ip", "link", "set", name, "up"], check=True)
    finally:
        libc.setns(here, CLONE_NEWNET)
        os.close(here)
        os.close(there)
    return device


def carry(ends, delay_seconds, until):
    """Hands packets from one end to the other, each `delay_seconds` late."""
    waiting, order = [], 0
    while time.monotonic() < until:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else 0.2
        ready, _, _ = select.select(ends, [], [], pause)
        for end in ready:
            while True:
                try:
                    packet = os.read(end, 4096)
                except BlockingIOError:
                    break
                order += 1
                other = ends[1] if end == ends[0] else ends[0]
                heapq.heappush(waiting, (time.monotonic() + delay_seconds, order, other, packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, end, packet = heapq.heappop(waiting)
            try:
                os.write(end, packet)
            except OSError:
                pass


def main():
    near, far, delay_ms, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    ends = [open_tap(near, "line0", "10.78.0.1/24"), open_tap(far, "line1", "10.78.0.2/24")]
    print("ready", flush=True)
    carry(ends, delay_ms / 1000, time.monotonic() + seconds)


if __name__ == "__main__":
    main()

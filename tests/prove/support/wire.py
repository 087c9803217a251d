# Times of turns as tcpdump saw them: a witness between what a client says and what the agent says of the same traffic.
import collections
import contextlib
import pathlib
import struct
import subprocess
import tempfile

from lapwing import Process, wait_for

NANOSECOND_PCAP = 0xA1B23C4D


def segments(path, port):
    """(time in ns, client's address and port, whether the server sent it) of each packet with payload."""
    data = pathlib.Path(path).read_bytes()
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    assert magic == NANOSECOND_PCAP and link == 1, f"magic {magic:#x}, link {link}: not what was asked of tcpdump"
    at = 24
    while at + 16 <= len(data):
        seconds, nanoseconds, captured, _ = struct.unpack_from("<IIII", data, at)
        packet = memoryview(data)[at + 16:at + 16 + captured]
        at += 16 + captured
        if len(packet) < 54 or packet[12:14] != b"\x08\x00":
            continue
        ip = packet[14:]
        header, total = 4 * (ip[0] & 15), struct.unpack_from("!H", ip, 2)[0]
        source, destination = struct.unpack_from("!HH", ip, header)
        payload = total - header - 4 * (ip[header + 12] >> 4)
        if payload > 0:
            server = source == port
            yield seconds * 10**9 + nanoseconds, (bytes(ip[16:20] if server else ip[12:16]), destination if server else source), server


def turns(path, port, greetings=0):
    """Seconds from a request's last payload to its answer's first, for each turn, sorted; without so many at the
    beginning of each connection."""
    asked, found, before = {}, [], collections.Counter()
    for time, client, server in segments(path, port):
        if not server:
            asked[client] = time
        elif client in asked:
            turn = (time - asked.pop(client)) / 1e9
            before[client] += 1
            if before[client] > greetings:
                found.append(turn)
    return sorted(found)


class Wire:
    """tcpdump on loopback while the block runs; afterwards `turns`, sorted."""

    def __init__(self, port, greetings=0):
        self.port, self.greetings, self.turns = port, greetings, []

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.file = pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="lapwing-wire-"))) / "pcap"
        self.process = self.stack.enter_context(Process(
            "tcpdump", "-i", "lo", "-n", "-s", "96", "-B", "32768", "-Z", "root", "--time-stamp-precision=nano", "-w", self.file, f"ip and tcp port {self.port}"))
        wait_for("tcpdump", 10, lambda: "listening on" in self.process.output())
        return self

    def __exit__(self, *details):
        try:
            self.process.stop()
            dropped = [line for line in self.process.output().splitlines() if "dropped by kernel" in line]
            assert dropped and dropped[0].startswith("0 "), f"tcpdump is no witness: {dropped}"
            self.turns = turns(self.file, self.port, self.greetings)
        finally:
            self.stack.close()

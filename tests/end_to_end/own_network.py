"""A network name space of one thread's own: what it starts and opens there sees nobody else's sockets and packets."""
import ctypes
import os
import subprocess
import threading
import unittest

CLONE_NEWNET = 0x40000000


def in_own_network(work):
    """Runs `work` on a thread of a new network name space, where nobody else has sockets."""
    failures = []

    def run():
        try:
            if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
                raise unittest.SkipTest(f"no network name space: {os.strerror(ctypes.get_errno())}")
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            work()
        except BaseException as error:  # noqa: B902
            failures.append(error)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]

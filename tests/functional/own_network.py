"""Runs a test in a network of its own, which no other machine reaches: there a server may listen on all addresses."""

import ctypes
import fcntl
import os
import socket
import struct
import traceback

import pytest

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
NO_NETWORK = 77


def _enter():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0 and libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    return True


def in_own_network(body):
    """Calls body() in a child process; skips the test where the kernel gives no network namespace."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if not _enter():
                code = NO_NETWORK
            else:
                body()
                code = 0
        except BaseException:  # noqa: BLE001: whatever it was, the parent fails
            traceback.print_exc()
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == NO_NETWORK:
        pytest.skip("the kernel gives no network of its own")
    assert code == 0, "failed in its own network; see the output"

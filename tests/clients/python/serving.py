"""Starts the registry's server for a test, on a fresh store, and stops it."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

import grpc

START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 15


def free_port():
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def surroundings():
    """This process's variables without settings of the registry, and with no proxy for loopback."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("INTERDICTION_")}
    return kept | {"no_grpc_proxy": "127.0.0.1"}


def wait_until_ready(server, channel, log):
    """Returns when the server answers; fails with its log when it ends or takes too long."""
    ready = grpc.channel_ready_future(channel)
    give_up = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < give_up:
        with contextlib.suppress(grpc.FutureTimeoutError):
            return ready.result(timeout=0.2)
        if server.poll() is not None:
            break
    ready.cancel()
    ended = "is still running" if server.poll() is None else f"ended with {server.returncode}"
    raise RuntimeError(f"no answer: the server {ended}\n{log.read_text(errors='replace')}")


def stop(server):
    """Asks the server to end, and waits."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
        raise RuntimeError(f"the server ran on {STOP_SECONDS_MAX} s after SIGTERM") from None


@contextlib.contextmanager
def running(binary, arguments, variables=None):
    """Runs `binary` on a free port; gives the address, a channel to it and what it prints."""
    address = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory(prefix="interdiction-client-") as folder:
        log = pathlib.Path(folder, "server.log")
        command = [pathlib.Path(binary).resolve(), *arguments, "--listen", address]
        surrounding = surroundings() | (variables or {})
        with log.open("wb") as output:
            server = subprocess.Popen(
                command, cwd=folder, env=surrounding, stdout=output, stderr=output
            )
        options = [("grpc.enable_http_proxy", 0)]
        try:
            with grpc.insecure_channel(address, options=options) as channel:
                wait_until_ready(server, channel, log)
                yield address, channel, log
        finally:
            stop(server)


@contextlib.contextmanager
def fresh_server(binary, store=None):
    """Serves an empty store, a new SQLite file when none is named; gives address and channel."""
    with tempfile.TemporaryDirectory(prefix="interdiction-store-") as folder:
        variables = {"INTERDICTION_STORE": store or f"sqlite:{folder}/records.db"}
        with running(binary, ["serve"], variables) as (address, channel, _):
            yield address, channel

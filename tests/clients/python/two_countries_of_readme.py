"""Runs the walk-through "Two countries" of README.md, its very commands, and compares what they print.

    python tests/clients/python/two_countries_of_readme.py BINARY

The commands run in a folder of their own, by BINARY instead of a release build, and at a free port.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import serving

ROOT = pathlib.Path(__file__).resolve().parents[3]
ADDRESS = "127.0.0.1:8080"
BUILD = "cargo build --release && "
WAIT = "& sleep 1"
PROGRAM = "tests/clients/python/two_countries.py"
SECONDS_MAX = 60


def blocks(title):
    """The indented blocks of a section, each without its margin."""
    section = (ROOT / "README.md").read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    found = [[]]
    for line in section.splitlines():
        if line.startswith("    "):
            found[-1].append(line[4:])
        elif found[-1]:
            found.append([])
    return [block for block in found if block]


def replaced(text, old, new):
    """The text with what has to stand in it replaced."""
    if old not in text:
        raise SystemExit(f"README.md lacks {old!r} in:\n{text}")
    return text.replace(old, new)


def commands(setup, question, address):
    """A script of the README's commands, at another address and without the build."""
    setup = replaced("\n".join(setup), BUILD, "")
    # As long as it takes: a busy machine starts later.
    ready = f"& server=$!\nuntil (exec 3<>/dev/tcp/{address.replace(':', '/')}) 2>/dev/null"
    setup = replaced(setup, WAIT, f"{ready}; do sleep 0.1; done")
    setup = replaced(setup, PROGRAM, f"{PROGRAM} {address}")
    question = replaced("\n".join(question), ADDRESS, address)
    return f"set -eu\ntrap 'kill $server' EXIT\n{setup}\n{question}\n"


def lay_out(folder, binary):
    """The repository as the commands expect it, with BINARY for a release build."""
    (folder / "tests").symlink_to(ROOT / "tests")
    (folder / "target" / "release").mkdir(parents=True)
    (folder / "target" / "release" / "interdiction").symlink_to(pathlib.Path(binary).resolve())
    for name in ("venv", "clients"):
        (folder / "target" / name).symlink_to(ROOT / "target" / name)


def main(binary):
    setup, seen, asked = blocks("Two countries")
    *question, answer = asked
    address = f"127.0.0.1:{serving.free_port()}"
    variables = serving.surroundings() | {"INTERDICTION_LISTEN": address}
    with tempfile.TemporaryDirectory(prefix="interdiction-readme-") as name:
        folder = pathlib.Path(name)
        lay_out(folder, binary)
        done = subprocess.run(
            ["bash", "-c", commands(setup, question, address)],
            cwd=folder, env=variables | {"PYTHONDONTWRITEBYTECODE": "1"}, text=True,
            capture_output=True, timeout=SECONDS_MAX, check=False,
        )
    wanted = "\n".join([*seen, answer])
    if done.returncode != 0 or not done.stdout.strip().endswith(wanted):
        raise SystemExit(f"ended with {done.returncode}\nwant\n{wanted}\ngot\n{done.stdout}\n{done.stderr}")
    print(wanted)


if __name__ == "__main__":
    os.chdir(ROOT)
    main(sys.argv[1])

"""Asks documents that schemathesis makes of the schema: none may find a fault of the server.

    PYTHONPATH=target/clients/python:tests/clients/python \\
        python tests/clients/analyst/fuzz.py BINARY

The server holds the four published cases. INTERDICTION_FUZZ_EXAMPLES is how many documents each of
the seeds makes of each root field.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import cases
import serving

SEEDS = [1, 2, 3]
EXAMPLES_DEFAULT = 10
# Of a hundred documents: with fewer answered, the others test nothing but refusals.
ANSWERED_PERCENT_MIN = 25
# How long a seed may take before it is taken to hang: to start, and for each example of all fields.
START_SECONDS_MAX = 120
EXAMPLE_SECONDS_MAX = 6


def names(recorded):
    """The resource names of the records by their collection."""
    found = {"substances": ["substances/cocaine", "substances/amphetamine-type-stimulants"]}
    for kind in (recorded.agencies, recorded.sensors, recorded.operations, recorded.seizures):
        for record in kind.values():
            found.setdefault(record.name.split("/")[0], []).append(record.name)
    return found


def passes(address, seed, examples, surrounding, folder):
    """Runs one seed; prints what schemathesis found when it found something."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"http://{address}/graphql",
        "--seed", str(seed), "--max-examples", str(examples), "--phases", "fuzzing",
        "--checks", "server_answers", "--generation-database", "none", "--no-color",
        "--suppress-health-check", "all",
    ]
    seconds_max = START_SECONDS_MAX + examples * EXAMPLE_SECONDS_MAX
    try:
        ran = subprocess.run(
            command, cwd=folder, env=surrounding, capture_output=True, text=True,
            timeout=seconds_max,
        )
    except subprocess.TimeoutExpired as late:
        print(f"seed {seed} did not end within {seconds_max} s", late.stdout, file=sys.stderr)
        return False
    if ran.returncode:
        print(ran.stdout, ran.stderr, file=sys.stderr)
    return ran.returncode == 0


def main():
    examples = int(os.environ.get("INTERDICTION_FUZZ_EXAMPLES", EXAMPLES_DEFAULT))
    outcomes = collections.Counter()
    failed = 0
    with serving.fresh_server(sys.argv[1]) as (address, channel), \
            tempfile.TemporaryDirectory(prefix="interdiction-fuzz-") as folder:
        recorded = cases.record_all(cases.Registry(channel))
        told = pathlib.Path(folder, "outcomes.json")
        surrounding = os.environ | {
            "INTERDICTION_FUZZ_NAMES": json.dumps(names(recorded)),
            "INTERDICTION_FUZZ_OUTCOMES": str(told),
            "PYTHONPATH": str(pathlib.Path(__file__).resolve().parent),
            "SCHEMATHESIS_HOOKS": "fuzz_hooks",
        }
        for seed in SEEDS:
            failed += not passes(address, seed, examples, surrounding, folder)
            if told.exists():
                outcomes.update(json.loads(told.read_text()))
                told.unlink()
    count = outcomes.total()
    for outcome, times in outcomes.most_common():
        print(f"{times:6} {outcome}")
    print(f"fuzz: {count} documents of {len(SEEDS)} seeds, {failed} seeds found a fault")
    too_few = outcomes["answered"] * 100 < max(count, 1) * ANSWERED_PERCENT_MIN
    if too_few:
        print(f"fewer than {ANSWERED_PERCENT_MIN} % were answered", file=sys.stderr)
    return 1 if failed or too_few else 0


if __name__ == "__main__":
    sys.exit(main())

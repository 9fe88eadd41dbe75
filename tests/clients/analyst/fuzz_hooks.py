"""What schemathesis is told of the registry's schema: how its scalars are written, which records
there are, and what an answer may be. Loaded by schemathesis itself; see fuzz.py.
"""

import atexit
import collections
import dataclasses
import json
import os
import pathlib
import zlib

import schemathesis
from graphql import REMOVE, Visitor, parse, print_ast, visit
from graphql.language import ast
from hypothesis import strategies
from schemathesis.graphql import nodes, scalar

# What a caller may be told of a document of its own: it is the caller's fault, not the server's.
CALLERS_FAULTS = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "INVALID_ARGUMENT"}
# Resource names by what they are of, such as `agencies`.
NAMES = json.loads(os.environ["INTERDICTION_FUZZ_NAMES"])
OUTCOMES = pathlib.Path(os.environ["INTERDICTION_FUZZ_OUTCOMES"])
PAGE_MAX = 20

outcomes = collections.Counter()


def written(values):
    return values.map(str).map(nodes.String)


scalar("BigInt", written(strategies.integers(0, 2**63 - 1)))
scalar("DateTime", written(strategies.datetimes().map(lambda when: f"{when.isoformat()}Z")))
scalar("Decimal", written(strategies.decimals(0, 10**9, places=3)))
scalar("EDTF", written(strategies.dates()))


class Askable(Visitor):
    """Makes of a document that keeps to the types one that keeps to the rest, as far as is easy:
    pages of a size, nothing empty, names of records that there are.
    """

    def __init__(self, chance):
        super().__init__()
        self.chance = chance

    def name_of(self, kind):
        found = NAMES.get(kind) or [name for names in NAMES.values() for name in names]
        return ast.StringValueNode(value=found[self.chance % len(found)])

    def enter_argument(self, node, _key, _parent, _path, ancestors):
        # Ancestors end with the field, whose singular is that of a kind.
        field = ancestors[-1].name.value if hasattr(ancestors[-1], "name") else ""
        singular = {"agency": "agencies"}.get(field, f"{field}s")
        match node.name.value, node.value:
            case ("after" | "before" | "last"), _:
                return REMOVE
            case "first", ast.IntValueNode(value=size):
                value = ast.IntValueNode(value=str(abs(int(size)) % (PAGE_MAX + 1)))
            case "id", ast.StringValueNode():
                value = self.name_of(singular)
            case "ids", ast.ListValueNode():
                value = ast.ListValueNode(values=tuple(map(self.name_of, NAMES)))
            case "orderBy", ast.ListValueNode(values=[first, *_]):
                value = ast.ListValueNode(values=(first,))
            case _:
                return None
        return dataclasses.replace(node, value=value)

    def leave_object_field(self, node, *_):
        is_empty = isinstance(node.value, ast.ListValueNode) and not node.value.values
        return REMOVE if is_empty else None


@schemathesis.hook
def before_call(_context, case, **_):
    """Of four documents one goes as it was made; the others are made to ask something."""
    chance = zlib.crc32(case.body.encode())
    if chance % 4:
        case.body = print_ast(visit(parse(case.body), Askable(chance)))


@schemathesis.check
def server_answers(_context, response, _case):
    """The answer has data, or faults of the caller: never one of the server, whatever was asked."""
    assert response.status_code < 500, response.status_code
    answer = response.json()
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert codes or answer["data"], answer
    outcomes[" ".join(sorted(codes)) or "answered"] += 1
    assert codes <= CALLERS_FAULTS, codes


@atexit.register
def tell():
    OUTCOMES.write_text(json.dumps(outcomes))

"""Asks the worked examples through gql, a GraphQL client of others, and holds the answers to what
the four published cases say.

    PYTHONPATH=target/clients/python:tests/clients/python \\
        python tests/clients/analyst/questions.py BINARY [STORE]

The server holds the cases, over STORE, such as an empty Postgres database, or over a new SQLite
file. The client checks each document against the schema that the server tells, and reads decimals
as decimals. The last line counts.
"""

import difflib
import pathlib
import sys
import traceback
from decimal import Decimal

import cases
import gql
import serving
from gql.transport.requests import RequestsHTTPTransport
from gql.utilities import update_schema_scalar
from graphql import GraphQLScalarType, build_schema, lexicographic_sort_schema, print_schema

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "src/graphql/examples"
SECONDS_MAX = 30

# What each case weighs, in kilograms: 949 lb, and what three reports give.
HERMOSILLO, NOGALES = Decimal("430.45915913"), Decimal("379.6")
PENASCO, COLIMA = Decimal(338), Decimal(1100)
CUED = HERMOSILLO + NOGALES + PENASCO
FURNISHED = HERMOSILLO + NOGALES


def groups(answer, *measures):
    """The groups of an answer's only summary: their keys, and what was measured of each."""
    (found,) = [one["summary"] for one in answer.values() if "summary" in one]
    return {
        tuple((group.get("key") or {}).values()): tuple(group[name] for name in measures)
        for group in found["groups"]
    }


def names(connection):
    return [node["displayName"] for node in connection["nodes"]]


def seizures_by_sensor_type(answer):
    found = groups(answer, "seizureCount", "itemCount", "mass")
    assert found == {(None,): (1, 1, COLIMA), ("GROUND_RADAR",): (3, 14, CUED)}, found
    rows = answer["seizures"]["nodes"]
    assert [row["totalMass"]["value"] for row in rows] == [NOGALES, PENASCO, COLIMA, HERMOSILLO]
    # The rows behind each figure are those that the list holds.
    behind = [node["id"] for group in answer["seizures"]["summary"]["groups"]
              for node in group["seizures"]["nodes"]]
    assert sorted(behind) == sorted(row["id"] for row in rows), behind


def by_drug_and_month(answer):
    found = groups(answer, "seizureCount", "mass")
    assert len(found) == 14, found
    # 390 lb by air and 1.1 t at sea.
    assert found["Cocaine", "2020-10"] == (2, Decimal("176.9010243") + COLIMA), found
    assert sum(mass for _, mass in found.values()) == CUED + COLIMA, found


def by_drug_and_quarter(answer):
    found = groups(answer, "seizureCount", "mass")
    assert found["Methamphetamine", "2022-Q2"] == (1, Decimal("276.7")), found
    assert sum(mass for _, mass in found.values()) == CUED + COLIMA, found


def by_drug_and_fiscal_year(answer):
    found = groups(answer, "seizureCount", "mass")
    assert {year for year, _ in found} == {"2021", "2022"}, found
    assert found["2022", "Fentanyl"] == (2, Decimal("114.7")), found


def by_agency_and_role(answer):
    found = groups(answer, "seizureCount", "mass")
    assert found["agencies/mx-sedena", "MONITORING"] == (2, HERMOSILLO + PENASCO), found
    assert found["agencies/mx-semar", "INTERDICTION"] == (1, COLIMA), found
    assert answer["seizures"]["summary"]["additive"] is False


def by_furnishing_region(answer):
    found = groups({"seizures": answer["seizures"]}, "seizureCount", "mass")
    assert found == {(None,): (2, PENASCO + COLIMA), ("US",): (2, FURNISHED)}, found
    assert names(answer["furnished"]) == ["Ground radar at Hermosillo"]


def hierarchy_place_and_mass(answer):
    days = [node["when"]["edtf"] for node in answer["seizures"]["nodes"]]
    assert sorted(days) == ["2022-01-26", "2022-04-08"], days
    assert answer["seizures"]["totalCount"] == 2


def near_a_point(answer):
    assert answer["near"] == {"totalCount": 0, "nodes": []}
    cued = [node["operation"]["displayName"] for node in answer["cued"]["nodes"]]
    assert cued == ["Hermosillo flight", "Nogales flight"], cued
    assert groups({"cued": answer["cued"]}, "seizureCount", "mass") == {(): (2, FURNISHED)}


def within_a_box(answer):
    assert answer["seizures"] == {"totalCount": 0, "summary": {"groups": []}}


def detections_and_conversion(answer):
    found = groups({"operations": answer["operations"]}, "detectionCount", "massPerDetection")
    # A third of the sum to its last digit but one, half-even.
    assert found == {(None,): (0, None), ("GROUND_RADAR",): (3, Decimal("382.686386377"))}, found
    masses = [node["operations"]["summary"]["groups"][0]["detectedMass"]
              for node in answer["sensors"]["nodes"]]
    assert masses == [FURNISHED, PENASCO], masses


def the_whole_chain(answer):
    hermosillo, *others = answer["operations"]["nodes"]
    assert hermosillo["displayName"] == "Hermosillo flight" and len(others) == 3
    assert hermosillo["when"]["uncertain"] is True
    steps = [step["kind"] for step in hermosillo["steps"]]
    assert (steps[0], steps[-1]) == ("DETECTED", "SEIZED"), steps
    items = hermosillo["seizures"]["nodes"][0]["items"]
    pounds = [item["quantity"]["value"] for item in items]
    assert pounds == [390, 425, 125, 9] and items[0]["quantity"]["unit"] == "POUND", pounds


def by_conveyance_and_drug(answer):
    found = groups(answer, "seizureCount", "mass")
    assert found["VESSEL", "Cocaine"] == (1, COLIMA), found
    assert found["AIRCRAFT", "Fentanyl"] == (3, Decimal("118.78233133")), found


def by_outcome(answer):
    found = groups({"seizures": answer["seizures"]}, "seizureCount", "mass")
    assert found == {("SEIZED",): (4, CUED + COLIMA)}, found
    assert answer["unseized"] == {"totalCount": 0, "nodes": []}


def origin_and_destination(answer):
    found = groups(answer, "seizureCount", "mass")
    assert found[("MX", None)] == (1, PENASCO), found
    assert sum(count for count, _ in found.values()) == 4, found


def the_ten_largest(answer):
    masses = [node["totalMass"]["value"] for node in answer["seizures"]["nodes"]]
    assert masses == [NOGALES, PENASCO], masses
    found = groups(answer, "seizureCount", "mass", "estimatedMass")
    assert found == {(): (2, NOGALES + PENASCO, 0)}, found


def what_is_not_known(answer):
    found = groups({"withoutPoint": answer["withoutPoint"]}, "seizureCount")
    assert sum(count for (count,) in found.values()) == 4, found
    assert answer["withoutDay"] == answer["estimated"] == {"summary": {"groups": []}}


def two_agencies_together(answer):
    assert names(answer["operations"]) == ["Nogales flight"]
    acting = {one["agency"]["displayName"]
              for one in answer["operations"]["nodes"][0]["participants"]}
    assert {"Mexican Air Force", "Mexican National Guard"} <= acting, acting


def an_agency_and_its_work(answer):
    found = {node["displayName"]: node for node in answer["agencies"]["nodes"]}
    assert len(found) == 4, found
    army, guard = found["Mexican Army"], found["Mexican National Guard"]
    assert army["operationsJoined"]["totalCount"] == 3
    assert names(army["sensorsOperated"]) == ["Ground radar at Hermosillo"]
    masses = [node["totalMass"]["value"] for node in army["seizures"]["nodes"]]
    assert masses == [HERMOSILLO, PENASCO], masses
    assert names(guard["operationsJoined"]) == ["Nogales flight"]


def credited_to_any_sensor(answer):
    found = groups(answer, "seizureCount", "mass")
    assert found == {
        (None, None): (1, COLIMA),
        ("GROUND_RADAR", cases.HERMOSILLO): (2, FURNISHED),
        ("GROUND_RADAR", cases.SIVRA): (1, PENASCO),
    }, found
    total = answer["seizures"]["summary"]["total"]
    assert total == {"seizureCount": 4, "mass": CUED + COLIMA}, total


def by_region_class_and_year(answer):
    found = groups(answer, "seizureCount", "mass", "massFloat")
    # The largest first, in tonnes; what is below 100 kg is left out.
    assert next(iter(found)) == ("MX", "MX-COL", "STIMULANT", "2020"), found
    assert found["MX", "MX-SON", "OPIOID", "2022"] == (2, Decimal("0.2017"), 0.2017), found
    assert all(mass >= Decimal("0.1") for _, mass, _ in found.values()), found


QUESTIONS = [
    seizures_by_sensor_type, by_drug_and_month, by_drug_and_quarter, by_drug_and_fiscal_year,
    by_agency_and_role, by_furnishing_region, hierarchy_place_and_mass, near_a_point, within_a_box,
    detections_and_conversion, the_whole_chain, by_conveyance_and_drug, by_outcome,
    origin_and_destination, the_ten_largest, what_is_not_known, two_agencies_together,
    an_agency_and_its_work, credited_to_any_sensor, by_region_class_and_year,
]


def connected(address):
    """A client that knows the server's schema."""
    transport = RequestsHTTPTransport(f"http://{address}/graphql", timeout=SECONDS_MAX)
    client = gql.Client(transport=transport, fetch_schema_from_transport=True, parse_results=True)
    with client:
        decimal = GraphQLScalarType("Decimal", parse_value=Decimal)
        update_schema_scalar(client.schema, "Decimal", decimal)
    return client


def told_schema_is_the_published_one(client):
    published = build_schema((ROOT / "schema.graphql").read_text())
    told, wanted = (print_schema(lexicographic_sort_schema(one)).splitlines()
                    for one in (client.schema, published))
    assert told == wanted, "\n".join(difflib.unified_diff(wanted, told, lineterm=""))


def failures(client):
    """Runs every question; yields the names of those that failed, with why."""

    def asking(check, path):
        return lambda: check(client.execute(gql.gql(path.read_text())))

    files = sorted(EXAMPLES.glob("*.graphql"))
    wanted = [question.__name__.replace("_", "-") for question in QUESTIONS]
    assert [path.stem[3:] for path in files] == wanted, files
    tests = {path.stem: asking(check, path) for check, path in zip(QUESTIONS, files, strict=True)}
    tests["schema"] = lambda: told_schema_is_the_published_one(client)
    for name, test in tests.items():
        try:
            test()
        except Exception:  # every question is asked, whatever another did
            yield name, traceback.format_exc()


def main():
    binary, store = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    with serving.fresh_server(binary, store) as (address, channel):
        cases.record_all(cases.Registry(channel))
        failed = list(failures(connected(address)))
    for name, why in failed:
        print(f"{name}: failed\n{why}", file=sys.stderr)
    print(f"questions: {len(QUESTIONS) + 1 - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

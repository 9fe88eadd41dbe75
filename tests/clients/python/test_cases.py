"""Holds the registry to what a generated client sees: four published cases, recorded and read back.

    PYTHONPATH=target/clients/python python tests/clients/python/test_cases.py BINARY [STORE]

Every test starts from one server that holds the cases, over STORE, such as an empty Postgres
database, or over a new SQLite file. The last line counts.
"""

import os
import pathlib
import re
import subprocess
import sys
import textwrap
import traceback
from dataclasses import dataclass

import cases
import grpc
import serving
from google.protobuf import json_format
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from interdiction.v1 import (
    agencies_pb2 as agencies,
    agency_service_pb2 as agency_service,
    filters_pb2 as filters,
    operation_service_pb2 as operation_service,
    operations_pb2 as operations,
    seizure_service_pb2 as seizure_service,
    seizures_pb2 as seizures,
    sensor_service_pb2 as sensor_service,
    sensors_pb2 as sensors,
    types_pb2 as types,
)

KILOGRAM_MICROGRAMS = 1_000_000_000
UNIT_MICROGRAMS = {
    types.UNIT_POUND: 453_592_370,
    types.UNIT_KILOGRAM: KILOGRAM_MICROGRAMS,
    types.UNIT_TONNE: 1_000 * KILOGRAM_MICROGRAMS,
}
# What the registry adds to what a caller sent, wherever it stands in a record.
OUTPUT_ONLY = {
    "name", "originator", "etag", "create_time", "update_time", "delete_time", "state",
    "retraction_reason", "total_mass_micrograms", "earliest_time", "latest_time", "dimension",
    "normalized_value",
}
CUED_BY_GROUND_RADAR = ["hermosillo-flight", "nogales-flight", "puerto-penasco-flight"]


@dataclass(frozen=True)
class World:
    """A registry that holds the cases."""

    binary: str
    address: str
    registry: cases.Registry
    recorded: cases.Recorded


def flattened(value, path=""):
    """Every field that a caller can set, by its path: empty ones too, so that none goes unseen."""
    if isinstance(value, dict):
        kept = ((key, inner) for key, inner in value.items() if key not in OUTPUT_ONLY)
        pairs = ((f"{path}.{key}" if path else key, inner) for key, inner in kept)
    elif isinstance(value, list):
        pairs = ((f"{path}[{index}]", inner) for index, inner in enumerate(value))
    else:
        return {path: value}
    return {leaf: found for at, inner in pairs for leaf, found in flattened(inner, at).items()}


def fields(record):
    return flattened(
        json_format.MessageToDict(
            record, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
    )


def assert_same(read, sent):
    """Compares field by field what was read with what was sent, and names each difference."""
    found, expected = fields(read), fields(sent)
    differences = [
        f"{path}: sent {expected.get(path)!r}, read {found.get(path)!r}"
        for path in sorted(found.keys() | expected.keys())
        if found.get(path) != expected.get(path)
    ]
    assert not differences, f"{read.name}: " + "; ".join(differences)


def assert_equal(found, expected):
    assert found == expected, f"found {found!r}, expected {expected!r}"


def sent_seizure(world, case):
    """What the client sent as the seizure of a case, with the operation it was made under."""
    sent = seizures.Seizure(operation=world.recorded.operations[case.key].name)
    sent.MergeFrom(case.seizure)
    return sent


def failure_of(call, request):
    """The error that a call answers, and its details by type."""
    try:
        call(request)
    except grpc.RpcError as error:
        details = {}
        for packed in rpc_status.from_call(error).details:
            kind = getattr(error_details_pb2, packed.TypeName().rpartition(".")[2])
            details[kind] = kind()
            assert packed.Unpack(details[kind])
        return error.code(), details
    raise AssertionError("the call succeeded")


def paths_at_fault(details):
    return [v.field for v in details[error_details_pb2.BadRequest].field_violations]


def ground_radar():
    radar = filters.SensorFilter(type_any_of=[sensors.SENSOR_TYPE_GROUND_RADAR])
    detection = filters.DetectionFilter(sensor=radar)
    return filters.OperationFilter(detections=filters.DetectionsFilter(some=detection))


def agencies_and_sensors_are_got_as_they_were_sent(world):
    for name, sent in cases.AGENCIES.items():
        read = world.registry.agencies.GetAgency(agency_service.GetAgencyRequest(name=name))
        assert_equal(read.name, name)
        assert_same(read, sent)
    for name, sent in cases.SENSORS.items():
        read = world.registry.sensors.GetSensor(sensor_service.GetSensorRequest(name=name))
        assert_equal(read.name, name)
        assert_same(read, sent)


def operations_are_got_as_they_were_sent(world):
    for case in cases.CASES:
        name = world.recorded.operations[case.key].name
        request = operation_service.GetOperationRequest(name=name)
        read = world.registry.operations.GetOperation(request)
        assert_equal(read.name, name)
        assert_same(read, case.operation)


def seizures_are_got_as_they_were_sent(world):
    for case in cases.CASES:
        name = world.recorded.seizures[case.key].name
        request = seizure_service.GetSeizureRequest(name=name)
        read = world.registry.seizures.GetSeizure(request)
        assert_equal(read.name, name)
        assert_same(read, sent_seizure(world, case))


def every_write_answers_the_record_that_get_returns(world):
    registry, recorded = world.registry, world.recorded
    for made in recorded.agencies.values():
        request = agency_service.GetAgencyRequest(name=made.name)
        assert_equal(registry.agencies.GetAgency(request), made)
    for made in recorded.sensors.values():
        request = sensor_service.GetSensorRequest(name=made.name)
        assert_equal(registry.sensors.GetSensor(request), made)
    for made in recorded.operations.values():
        request = operation_service.GetOperationRequest(name=made.name)
        assert_equal(registry.operations.GetOperation(request), made)
    for made in recorded.seizures.values():
        request = seizure_service.GetSeizureRequest(name=made.name)
        assert_equal(registry.seizures.GetSeizure(request), made)


def a_batch_returns_the_records_in_the_order_asked_for(world):
    registry, recorded = world.registry, world.recorded
    made = list(recorded.agencies.values())[::-1]
    request = agency_service.BatchGetAgenciesRequest(names=[m.name for m in made])
    assert_equal(list(registry.agencies.BatchGetAgencies(request).agencies), made)
    made = list(recorded.sensors.values())[::-1]
    request = sensor_service.BatchGetSensorsRequest(names=[m.name for m in made])
    assert_equal(list(registry.sensors.BatchGetSensors(request).sensors), made)
    made = list(recorded.operations.values())[::-1]
    request = operation_service.BatchGetOperationsRequest(names=[m.name for m in made])
    assert_equal(list(registry.operations.BatchGetOperations(request).operations), made)
    made = list(recorded.seizures.values())[::-1]
    request = seizure_service.BatchGetSeizuresRequest(names=[m.name for m in made])
    assert_equal(list(registry.seizures.BatchGetSeizures(request).seizures), made)


def a_list_holds_every_record_once_oldest_first(world):
    registry, recorded = world.registry, world.recorded
    listed = registry.agencies.ListAgencies(agency_service.ListAgenciesRequest()).agencies
    of_cases = [agency for agency in listed if agency.name in recorded.agencies]
    assert_equal(of_cases, list(recorded.agencies.values()))
    others = [agency.name for agency in listed if agency.name not in recorded.agencies]
    assert_equal(others, ["agencies/local"])
    listed = registry.sensors.ListSensors(sensor_service.ListSensorsRequest()).sensors
    assert_equal(list(listed), list(recorded.sensors.values()))
    listed = registry.operations.ListOperations(operation_service.ListOperationsRequest())
    assert_equal(list(listed.operations), list(recorded.operations.values()))
    listed = registry.seizures.ListSeizures(seizure_service.ListSeizuresRequest())
    assert_equal(list(listed.seizures), list(recorded.seizures.values()))


def pages_of_one_walk_every_seizure_once(world):
    request, walked = seizure_service.ListSeizuresRequest(page_size=1), []
    while len(walked) <= len(cases.CASES):
        page = world.registry.seizures.ListSeizures(request)
        walked.extend(page.seizures)
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert_equal(walked, list(world.recorded.seizures.values()))


def ground_radar_leads_to_its_three_seizures_and_not_to_the_vessel(world):
    wanted = filters.SeizureFilter(operation=ground_radar())
    request = seizure_service.ListSeizuresRequest(filter=wanted)
    found = world.registry.seizures.ListSeizures(request).seizures
    expected = [world.recorded.seizures[key].name for key in CUED_BY_GROUND_RADAR]
    assert_equal([seizure.name for seizure in found], expected)
    request = operation_service.ListOperationsRequest(filter=ground_radar())
    found = world.registry.operations.ListOperations(request).operations
    expected = [world.recorded.operations[key].name for key in CUED_BY_GROUND_RADAR]
    assert_equal([operation.name for operation in found], expected)


def the_united_states_furnished_what_cued_hermosillo_and_nogales(world):
    provider = filters.AgencyFilter(region_code=filters.CodeFilter(any_of=["US"]))
    furnished = filters.ProvisionFilter(
        provider=provider, kind_any_of=[sensors.PROVISION_KIND_FURNISHED]
    )
    sensor = filters.SensorFilter(provisions=filters.ProvisionsFilter(some=furnished))
    detections = filters.DetectionsFilter(some=filters.DetectionFilter(sensor=sensor))
    operation = filters.OperationFilter(detections=detections)
    request = seizure_service.ListSeizuresRequest(filter=filters.SeizureFilter(operation=operation))
    found = world.registry.seizures.ListSeizures(request).seizures
    expected = [world.recorded.seizures[k].name for k in ("hermosillo-flight", "nogales-flight")]
    assert_equal([seizure.name for seizure in found], expected)


def quantities_stay_digit_for_digit_beside_exact_micrograms(world):
    def of(key):
        items = world.recorded.seizures[key].items
        return [(i.quantity.value, i.quantity.normalized_value) for i in items]

    assert_equal(
        of("hermosillo-flight"),
        [
            ("390", 176_901_024_300),
            ("425", 192_776_757_250),
            ("125", 56_699_046_250),
            ("9", 4_082_331_330),
        ],
    )
    assert_equal(of("colima-vessel"), [("1.1", 1_100_000_000_000)])
    for seizure in world.recorded.seizures.values():
        for quantity in (item.quantity for item in seizure.items):
            assert_equal(quantity.dimension, types.DIMENSION_MASS)
            whole, _, tenths = quantity.value.partition(".")
            scaled = int(whole + (tenths or "0")) * UNIT_MICROGRAMS[quantity.unit]
            assert_equal(quantity.normalized_value * 10, scaled)


def a_seizure_knows_the_mass_of_all_its_items(world):
    totals = {k: made.total_mass_micrograms for k, made in world.recorded.seizures.items()}
    assert_equal(
        totals,
        {
            "hermosillo-flight": 430_459_159_130,
            "colima-vessel": 1_100 * KILOGRAM_MICROGRAMS,
            "nogales-flight": 379_600_000_000,
            "puerto-penasco-flight": 338 * KILOGRAM_MICROGRAMS,
        },
    )
    for made in world.recorded.seizures.values():
        total = sum(item.quantity.normalized_value for item in made.items)
        assert_equal(total, made.total_mass_micrograms)


def the_registry_adds_who_recorded_and_when(world):
    recorded = world.recorded
    for made in (recorded.agencies, recorded.sensors, recorded.operations, recorded.seizures):
        for record in made.values():
            assert_equal(record.originator, "agencies/local")
            assert record.etag, f"{record.name} has no etag"
            assert record.create_time.seconds > 0
            assert_equal(record.update_time, record.create_time)
            assert not record.HasField("delete_time")
    for seizure in recorded.seizures.values():
        assert_equal(seizure.state, seizures.SEIZURE_STATE_ACTIVE)
        assert_equal(seizure.retraction_reason, "")


def a_day_spans_its_instants_and_keeps_its_doubt(world):
    when = world.recorded.seizures["hermosillo-flight"].when
    assert_equal(when.edtf, "2020-10-15?")
    assert_equal(when.earliest_time.ToJsonString(), "2020-10-15T00:00:00Z")
    assert_equal(when.latest_time.ToJsonString(), "2020-10-15T23:59:59.999999Z")


def the_same_request_id_returns_the_first_answer(world):
    again = cases.record_all(world.registry)
    assert_equal(again, world.recorded)
    request = seizure_service.ListSeizuresRequest()
    assert_equal(len(world.registry.seizures.ListSeizures(request).seizures), len(cases.CASES))


def the_same_request_id_with_another_body_names_the_field_that_differs(world):
    changed = sent_seizure(world, cases.CASES[0])
    changed.items[1].quantity.value = "426"
    request = seizure_service.CreateSeizureRequest(
        seizure=changed, request_id=cases.request_id(f"seizures/{cases.CASES[0].key}")
    )
    code, details = failure_of(world.registry.seizures.CreateSeizure, request)
    assert_equal(code, grpc.StatusCode.ALREADY_EXISTS)
    assert_equal(paths_at_fault(details), ["seizure.items[1].quantity.value"])


def a_bare_ton_is_refused_by_its_path_and_every_fault_is_told_at_once(world):
    wrong = seizures.Seizure(marking=cases.GREEN)
    wrong.items.append(cases.item("cocaine", "cocaine", "1.1", types.UNIT_TON))
    wrong.items.append(cases.item("cocaine", "cocaine", "1,1", types.UNIT_TONNE))
    request = seizure_service.CreateSeizureRequest(seizure=wrong)
    code, details = failure_of(world.registry.seizures.CreateSeizure, request)
    assert_equal(code, grpc.StatusCode.INVALID_ARGUMENT)
    expected = ["seizure.items[0].quantity.unit", "seizure.items[1].quantity.value"]
    assert_equal(sorted(paths_at_fault(details)), expected)
    told = details[error_details_pb2.BadRequest].field_violations[0].description
    assert all(unit in told for unit in ("TONNE", "SHORT_TON", "LONG_TON")), told
    assert_equal(details[error_details_pb2.ErrorInfo].domain, "interdiction")
    assert details[error_details_pb2.ErrorInfo].reason


def an_absent_record_is_named_in_the_details(world):
    name = "seizures/01890a5d-ac96-774b-bcce-b302099a8057"
    request = seizure_service.GetSeizureRequest(name=name)
    code, details = failure_of(world.registry.seizures.GetSeizure, request)
    assert_equal(code, grpc.StatusCode.NOT_FOUND)
    assert_equal(details[error_details_pb2.ResourceInfo].resource_name, name)
    assert_equal(details[error_details_pb2.ErrorInfo].domain, "interdiction")


def validate_only_answers_and_records_nothing(world):
    request = agency_service.CreateAgencyRequest(
        agency_id="co-ponal",
        agency=agencies.Agency(display_name="Colombian National Police", marking=cases.GREEN),
        validate_only=True,
    )
    answer = world.registry.agencies.CreateAgency(request)
    assert_equal(answer.display_name, "Colombian National Police")
    request = agency_service.GetAgencyRequest(name="agencies/co-ponal")
    code, _ = failure_of(world.registry.agencies.GetAgency, request)
    assert_equal(code, grpc.StatusCode.NOT_FOUND)


def run_python(arguments):
    """What a program prints, run on this interpreter as a user would."""
    run = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"no_grpc_proxy": "127.0.0.1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    return run.stdout.splitlines()


def the_twenty_lines_print_what_ground_radar_cued(world):
    program = pathlib.Path(__file__).with_name("twenty_lines.py")
    assert len(program.read_text().splitlines()) <= 20
    expected = [
        f"{item.substance} {item.quantity.value} {types.Unit.Name(item.quantity.unit)}"
        for key in CUED_BY_GROUND_RADAR
        for item in world.recorded.seizures[key].items
    ]
    assert_equal(run_python([program, world.address]), expected)


def the_example_of_a_change_sets_a_narrative_and_tells_what_is_wrong(world):
    program = pathlib.Path(__file__).with_name("writing.py")
    request = operation_service.CreateOperationRequest(
        operation=operations.Operation(display_name="Changed", marking=cases.GREEN)
    )
    made = world.registry.operations.CreateOperation(request)
    printed = run_python([program, made.name, "It was a Cessna.", world.address])
    request = operation_service.GetOperationRequest(name=made.name)
    changed = world.registry.operations.GetOperation(request)
    assert_equal(changed.narrative, "It was a Cessna.")
    assert_equal(printed, [f"{made.name} {changed.etag}"])
    arguments = [sys.executable, program, made.name, "n" * 20_001, world.address]
    run = subprocess.run(arguments, stdout=subprocess.PIPE, text=True, timeout=60)
    assert_equal(run.returncode, 1)
    code, field = run.stdout.splitlines()
    assert_equal(code, "INVALID_ARGUMENT INVALID_FIELD")
    assert field.startswith("  operation.narrative: "), field
    request = operation_service.DeleteOperationRequest(name=made.name)
    world.registry.operations.DeleteOperation(request)


def assert_demo_holds_the_cases(registry):
    for name, sent in cases.AGENCIES.items():
        request = agency_service.GetAgencyRequest(name=name)
        assert_same(registry.agencies.GetAgency(request), sent)
    for name, sent in cases.SENSORS.items():
        request = sensor_service.GetSensorRequest(name=name)
        assert_same(registry.sensors.GetSensor(request), sent)
    listed = registry.operations.ListOperations(operation_service.ListOperationsRequest())
    assert_equal(len(listed.operations), len(cases.CASES))
    found = registry.seizures.ListSeizures(seizure_service.ListSeizuresRequest()).seizures
    made = {seizure.operation: seizure for seizure in found}
    for case, operation in zip(cases.CASES, listed.operations):
        assert_same(operation, case.operation)
        sent = seizures.Seizure(operation=operation.name)
        sent.MergeFrom(case.seizure)
        assert_same(made.pop(operation.name), sent)
    assert not made


def assert_calls_are_answered(guide, address, registry):
    """Sends what the guide tells to send with grpcurl, a program of its own."""
    stubs = {
        "SeizureService": (registry.seizures, seizure_service),
        "SensorService": (registry.sensors, sensor_service),
    }
    calls = re.findall(
        rf"grpcurl -plaintext (?:-d '([^']*)' )?{address} \\\s+interdiction\.v1\.(\w+)/(\w+)\n",
        guide,
    )
    assert_equal(len(calls), guide.count("grpcurl"))
    for body, service, method in calls:
        stub, messages = stubs[service]
        request = json_format.Parse(body or "{}", getattr(messages, f"{method}Request")())
        assert getattr(stub, method)(request).ListFields(), f"{method} answers nothing"


def the_demo_holds_the_same_cases_and_what_it_tells_to_try_runs(world):
    with serving.running(world.binary, ["demo"]) as (address, channel, log):
        registry = cases.Registry(channel)
        assert_demo_holds_the_cases(registry)
        guide = log.read_text()
        assert_calls_are_answered(guide, address, registry)
        told = guide.split("Everything that was seized, in Python\n")[1].split("\n\n")[0]
        printed = run_python(["-c", textwrap.dedent(told)])
    expected = [
        f"{item.substance} {item.quantity.value}"
        for case in cases.CASES
        for item in case.seizure.items
    ]
    assert_equal([line.rsplit(" ", 1)[0] for line in printed], expected)


TESTS = [
    agencies_and_sensors_are_got_as_they_were_sent,
    operations_are_got_as_they_were_sent,
    seizures_are_got_as_they_were_sent,
    every_write_answers_the_record_that_get_returns,
    a_batch_returns_the_records_in_the_order_asked_for,
    a_list_holds_every_record_once_oldest_first,
    pages_of_one_walk_every_seizure_once,
    ground_radar_leads_to_its_three_seizures_and_not_to_the_vessel,
    the_united_states_furnished_what_cued_hermosillo_and_nogales,
    quantities_stay_digit_for_digit_beside_exact_micrograms,
    a_seizure_knows_the_mass_of_all_its_items,
    the_registry_adds_who_recorded_and_when,
    a_day_spans_its_instants_and_keeps_its_doubt,
    the_same_request_id_returns_the_first_answer,
    the_same_request_id_with_another_body_names_the_field_that_differs,
    a_bare_ton_is_refused_by_its_path_and_every_fault_is_told_at_once,
    an_absent_record_is_named_in_the_details,
    validate_only_answers_and_records_nothing,
    the_twenty_lines_print_what_ground_radar_cued,
    the_example_of_a_change_sets_a_narrative_and_tells_what_is_wrong,
    the_demo_holds_the_same_cases_and_what_it_tells_to_try_runs,
]


def passes(test, world):
    """Runs one test, and shows why it fails."""
    try:
        test(world)
    except Exception:
        print(f"FAIL {test.__name__}")
        traceback.print_exc(file=sys.stdout)
        return False
    print(f"PASS {test.__name__}")
    return True


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    binary, store = sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else None
    with serving.fresh_server(binary, store) as (address, channel):
        registry = cases.Registry(channel)
        world = World(binary, address, registry, cases.record_all(registry))
        outcomes = [passes(test, world) for test in TESTS]
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed")
    sys.exit(0 if all(outcomes) else 1)


if __name__ == "__main__":
    main()

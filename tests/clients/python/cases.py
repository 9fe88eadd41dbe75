"""Records four published cases through a generated client, as an agency's own program would.

    PYTHONPATH=target/clients/python python tests/clients/python/cases.py [ADDRESS]

Every write carries a request id that follows from the record, so a second run records nothing
new. What a report does not say is left unset: unknown is not zero, and not a guess.
"""

import sys
import uuid
from dataclasses import dataclass

import grpc
from interdiction.v1 import (
    agencies_pb2 as agencies,
    agency_service_pb2 as agency_service,
    agency_service_pb2_grpc as agency_client,
    operation_service_pb2 as operation_service,
    operation_service_pb2_grpc as operation_client,
    operations_pb2 as operations,
    seizure_service_pb2 as seizure_service,
    seizure_service_pb2_grpc as seizure_client,
    seizures_pb2 as seizures,
    sensor_service_pb2 as sensor_service,
    sensor_service_pb2_grpc as sensor_client,
    sensors_pb2 as sensors,
    types_pb2 as types,
)

DOD, ARMY, NAVY = "agencies/us-dod", "agencies/mx-sedena", "agencies/mx-semar"
AIR_FORCE, NATIONAL_GUARD = "agencies/mx-fam", "agencies/mx-gn"
HERMOSILLO, SIVRA = "sensors/hermosillo-radar", "sensors/mx-sivra-radars"
GREEN = types.Marking(label=types.TLP_GREEN)

# The namespace of the cases' request ids: any fixed UUID serves.
REQUESTS = uuid.UUID("6f2a3d6e-6a51-4b83-9a0c-6f8f7f0b7c11")


def request_id(record):
    """The request id for recording `record`: the same in every run."""
    return str(uuid.uuid5(REQUESTS, record))


def place(subdivision, text, latitude=None, longitude=None):
    """A place in Mexico, with a point when it is known."""
    point = None if latitude is None else types.Point(latitude=latitude, longitude=longitude)
    return types.Place(
        kind=types.PLACE_KIND_NATIONAL,
        region_code="MX",
        subdivision_code=subdivision,
        text=text,
        point=point,
    )


def agency(display_name, native_name, acronym, region_code, kind):
    return agencies.Agency(
        display_name=display_name,
        native_name=native_name,
        acronym=acronym,
        region_code=region_code,
        kind=kind,
        marking=GREEN,
    )


def source(publisher, title, published=None):
    when = published and types.When(edtf=published)
    return types.Source(title=title, publisher=publisher, published=when)


def participant(name, role, asset_label="", asset_count=None):
    return operations.Participant(
        agency=name, role=role, asset_label=asset_label, asset_count=asset_count
    )


def cue(sensor, edtf, target_kind):
    """The detection that began a case; the seizure confirms it."""
    return operations.Detection(
        sensor=sensor,
        role=operations.DETECTION_ROLE_PRIMARY,
        when=types.When(edtf=edtf),
        target_kind=target_kind,
        confidence=operations.CONFIDENCE_CONFIRMED,
    )


def step(kind, name="", asset_label="", asset_count=None, note="", where=None):
    return operations.Step(
        kind=kind,
        agency=name,
        asset_label=asset_label,
        asset_count=asset_count,
        note=note,
        place=where,
    )


def item(substance, label, value, unit, identification=seizures.IDENTIFICATION_UNKNOWN):
    """One substance, its number digit for digit as the report has it."""
    return seizures.SeizedItem(
        kind=seizures.ITEM_KIND_SUBSTANCE,
        substance=f"substances/{substance}",
        reported_label=label,
        identification=identification,
        quantity=types.Quantity(
            value=value, unit=unit, bound=types.BOUND_EXACT, basis=types.BASIS_UNKNOWN
        ),
    )


AGENCIES = {
    DOD: agency(
        "United States Department of Defense",
        "",
        "DoD",
        "US",
        agencies.AGENCY_KIND_DEFENCE_MINISTRY,
    ),
    ARMY: agency(
        "Mexican Army", "Ejército Mexicano", "SEDENA", "MX", agencies.AGENCY_KIND_ARMY
    ),
    NAVY: agency(
        "Mexican Navy", "Armada de México", "SEMAR", "MX", agencies.AGENCY_KIND_NAVY
    ),
    AIR_FORCE: agency(
        "Mexican Air Force", "Fuerza Aérea Mexicana", "FAM", "MX", agencies.AGENCY_KIND_AIR_FORCE
    ),
    NATIONAL_GUARD: agency(
        "Mexican National Guard", "Guardia Nacional", "GN", "MX",
        agencies.AGENCY_KIND_NATIONAL_GUARD,
    ),
}

SENSORS = {
    HERMOSILLO: sensors.Sensor(
        display_name="Ground radar at Hermosillo",
        type=sensors.SENSOR_TYPE_GROUND_RADAR,
        operator=ARMY,
        provisions=[sensors.Provision(provider=DOD, kind=sensors.PROVISION_KIND_FURNISHED)],
        site=place("MX-SON", "Hermosillo, city centre", 29.07, -110.96),
        marking=GREEN,
    ),
    SIVRA: sensors.Sensor(
        display_name="Radars of the integrated air surveillance system",
        type=sensors.SENSOR_TYPE_GROUND_RADAR,
        marking=GREEN,
    ),
}


@dataclass(frozen=True)
class Case:
    """An operation and the seizure that was made under it."""

    key: str
    operation: operations.Operation
    seizure: seizures.Seizure


def hermosillo():
    """The flight of 15 October: a furnished ground radar cued the Mexican Army."""
    when = types.When(edtf="2020-10-15?")
    where = types.Place(kind=types.PLACE_KIND_NATIONAL, region_code="MX")
    sources = [source("United States Department of Defense", "Report, cited through an article")]
    pound = types.UNIT_POUND
    return Case(
        "hermosillo-flight",
        operations.Operation(
            display_name="Hermosillo flight",
            domain=operations.DOMAIN_AIR,
            outcome=operations.OUTCOME_SEIZED,
            when=when,
            place=where,
            lead_agency=ARMY,
            participants=[
                participant(ARMY, operations.PARTICIPANT_ROLE_MONITORING),
                participant(
                    ARMY, operations.PARTICIPANT_ROLE_INTERDICTION, "group of soldiers", 1
                ),
            ],
            detections=[cue(HERMOSILLO, when.edtf, operations.TARGET_KIND_AIRCRAFT)],
            steps=[
                step(operations.STEP_KIND_DETECTED, ARMY),
                step(operations.STEP_KIND_IDENTIFIED, ARMY),
                step(operations.STEP_KIND_TRACKED, ARMY),
                step(operations.STEP_KIND_LANDED, note="the suspicious aircraft"),
                step(operations.STEP_KIND_DISPATCHED, ARMY, "group of soldiers", 1),
                step(operations.STEP_KIND_SEIZED, ARMY),
            ],
            conveyances=[operations.Conveyance(kind=operations.CONVEYANCE_KIND_AIRCRAFT)],
            narrative="The Army identified and tracked a suspicious aircraft, then sent soldiers "
            "to where it had landed. The report gives the day and not the year.",
            sources=sources,
            marking=GREEN,
        ),
        seizures.Seizure(
            agency=ARMY,
            when=when,
            place=where,
            items=[
                item("cocaine", "cocaine", "390", pound),
                item("crystal-methamphetamine", "crystal methamphetamine", "425", pound),
                item("heroin", "heroin", "125", pound),
                item("fentanyl", "fentanyl", "9", pound),
            ],
            sources=sources,
            marking=GREEN,
        ),
    )


def colima():
    """The vessel of 20 October: no sensor is named, six Navy boats took part."""
    when = types.When(edtf="2020-10-20?")
    where = place("MX-COL", "off the coast of Colima")
    sources = [source("United States Department of Defense", "Report, cited through an article")]
    return Case(
        "colima-vessel",
        operations.Operation(
            display_name="Colima vessel",
            domain=operations.DOMAIN_MARITIME,
            outcome=operations.OUTCOME_SEIZED,
            when=when,
            place=where,
            lead_agency=NAVY,
            participants=[
                participant(NAVY, operations.PARTICIPANT_ROLE_INTERDICTION, "Navy boats", 6)
            ],
            steps=[
                step(operations.STEP_KIND_IDENTIFIED, NAVY),
                step(operations.STEP_KIND_INTERCEPTED, NAVY, "Navy boats", 6),
                step(operations.STEP_KIND_BOARDED, NAVY),
                step(operations.STEP_KIND_SEIZED, NAVY),
            ],
            conveyances=[operations.Conveyance(kind=operations.CONVEYANCE_KIND_VESSEL)],
            narrative="The Navy identified a suspicious vessel; six boats intercepted and boarded "
            "it. The report gives the day and not the year.",
            sources=sources,
            marking=GREEN,
        ),
        seizures.Seizure(
            agency=NAVY,
            when=when,
            place=where,
            items=[item("cocaine", "cocaine", "1.1", types.UNIT_TONNE)],
            sources=sources,
            marking=GREEN,
        ),
    )


def nogales():
    """8 April 2022: the Hermosillo radar again; the aircraft left, the car was abandoned."""
    when = types.When(edtf="2022-04-08")
    where = place("MX-SON", "south-east of Nogales")
    sources = [
        source("La Jornada", "Report of the seizure near Nogales"),
        source("Infobae", "Report of the seizure near Nogales", "2022-04-11"),
    ]
    kilogram, presumptive = types.UNIT_KILOGRAM, seizures.IDENTIFICATION_PRESUMPTIVE
    interdiction = operations.PARTICIPANT_ROLE_INTERDICTION
    return Case(
        "nogales-flight",
        operations.Operation(
            display_name="Nogales flight",
            domain=operations.DOMAIN_AIR,
            outcome=operations.OUTCOME_SEIZED,
            when=when,
            place=where,
            participants=[
                participant(AIR_FORCE, interdiction, "T-6C+", 2),
                participant(AIR_FORCE, interdiction, "UH-60M", 1),
                participant(NATIONAL_GUARD, interdiction, "Dornier", 1),
                participant(ARMY, interdiction, "ground troops"),
            ],
            detections=[cue(HERMOSILLO, when.edtf, operations.TARGET_KIND_AIRCRAFT)],
            steps=[
                step(operations.STEP_KIND_DETECTED, note="an aircraft on an unidentified route"),
                step(operations.STEP_KIND_INTERCEPTED, AIR_FORCE, "T-6C+", 2),
                step(operations.STEP_KIND_INTERCEPTED, AIR_FORCE, "UH-60M", 1),
                step(operations.STEP_KIND_INTERCEPTED, NATIONAL_GUARD, "Dornier", 1),
                step(
                    operations.STEP_KIND_LANDED,
                    note="it was unloaded and left again",
                    where=where,
                ),
                step(operations.STEP_KIND_SEIZED, note="from the abandoned car"),
            ],
            conveyances=[
                operations.Conveyance(
                    kind=operations.CONVEYANCE_KIND_AIRCRAFT,
                    disposition=operations.CONVEYANCE_DISPOSITION_ESCAPED,
                ),
                operations.Conveyance(
                    kind=operations.CONVEYANCE_KIND_VEHICLE,
                    disposition=operations.CONVEYANCE_DISPOSITION_ABANDONED,
                ),
            ],
            narrative="Seventeen packages. Their masses add up to 379.6 kg; the press says 379.",
            sources=sources,
            marking=GREEN,
        ),
        seizures.Seizure(
            when=when,
            place=where,
            items=[
                item("methamphetamine", "similar to methamphetamine", "276.7", kilogram,
                     presumptive),
                item("fentanyl", "similar to fentanyl", "49.7", kilogram, presumptive),
                item("heroin", "similar to heroin", "36", kilogram, presumptive),
                item("cocaine", "similar to cocaine", "17.2", kilogram, presumptive),
            ],
            sources=sources,
            marking=GREEN,
        ),
    )


def puerto_penasco():
    """26 January 2022: a Cessna from Culiacán left its route, and radars saw it."""
    when = types.When(edtf="2022-01-26")
    where = place("MX-SON", "a dirt road near Puerto Peñasco")
    sources = [source("La Jornada", "Report of the seizure at Puerto Peñasco")]
    kilogram = types.UNIT_KILOGRAM
    return Case(
        "puerto-penasco-flight",
        operations.Operation(
            display_name="Puerto Peñasco flight",
            domain=operations.DOMAIN_AIR,
            outcome=operations.OUTCOME_SEIZED,
            when=when,
            place=where,
            participants=[
                participant(AIR_FORCE, operations.PARTICIPANT_ROLE_MONITORING, "T-6C+", 3),
                participant(
                    ARMY, operations.PARTICIPANT_ROLE_INTERDICTION, "reaction group", 1
                ),
            ],
            detections=[cue(SIVRA, when.edtf, operations.TARGET_KIND_AIRCRAFT)],
            steps=[
                step(operations.STEP_KIND_DETECTED, note="it left its route"),
                step(operations.STEP_KIND_TRACKED, AIR_FORCE, "T-6C+", 3),
                step(operations.STEP_KIND_LANDED, note="on a dirt road", where=where),
                step(
                    operations.STEP_KIND_DISPATCHED,
                    asset_label="UH-60",
                    asset_count=1,
                    note="it brought an Army reaction group",
                ),
                step(
                    operations.STEP_KIND_SEIZED,
                    ARMY,
                    "reaction group",
                    1,
                    note="the aircraft was secured and two persons were detained",
                ),
            ],
            conveyances=[
                operations.Conveyance(
                    kind=operations.CONVEYANCE_KIND_AIRCRAFT,
                    registration="XB-OSL",
                    model="Cessna 206",
                    disposition=operations.CONVEYANCE_DISPOSITION_SEIZED,
                )
            ],
            route=[
                operations.Waypoint(
                    kind=operations.WAYPOINT_KIND_ORIGIN, place=place("MX-SIN", "Culiacán")
                )
            ],
            sources=sources,
            marking=GREEN,
        ),
        seizures.Seizure(
            agency=ARMY,
            when=when,
            place=where,
            items=[
                item("cocaine", "cocaine", "180", kilogram),
                item("fentanyl", "fentanyl", "65", kilogram),
                item("heroin", "heroin", "51", kilogram),
                item("methamphetamine", "methamphetamine", "39", kilogram),
                item("benzodiazepines", "benzodiazepine", "2", kilogram),
                item("unidentified-narcotic", "unidentified narcotic", "1", kilogram),
            ],
            sources=sources,
            marking=GREEN,
        ),
    )


CASES = [hermosillo(), colima(), nogales(), puerto_penasco()]


class Registry:
    """The services of one registry."""

    def __init__(self, channel):
        self.agencies = agency_client.AgencyServiceStub(channel)
        self.sensors = sensor_client.SensorServiceStub(channel)
        self.operations = operation_client.OperationServiceStub(channel)
        self.seizures = seizure_client.SeizureServiceStub(channel)

    def record_agency(self, name, record):
        return self.agencies.CreateAgency(
            agency_service.CreateAgencyRequest(
                agency_id=name.removeprefix("agencies/"),
                agency=record,
                request_id=request_id(name),
            )
        )

    def record_sensor(self, name, record):
        return self.sensors.CreateSensor(
            sensor_service.CreateSensorRequest(
                sensor_id=name.removeprefix("sensors/"),
                sensor=record,
                request_id=request_id(name),
            )
        )

    def record_operation(self, case):
        return self.operations.CreateOperation(
            operation_service.CreateOperationRequest(
                operation=case.operation, request_id=request_id(f"operations/{case.key}")
            )
        )

    def record_seizure(self, case, operation_name):
        """Records the seizure of a case under an operation."""
        seizure = seizures.Seizure(operation=operation_name)
        seizure.MergeFrom(case.seizure)
        return self.seizures.CreateSeizure(
            seizure_service.CreateSeizureRequest(
                seizure=seizure, request_id=request_id(f"seizures/{case.key}")
            )
        )


@dataclass(frozen=True)
class Recorded:
    """What the registry answered: records by name, operations and seizures by their case's key."""

    agencies: dict
    sensors: dict
    operations: dict
    seizures: dict


def record_all(registry):
    """Records every agency, sensor, operation and seizure of the cases."""
    made_agencies = {name: registry.record_agency(name, made) for name, made in AGENCIES.items()}
    made_sensors = {name: registry.record_sensor(name, made) for name, made in SENSORS.items()}
    made_operations = {case.key: registry.record_operation(case) for case in CASES}
    made_seizures = {
        case.key: registry.record_seizure(case, made_operations[case.key].name) for case in CASES
    }
    return Recorded(made_agencies, made_sensors, made_operations, made_seizures)


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8080"
    with grpc.insecure_channel(address) as channel:
        recorded = record_all(Registry(channel))
    for kind in (recorded.agencies, recorded.sensors, recorded.operations, recorded.seizures):
        for record in kind.values():
            print(record.name)


if __name__ == "__main__":
    main()

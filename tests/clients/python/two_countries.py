"""Three seizures of one country under three markings, and who of two countries sees which.

    PYTHONPATH=target/clients/python python tests/clients/python/two_countries.py [ADDRESS]

Shows the tokens in the files mx.token and us.token; README.md says how to make them.
"""

import pathlib
import sys

import grpc
from interdiction.v1 import access_service_pb2 as access
from interdiction.v1 import access_service_pb2_grpc as who
from interdiction.v1 import seizure_service_pb2 as service
from interdiction.v1 import seizure_service_pb2_grpc as client
from interdiction.v1 import seizures_pb2 as seizures
from interdiction.v1 import types_pb2 as types


def shows(name):
    """What a call shows of its caller."""
    token = pathlib.Path(f"{name}.token").read_text().strip()
    return [("authorization", f"Bearer {token}")]


def record(stub, place, marking):
    """Records a seizure of a kilogram of heroin somewhere, under a marking."""
    quantity = types.Quantity(value="1", unit=types.UNIT_KILOGRAM)
    item = seizures.SeizedItem(substance="substances/heroin", quantity=quantity)
    seizure = seizures.Seizure(items=[item], place=types.Place(text=place), marking=marking)
    stub.CreateSeizure(service.CreateSeizureRequest(seizure=seizure), metadata=shows("mx"))


def main(address):
    with grpc.insecure_channel(address) as channel:
        me = who.AccessServiceStub(channel).WhoAmI(access.WhoAmIRequest(), metadata=shows("mx"))
        if not me.principal:
            raise SystemExit(
                f"the server at {address} does not tell callers apart: end it, and start one with "
                "INTERDICTION_IDENTITIES_CALLERS=known"
            )
        stub = client.SeizureServiceStub(channel)
        record(stub, "Nogales", types.Marking(label=types.TLP_GREEN))
        record(stub, "Tijuana", types.Marking(label=types.TLP_AMBER, releasable_to=["US"]))
        record(stub, "Colima", types.Marking(label=types.TLP_RED))
        for name in ("mx", "us"):
            metadata = shows(name)
            me = who.AccessServiceStub(channel).WhoAmI(access.WhoAmIRequest(), metadata=metadata)
            page = stub.ListSeizures(service.ListSeizuresRequest(), metadata=metadata)
            print(me.principal, "sees", *(seizure.place.text for seizure in page.seizures))


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "127.0.0.1:8080")

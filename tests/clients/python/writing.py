"""Changes a record so that the change has one effect, and says what is wrong when it has none.

    PYTHONPATH=target/clients/python python tests/clients/python/writing.py NAME TEXT [ADDRESS]

Sets the narrative of the operation NAME to TEXT.
"""

import sys
import time
import uuid

import grpc
from google.protobuf import field_mask_pb2
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from interdiction.v1 import operation_service_pb2 as service
from interdiction.v1 import operation_service_pb2_grpc as client

ATTEMPTS_MAX = 5
DEADLINE_SECONDS = 10


def details(error):
    """The details of an error, by their type."""
    status = rpc_status.from_call(error)
    found = {}
    for kind in (
        error_details_pb2.ErrorInfo,
        error_details_pb2.BadRequest,
        error_details_pb2.RetryInfo,
    ):
        for packed in status.details if status else []:
            if packed.Is(kind.DESCRIPTOR):
                found[kind] = kind()
                packed.Unpack(found[kind])
    return found


def send(method, request):
    """Calls until there is an answer: the request id lets a repeated request have one effect."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            return method(request, timeout=DEADLINE_SECONDS)
        except grpc.RpcError as error:
            lost = error.code() in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)
            retry = details(error).get(error_details_pb2.RetryInfo)
            if attempt == ATTEMPTS_MAX or not (retry or lost):
                raise
            time.sleep(retry.retry_delay.ToTimedelta().total_seconds() if retry else 1)


def change(operations, name, text):
    """Sets the narrative of an operation as it is now."""
    operation = operations.GetOperation(service.GetOperationRequest(name=name))
    # The etag that was read: a change of somebody else meanwhile is ABORTED, not overwritten.
    operation.narrative = text
    request = service.UpdateOperationRequest(
        operation=operation,
        update_mask=field_mask_pb2.FieldMask(paths=["narrative"]),
        request_id=str(uuid.uuid4()),
    )
    return send(operations.UpdateOperation, request)


def main(name, text, address="127.0.0.1:8080"):
    with grpc.insecure_channel(address) as channel:
        try:
            changed = change(client.OperationServiceStub(channel), name, text)
        except grpc.RpcError as error:
            told = details(error)
            print(error.code().name, told[error_details_pb2.ErrorInfo].reason)
            wrong = told.get(error_details_pb2.BadRequest)
            for field in wrong.field_violations if wrong else []:
                print(f"  {field.field}: {field.description}")
            return 1
    print(changed.name, changed.etag)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

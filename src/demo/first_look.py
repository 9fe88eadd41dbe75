import grpc
from interdiction.v1 import seizure_service_pb2 as service, seizure_service_pb2_grpc as client
with grpc.insecure_channel("127.0.0.1:8080") as channel:
    page = client.SeizureServiceStub(channel).ListSeizures(service.ListSeizuresRequest())
    for item in (item for seizure in page.seizures for item in seizure.items):
        print(item.substance, item.quantity.value, item.quantity.normalized_value)

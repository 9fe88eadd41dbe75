import sys
import grpc
from interdiction.v1 import filters_pb2 as filters, operations_pb2 as operations
from interdiction.v1 import seizure_service_pb2 as service, seizure_service_pb2_grpc as client
from interdiction.v1 import sensors_pb2 as sensors, types_pb2 as types

radar = filters.SensorFilter(type_any_of=[sensors.SENSOR_TYPE_GROUND_RADAR])
cue = filters.DetectionFilter(sensor=radar, role_any_of=[operations.DETECTION_ROLE_PRIMARY])
case = filters.OperationFilter(detections=filters.DetectionsFilter(some=cue))
request = service.ListSeizuresRequest(filter=filters.SeizureFilter(operation=case))
with grpc.insecure_channel(sys.argv[1] if sys.argv[1:] else "127.0.0.1:8080") as channel:
    while True:
        page = client.SeizureServiceStub(channel).ListSeizures(request)
        for item in (item for seizure in page.seizures for item in seizure.items):
            unit = types.Unit.Name(item.quantity.unit)
            print(item.substance, item.quantity.value, unit)
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token

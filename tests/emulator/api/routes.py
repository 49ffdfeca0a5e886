"""What answers each operation of the document."""

from __future__ import annotations

from collections.abc import Callable

from tests.emulator.api import account, catalog, history, pods, volumes
from tests.emulator.api.call import Call, Reply

HANDLERS: dict[str, Callable[[Call], Reply]] = {
    "getSshKeys": account.get_ssh_keys,
    "updateSshKeys": account.update_ssh_keys,
    "listPods": pods.list_pods,
    "createPod": pods.create_pod,
    "getPod": pods.get_pod,
    "updatePod": pods.update_pod,
    "deletePod": pods.delete_pod,
    "podAction": pods.act,
    "listNetworkVolumes": volumes.list_volumes,
    "createNetworkVolume": volumes.create_volume,
    "getNetworkVolume": volumes.get_volume,
    "updateNetworkVolume": volumes.update_volume,
    "deleteNetworkVolume": volumes.delete_volume,
    "listGpuTypes": catalog.list_gpus,
    "getGpuType": catalog.get_gpu,
    "listCpuTypes": catalog.list_cpus,
    "getCpuType": catalog.get_cpu,
    "listDataCenters": catalog.list_data_centers,
    "getDataCenter": catalog.get_data_center,
    "listBilling": history.everything,
    "listPodBilling": history.pods,
    "listNetworkVolumeBilling": history.volumes,
}
"""All but `getPodLogs`, which is a stream."""
STREAMED = "getPodLogs"

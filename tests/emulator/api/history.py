"""`/v2/billing`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

from tests.emulator import billing
from tests.emulator.api.call import Call, Reply
from tests.emulator.billing import Bucket, Rates
from tests.emulator.clock import stamp
from tests.emulator.document import Json
from tests.emulator.problem import ProblemError

_ELSEWHERE = (
    "serverlessGpuAmount",
    "serverlessCpuAmount",
    "serverlessDiskAmount",
    "serverlessFeeAmount",
    "endpointAmount",
    "clusterGpuAmount",
    "clusterDiskAmount",
    "clusterNetworkingAmount",
)
"""What the emulator never bills."""


class Window:
    """The buckets that a query asks for."""

    def __init__(self, call: Call) -> None:
        """Raise `ProblemError` for a query that names its window twice."""
        query = call.query
        self.bucket = cast("Bucket", query.get("bucketSize", "day"))
        if "lastN" in query:
            if "startTime" in query or "endTime" in query:
                raise ProblemError(400, "lastN and startTime/endTime are mutually exclusive")
            count = cast("int", query["lastN"])
            self.start, end = billing.last(count, call.now, self.bucket)
        else:
            self.start = _time(query.get("startTime"), call.now - timedelta(days=30))
            end = _time(query.get("endTime"), call.now)
        self.now = call.now
        self.buckets = list(billing.buckets(self.start, end, self.bucket))

    def of(self, meter: billing.Meter, bucket: tuple[datetime, datetime]) -> Rates:
        """Dollars of a meter in a bucket, up to now."""
        return billing.spent(meter, bucket[0], min(bucket[1], self.now))

    def metadata(self, records: list[Json], totals: Json, extra: Json | None = None) -> Json:
        """The `metadata` block."""
        start = self.buckets[0][0] if self.buckets else self.start
        end = self.buckets[-1][1] if self.buckets else self.start
        query: Json = {**_range((start, end)), "bucketSize": self.bucket, **(extra or {})}
        return {"query": query, "recordCount": len(records), "totals": totals}


def pods(call: Call) -> Reply:
    """Answer `GET /v2/billing/pods`: a record for each pod and bucket in which it cost something."""
    window = Window(call)
    only = call.query.get("podId")
    records: list[Json] = []
    amounts: list[Rates] = []
    for bucket in window.buckets:
        for pod, meter in call.world.meters.items():
            amount = window.of(meter, bucket)
            if amount.total and only in {None, pod}:
                amounts.append(amount)
                records.append(_range(bucket) | {"podId": pod} | _pod_amounts(amount))
    metadata = window.metadata(records, _pod_amounts(billing.total(amounts)), {"podId": only})
    metadata["uniquePodCount"] = len({record["podId"] for record in records})
    return Reply({"records": records, "metadata": metadata})


def volumes(call: Call) -> Reply:
    """Answer `GET /v2/billing/network-volumes`."""
    window = Window(call)
    only = call.query.get("networkVolumeId")
    records: list[Json] = []
    for bucket in window.buckets:
        for volume, meter in call.world.account.volume_meters.items():
            amount = window.of(meter, bucket)
            if amount.total and only in {None, volume}:
                kind = call.world.account.all_volumes[volume].type
                amounts = _volume_amounts([(kind, amount)])
                records.append(_range(bucket) | {"networkVolumeId": volume} | amounts)
    totals: Json = {
        name: sum(cast("float", record[name]) for record in records) for name in _volume_amounts([])
    }
    metadata = window.metadata(records, totals, {"networkVolumeId": only})
    metadata["uniqueNetworkVolumeCount"] = len({record["networkVolumeId"] for record in records})
    return Reply({"records": records, "metadata": metadata})


def everything(call: Call) -> Reply:
    """Answer `GET /v2/billing`."""
    window = Window(call)
    records = [_range(bucket) | _all_amounts(call, window, [bucket]) for bucket in window.buckets]
    totals = _all_amounts(call, window, window.buckets)
    return Reply({"records": records, "metadata": window.metadata(records, totals)})


def _pod_amounts(amount: Rates) -> Json:
    return {
        "totalAmount": float(amount.total),
        "gpuAmount": float(amount.gpu),
        "cpuAmount": float(amount.cpu),
        "diskAmount": float(amount.disk),
    }


def _volume_amounts(amounts: Iterable[tuple[str, Rates]]) -> Json:
    whole = {"STANDARD": Rates(), "HIGH_PERFORMANCE": Rates()}
    for kind, amount in amounts:
        whole[kind] = whole[kind].plus(amount)
    return {
        "totalAmount": float(billing.total(whole.values()).total),
        "standardAmount": float(whole["STANDARD"].total),
        "highPerformanceAmount": float(whole["HIGH_PERFORMANCE"].total),
    }


def _all_amounts(call: Call, window: Window, buckets: list[tuple[datetime, datetime]]) -> Json:
    account = call.world.account
    pod = billing.total(
        window.of(meter, bucket) for meter in call.world.meters.values() for bucket in buckets
    )
    stored = [
        (account.all_volumes[volume].type, window.of(meter, bucket))
        for volume, meter in account.volume_meters.items()
        for bucket in buckets
    ]
    storage = billing.total(amount for _, amount in stored)
    kinds = _volume_amounts(stored)
    return {
        "totalAmount": float(pod.plus(storage).total),
        "podGpuAmount": float(pod.gpu),
        "podCpuAmount": float(pod.cpu),
        "podDiskAmount": float(pod.disk),
        "storageStandardAmount": kinds["standardAmount"],
        "storageHighPerformanceAmount": kinds["highPerformanceAmount"],
        **dict.fromkeys(_ELSEWHERE, 0.0),
    }


def _range(window: tuple[datetime, datetime]) -> Json:
    return {"startTime": stamp(window[0]), "endTime": stamp(window[1])}


def _time(given: object, otherwise: datetime) -> datetime:
    if given is None:
        return otherwise
    return datetime.fromisoformat(str(given)).astimezone(UTC)

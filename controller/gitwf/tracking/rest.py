"""MLflow's REST API, version 2.0 (https://mlflow.org/docs/latest/rest-api.html)."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from gitwf.tracking.store import Metric, RefusedError, UnavailableError

_TIMEOUT = 10.0
_PERMANENT = frozenset(
    {"INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "BAD_REQUEST", "RESOURCE_ALREADY_EXISTS"}
)
"""Answers that the same request gets always."""


class RestStore:
    """A server. Of ``environment`` the variables count that MLflow's own client knows."""

    def __init__(self, uri: str, environment: Mapping[str, str]) -> None:
        self._at = urlsplit(uri)
        user, password = self._at.username, self._at.password
        named = {"MLFLOW_TRACKING_USERNAME": user, "MLFLOW_TRACKING_PASSWORD": password}
        who = named if user and password else environment
        self._headers = {"Content-Type": "application/json", **_authorization(who)}
        self._insecure = environment.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() in {
            "1",
            "true",
        }
        self._connection: http.client.HTTPConnection | None = None

    def experiment(self, name: str) -> str:
        """See `Store`."""
        try:
            found = self._call("GET", "experiments/get-by-name", {"experiment_name": name})
        except RefusedError:
            return str(self._call("POST", "experiments/create", {"name": name})["experiment_id"])
        return _field(found, "experiment", "experiment_id")

    def find(self, experiment: str, tags: Mapping[str, str]) -> str | None:
        """See `Store`."""
        request = {
            "experiment_ids": [experiment],
            "filter": tag_filter(tags),
            "max_results": 1,
        }
        runs = self._call("POST", "runs/search", request).get("runs")
        return _field(runs[0], "info", "run_id") if isinstance(runs, list) and runs else None

    def create(self, experiment: str, name: str, start: int, tags: Mapping[str, str]) -> str:
        """See `Store`."""
        request = {
            "experiment_id": experiment,
            "run_name": name,
            "start_time": start,
            "tags": _pairs(tags),
        }
        return _field(self._call("POST", "runs/create", request), "run", "info", "run_id")

    def log(
        self,
        run: str,
        metrics: Sequence[Metric],
        params: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> None:
        """See `Store`."""
        request = {
            "run_id": run,
            "metrics": [
                {"key": m.key, "value": m.value, "timestamp": m.timestamp, "step": m.step}
                for m in metrics
            ],
            "params": _pairs(params),
            "tags": _pairs(tags),
        }
        self._call("POST", "runs/log-batch", request)

    def end(self, run: str, status: str, at: int) -> None:
        """See `Store`."""
        self._call("POST", "runs/update", {"run_id": run, "status": status, "end_time": at})

    def close(self) -> None:
        """See `Store`. Servers end a connection that is idle for some seconds."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _call(self, method: str, path: str, request: Mapping[str, object]) -> dict[str, object]:
        place = f"{self._at.path.rstrip('/')}/api/2.0/mlflow/{path}"
        body = None
        if method == "GET":
            place = f"{place}?{urlencode(request)}"
        else:
            body = json.dumps(request).encode()
        try:
            connection = self._connected()
            connection.request(method, place, body, self._headers)
            response = connection.getresponse()
            return _answer(response.status, response.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise UnavailableError(str(error) or type(error).__name__) from error

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            host, port = self._at.hostname or "", self._at.port
            if self._at.scheme == "https":
                import ssl  # late: it takes longer to load than all else here

                context = ssl.create_default_context()
                if self._insecure:
                    context.check_hostname = False
                    context.verify_mode = ssl.CERT_NONE
                self._connection = http.client.HTTPSConnection(
                    host, port, timeout=_TIMEOUT, context=context
                )
            else:
                self._connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
        return self._connection


def tag_filter(tags: Mapping[str, str]) -> str:
    """Return the filter of a search for runs with these tags."""
    return " and ".join(f"tags.`{key}` = '{value}'" for key, value in tags.items())


def _authorization(environment: Mapping[str, str | None]) -> dict[str, str]:
    user = environment.get("MLFLOW_TRACKING_USERNAME")
    password = environment.get("MLFLOW_TRACKING_PASSWORD")
    if user and password:
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    token = environment.get("MLFLOW_TRACKING_TOKEN")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _answer(status: int, body: bytes) -> dict[str, object]:
    try:
        answer = json.loads(body or b"{}")
    except ValueError:
        answer = {}
    if not isinstance(answer, dict):
        answer = {}
    if status == http.client.OK:
        return answer
    code, message = answer.get("error_code"), answer.get("message")
    said = f"HTTP {status}: {message or code or http.client.responses.get(status, '')}"
    raise RefusedError(said) if code in _PERMANENT else UnavailableError(said)


def _field(answer: object, *names: str) -> str:
    for name in names:
        answer = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(answer, str):
        raise UnavailableError(f"the answer has no `{'.'.join(names)}`: is this an MLflow server?")
    return answer


def _pairs(table: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in table.items()]

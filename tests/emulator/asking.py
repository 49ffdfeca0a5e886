"""What a create request asks for: its template applied, and the rules that span several fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

import msgspec
from tests.emulator import images
from tests.emulator.catalogue import Catalogue, Cloud
from tests.emulator.pods import Settings
from tests.emulator.problem import ProblemError, not_found

DISK = 50
"""GB of container disk when the request names none."""
MOST_VARIABLES = 50
Json = dict[str, object]


class GpuAsked(msgspec.Struct, frozen=True, rename="camel"):
    """`gpu` of the request. Without `count` RunPod finds no instance, whatever its document says."""

    id: str
    count: int | None = None
    allowed_cuda_versions: list[str] = []
    min_cuda_version: str | None = None
    min_ram_per_gpu: int = 0
    min_vcpu_count_per_gpu: int = 0


class CpuAsked(msgspec.Struct, frozen=True, rename="camel"):
    """`cpu` of the request."""

    id: str
    vcpu_count: int


class Asked(msgspec.Struct, frozen=True):
    """A request that is allowed."""

    name: str
    settings: Settings
    compute: GpuAsked | CpuAsked
    cloud: Cloud
    data_centers: tuple[str, ...]
    global_networking: bool
    start_ssh: bool
    start_jupyter: bool


def read(body: Json, catalogue: Catalogue) -> Asked:
    """Read a request that the document allows.

    Raises:
        ProblemError: 404, there is no such template; 400, fields that do not go together.

    """
    body = _with_template(body, catalogue)
    gpu, cpu = body.get("gpu"), body.get("cpu")
    if (gpu is None) == (cpu is None):
        raise ProblemError(400, "exactly one of gpu or cpu must be set")
    asked = Asked(
        name=str(body["name"]),
        settings=settings(body, Settings(image="", disk=DISK)),
        compute=msgspec.convert(gpu, GpuAsked) if gpu else msgspec.convert(cpu, CpuAsked),
        cloud=cast("Cloud", body.get("cloud", "SECURE")),
        data_centers=tuple(cast("list[str]", body.get("dataCenterIds", []))),
        global_networking=bool(body.get("globalNetworking", False)),
        start_ssh=bool(body.get("startSsh", False)),
        start_jupyter=bool(body.get("startJupyter", False)),
    )
    _check(asked)
    return asked


def settings(body: Json, before: Settings) -> Settings:
    """The container's settings with those of `body`.

    Raises:
        ProblemError: 400, a value that the document cannot rule out but RunPod does.

    """
    names = ("image", "args", "disk", "env", "registry", "mounts")
    given: Json = {name: body[name] for name in names if name in body}
    if "ports" in body:
        given["ports"] = tuple(cast("list[str]", body["ports"]))
    after = msgspec.convert(msgspec.structs.asdict(before) | given, Settings)
    mounts = after.mounts
    if mounts.get("persistent") and mounts.get("network"):
        raise ProblemError(400, "mounts.persistent and mounts.network are mutually exclusive")
    if len(after.env) > MOST_VARIABLES:
        raise ProblemError(400, f"env has more than {MOST_VARIABLES} variables")
    if wrong := [port for port in after.ports if not re.fullmatch(r"\d+/(tcp|http)", port)]:
        raise ProblemError(400, f"invalid port {wrong[0]!r}: expected port/protocol")
    if not images.is_start_command(after.args):
        raise ProblemError(400, "args is neither a shell string nor entrypoint and cmd as JSON")
    return after


def _check(asked: Asked) -> None:
    match asked.compute:
        case CpuAsked(vcpu_count=count):
            if asked.settings.persistent:
                raise ProblemError(400, "mounts.persistent is not supported on CPU pods")
            if count & (count - 1):
                raise ProblemError(400, "cpu.vcpuCount must be a power of two")
        case GpuAsked() as gpu:
            if gpu.allowed_cuda_versions and gpu.min_cuda_version:
                raise ProblemError(
                    400, "gpu.allowedCudaVersions and gpu.minCudaVersion are mutually exclusive"
                )
    if asked.settings.network_volume and asked.cloud == "COMMUNITY":
        raise ProblemError(400, "network volumes are available on secure cloud only")
    if asked.settings.mounts.get("network") == []:
        raise ProblemError(400, "mounts.network must not be empty")


def _with_template(body: Json, catalogue: Catalogue) -> Json:
    name = body.get("templateId")
    if name is None:
        return body
    template = catalogue.templates.get(str(name))
    if template is None:
        raise not_found("template")
    env = {**cast("Mapping[str, str]", template["env"]), **cast("Json", body.get("env", {}))}
    merged = {**template, **body, "env": env}
    if "cpu" in body and "mounts" not in body:
        merged.pop("mounts", None)
    return merged

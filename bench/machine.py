"""Tell on what machine and under what load a benchmark ran."""

from __future__ import annotations

import os
import platform
import resource
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def machine() -> str:
    """Processor, cores, memory, system and Python in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.system()} {platform.machine()}, "
        f"{platform.python_implementation()} {platform.python_version()}"
    )


def processor() -> str:
    """The processor's name as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith(("model name", "Hardware")))
    return next(named, "unknown processor")


def load_average() -> float:
    """How many processes wanted a core over the last minute."""
    return round(os.getloadavg()[0], 1)


def versions(*names: str) -> dict[str, str]:
    """The installed versions of packages; those that are absent are left out."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def peak_mib() -> float:
    """The most memory this process has held, MiB.

    On Linux from the kernel's high-water mark: ``ru_maxrss`` of a process begins with what its parent held.
    """
    held = _kilobytes("VmHWM")
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if held is None else held) / 1024


def resident_mib() -> float:
    """The memory this process holds now, MiB (off Linux the most it has held)."""
    held = _kilobytes("VmRSS")
    return peak_mib() if held is None else held / 1024


def _kilobytes(name: str) -> int | None:
    """A figure of /proc/self/status; None where there is none."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), None)

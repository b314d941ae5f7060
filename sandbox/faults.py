"""Faults on order: the next matching requests are dropped, refused or delayed."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(slots=True)
class Fault:
    """What goes wrong (`do`: drop, error or delay), where, and how often."""

    do: str = "drop"
    method: str = ""
    path: str = ""  # any part of the request's path
    where: str = "before"  # before or after the change commits
    status: int = 500
    secs: float = 1.0
    times: int = 1
    kept: bool = False  # an error is stored under the request's key, and given again for it

    def matches(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in {"", method} and self.path in path


class Faults:
    """The faults still to come, used up in the order they were asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this request suffers, if any; it is used up by one."""
        with self._lock:
            for fault in self._waiting:
                if fault.matches(method, path):
                    fault.times -= 1
                    return fault
        return None

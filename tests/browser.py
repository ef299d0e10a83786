"""Chromium without a window, steered over its DevTools pipe: a page as a reader has it, and what it did.

The protocol is JSON ended by a zero byte, written to file 3 of the browser and read from its file 4
(https://chromedevtools.github.io/devtools-protocol), so that no driver and no library is needed.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--remote-debugging-pipe",
]  # fmt: skip
LAUNCH = """
import os, sys
told, tell, *line = sys.argv[1:]
os.dup2(int(told), 3)
os.dup2(int(tell), 4)
os.execv(line[0], line)
"""
PATIENCE = 60.0  # seconds for one answer, on a machine that has much else to do


class Browser:
    """One window. seen: the events of what was asked for and complained of since it opened."""

    def __init__(self, profile: Path) -> None:
        program = next((found for name in NAMES if (found := shutil.which(name))), None)
        if program is None:
            raise FileNotFoundError(f"none of {', '.join(NAMES)} is installed: apt-get install chromium")
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self._last, self._held = 0, b""
        told, self._write = _pipe()
        self._read, tell = _pipe()
        line = [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(told), str(tell), *line],
            pass_fds=(told, tell),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(told)
        os.close(tell)
        self._session: str | None = None
        pages = [t for t in self.ask("Target.getTargets")["targetInfos"] if t["type"] == "page"]
        target = pages[0]["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **given: Any) -> dict[str, Any]:
        """Send a command and wait for its answer; events that come before it are kept."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": given}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return dict(answer["result"])
            self.seen.append((answer.get("method", ""), answer.get("params", {})))

    def open(self, page: Path, width: int = 1280, height: int = 900, scheme: str = "light") -> None:
        """Show a file at a size and in a colour scheme, and wait until it is loaded."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Page.navigate", url="about:blank")
        self.seen.clear()
        self.ask("Page.navigate", url=page.as_uri())
        end = time.monotonic() + PATIENCE
        while self.run("location.protocol + document.readyState") != "file:complete":
            if time.monotonic() > end:
                raise TimeoutError(f"{page} is not loaded after {PATIENCE:g} s")
            time.sleep(0.02)

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        done = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise RuntimeError(done["exceptionDetails"].get("exception", {}).get("description", script))
        return done["result"].get("value")

    def press(self, key: str, code: int, modifiers: int = 0) -> None:
        """A key, down and up; code: its Windows virtual key, modifiers: 8 is shift."""
        told = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        text = {"text": "\r"} if key == "Enter" else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", **told, **text)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **told)

    def picture(self, path: Path, whole: bool = True) -> None:
        """What is seen, or the whole page, as a PNG."""
        done = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(done["data"]))

    def close(self) -> None:
        """End it."""
        os.close(self._write)  # the browser ends when its pipe does
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._read)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._held:
            if not select.select([self._read], [], [], PATIENCE)[0]:
                raise TimeoutError(f"the browser says nothing for {PATIENCE:g} s")
            more = os.read(self._read, 1 << 16)
            if not more:
                raise RuntimeError(f"the browser has ended with {self._process.wait()}")
            self._held += more
        message, self._held = self._held.split(b"\0", 1)
        return dict(json.loads(message))


def _pipe() -> tuple[int, int]:
    """Its reading and its writing end, both beyond the numbers that the browser's own ends will have."""
    ends = os.pipe()
    far = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return far[0], far[1]

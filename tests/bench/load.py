"""A small load generator in a process of its own: so many connections, so many requests, then it stops.

    python -m tests.bench.load PORT CONNECTIONS REQUESTS QUESTIONS_FILE

Prints one JSON object: questions a second, and the median and 95th percentile in milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path


async def _client(port: int, bodies: Iterator[bytes], left: list[int], waits: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while left[0] > 0:
        left[0] -= 1
        body = next(bodies)
        head = (
            b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        )
        began = time.perf_counter()
        writer.write(head % len(body) + body)
        header = await reader.readuntil(b"\r\n\r\n")
        if not header.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"the server answered {header.splitlines()[0]!r}")
        length = next(int(line[15:]) for line in header.lower().splitlines() if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        waits.append(time.perf_counter() - began)
    writer.close()


async def _run(port: int, connections: int, requests: int, questions: list[str]) -> dict[str, float]:
    bodies = cycle([json.dumps({"question": question}).encode() for question in questions])
    left, waits = [requests], list[float]()
    began = time.perf_counter()
    await asyncio.gather(*(_client(port, bodies, left, waits) for _ in range(connections)))
    seconds = time.perf_counter() - began
    return {
        "a_second": len(waits) / seconds,
        "median_ms": statistics.median(waits) * 1000,
        "p95_ms": statistics.quantiles(waits, n=20)[-1] * 1000,
    }


if __name__ == "__main__":
    _, port, connections, requests, file = sys.argv
    questions = json.loads(Path(file).read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(asyncio.run(_run(int(port), int(connections), int(requests), questions))))

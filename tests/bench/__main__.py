"""`make bench`: everything is measured in one run and said as a ratio to a yardstick named beside it.

python -m tests.bench [--articles N]      N articles for the publish measurement; 0 leaves it out
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from assistant.evaluation.triaging import live_library, messages
from assistant.policy import load_policy
from assistant.raising import open_raiser, raised, to_hear
from assistant.triage import triage_safely
from index.encoder import ExportedEncoder
from sources.starter_library import article_files, questions

ROOT = Path(__file__).parents[2]
ROUNDS = 3
STARTS = 9
REQUESTS = {1: 400, 8: 1200, 32: 1600}


def say(line: str) -> None:
    """Print a line of the report at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def wellcited(data: Path, *arguments: str) -> float:
    """Run a command of ours over a data folder; returns its wall time in seconds."""
    environment = {**os.environ, "WELLCITED_DATA": str(data)}
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "web", *arguments], check=True, cwd=ROOT, env=environment, capture_output=True
    )
    return time.perf_counter() - began


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def running(
    arguments: Sequence[str], port: int, data: Path, reader: str = "off", url: str = "", said: IO[bytes] | None = None
) -> Iterator[tuple[int, float]]:
    """Yield process id and seconds to ready of a server; it is ended at the end. What it prints goes to `said`, if given."""
    environment = {**os.environ, "WELLCITED_DATA": str(data), "WELLCITED_READER": reader, "WELLCITED_DATABASE_URL": url}
    began = time.perf_counter()
    process = subprocess.Popen(
        list(arguments), cwd=ROOT, env=environment, stdout=said or subprocess.DEVNULL, stderr=said
    )
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).read()
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - began > 60:
                    raise SystemExit(f"the server did not start: {' '.join(arguments)}") from None
                time.sleep(0.005)
        yield process.pid, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(20)


def load(port: int, connections: int, file: Path) -> dict[str, float]:
    """Put load on a server and return what it did."""
    command = [
        sys.executable,
        "-m",
        "tests.bench.load",
        str(port),
        str(connections),
        str(REQUESTS[connections]),
        str(file),
    ]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, cwd=ROOT, capture_output=True).stdout)
    return found


def memory_mb(pid: int) -> float:
    """Largest resident memory of a process so far, in MB."""
    line = next(row for row in Path(f"/proc/{pid}/status").read_text().splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


def bare_encoder_ms(encoder_folder: Path, asked: Sequence[str]) -> float:
    """Median time of the encoder alone, one question at a time."""
    encoder = ExportedEncoder.open(encoder_folder)
    waits = []
    for question in [*asked, *asked, *asked]:
        began = time.perf_counter()
        encoder.read(question)
        waits.append(time.perf_counter() - began)
    return statistics.median(waits) * 1000


def serving(data: Path) -> None:
    """Measure the server beside the yardstick, in turns, so that a noisy moment hits both; then with the reader.

    The yardstick has no reader, so the ratios are those of a server without one too; what the reader adds is said
    after them.
    """
    edition = max((data / "editions").iterdir(), key=lambda folder: folder.stat().st_mtime)
    (encoder,) = (data / "encoders").iterdir()
    asked = [one.question for one in questions()]
    file = data / "questions.json"
    file.write_text(json.dumps(asked), encoding="utf-8")
    bare = bare_encoder_ms(encoder, asked)
    ours, theirs = free_port(), free_port()
    server = (sys.executable, "-m", "web", "serve", "--port", str(ours))
    yardstick = (sys.executable, "-m", "tests.bench.yardstick", str(edition), str(encoder), str(theirs))
    starts = []
    for _ in range(STARTS):
        # one after the other: what a server still does once it is ready would slow the start of the next
        with running(server, ours, data) as (_, mine):
            pass
        with running(yardstick, theirs, data) as (_, bare_start):
            starts.append((mine, bare_start))
    with running(server, ours, data) as (pid, _), running(yardstick, theirs, data):
        found: dict[int, list[tuple[dict[str, float], dict[str, float]]]] = {n: [] for n in REQUESTS}
        load(ours, 8, file), load(theirs, 8, file)
        for _ in range(ROUNDS):
            for connections in REQUESTS:
                found[connections].append((load(ours, connections, file), load(theirs, connections, file)))
        largest = memory_mb(pid)
    one = statistics.median(mine["median_ms"] for mine, _ in found[1])
    say("without the reader (WELLCITED_READER=off), as the yardstick:")
    say(f"bare encoder, one question: {bare:.2f} ms median")
    say(f"question end to end over HTTP: {one:.2f} ms median, {one / bare:.2f} times the bare encoder")
    for connections, pairs in found.items():
        mine = statistics.median(m["a_second"] for m, _ in pairs)
        yard = statistics.median(y["a_second"] for _, y in pairs)
        p95 = statistics.median(m["p95_ms"] for m, _ in pairs)
        say(
            f"{connections:>2} at once: {mine:.0f} questions a second (95 % within {p95:.0f} ms); "
            f"bare FastAPI + encoder + FAISS: {yard:.0f}; ratio {mine / yard:.2f}"
        )
    mine, yard = (statistics.median(some) for some in zip(*starts, strict=True))
    say(
        f"start to ready: {mine:.2f} s median of {len(starts)} ({min(one for one, _ in starts):.2f} at best); the bare "
        f"server: {yard:.2f}; ratio {statistics.median(one / other for one, other in starts):.2f}; "
        f"memory: {largest:.0f} MB at most"
    )
    say("with the reader:")
    with running(server, ours, data, "on") as (pid, seconds):
        load(ours, 1, file)
        alone = statistics.median(load(ours, 1, file)["median_ms"] for _ in range(ROUNDS))
        many = {connections: load(ours, connections, file) for connections in (8, 32)}
        say(f"question end to end over HTTP: {alone:.1f} ms median, {alone / bare:.1f} times the bare encoder")
        for connections, found_with in many.items():
            say(
                f"{connections:>2} at once: {found_with['a_second']:.0f} questions a second "
                f"(95 % within {found_with['p95_ms']:.0f} ms)"
            )
        say(f"start to ready: {seconds:.2f} s; memory: {memory_mb(pid):.0f} MB at most")


def logging(data: Path) -> None:
    """Measure what the durable log costs under load: the server beside one that writes nothing down, in turns.

    Without the reader, beside which the log would hardly be noticed.
    """
    file = data / "questions.json"
    ours, theirs = free_port(), free_port()
    server = (sys.executable, "-m", "web", "serve", "--port", str(ours))
    unlogged = (sys.executable, "-m", "tests.bench.unlogged", str(theirs))
    with running(server, ours, data), running(unlogged, theirs, data):
        load(ours, 8, file), load(theirs, 8, file)
        pairs = [(load(ours, 32, file), load(theirs, 32, file)) for _ in range(ROUNDS)]
    mine = statistics.median(m["a_second"] for m, _ in pairs)
    bare = statistics.median(y["a_second"] for _, y in pairs)
    say(
        f"32 at once: {mine:.0f} questions a second with the log, {bare:.0f} without; the log costs {1 - mine / bare:.0%}"
    )


def triaging(data: Path) -> None:
    """Print what triage takes for one message on one core, beside the bare encoder: rules, screen and listener."""
    policy, library = load_policy(), live_library(data)
    raiser = open_raiser(policy.raising)
    asked = [one.text for one in messages("report")]
    bare, took, listened = [], [], 0
    for text in asked:
        began = time.perf_counter()
        library.encoder.encode(text)
        bare.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        triaged = triage_safely(text, policy.rules)
        if not triaged.urgent:
            heard = raiser.hear_alone(to_hear(text), library)
            raised(triaged, heard, policy.raising)
            listened += heard is not None
        took.append((time.perf_counter() - began) * 1000)
    middle, most = statistics.median(took), statistics.quantiles(took, n=100)[98]
    say(
        f"triage of one message on one core, with the encoder's run: {middle:.1f} ms median, {most:.1f} ms at the 99th "
        f"percentile; bare encoder {statistics.median(bare):.1f} and {statistics.quantiles(bare, n=100)[98]:.1f} ms; "
        f"{listened} of {len(asked)} messages listened to"
    )


def generated(folder: Path, count: int) -> list[Path]:
    """Write articles of 300 to 700 words, mixed from the starter library's sentences, no two alike."""
    chance = random.Random(1)
    pool = [
        line for path in article_files() for line in path.read_text(encoding="utf-8").splitlines() if len(line) > 120
    ]
    files = []
    for n in range(count):
        paragraphs = [f"{line} This is note {n}." for line in chance.sample(pool, 8)]
        body = "\n\n".join(f"## Part {k}\n\n{words}" for k, words in enumerate(paragraphs))
        path = folder / f"article-{n}.md"
        path.write_text(
            f"---\ntitle: Generated article {n}\npublisher: Bench\nsample: true\n---\n\n{body}\n", encoding="utf-8"
        )
        files.append(path)
    return files


def publishing(data: Path, count: int) -> None:
    """Measure a publish after one changed article as a share of the full build of all."""
    folder = data / "generated"
    folder.mkdir(parents=True)
    files = generated(folder, count)
    approve = ("approve", "--all", "--as", "bench", "--accept-claims", "bench")
    for n in range(0, len(files), 100):
        wellcited(data, "import", *map(str, files[n : n + 100]))
    wellcited(data, *approve)
    # The encoder is prepared once for an installation, so it is not counted to the build.
    (data / "encoders").symlink_to(data.parent / "serving" / "encoders")
    full = wellcited(data, "publish")
    files[0].write_text(
        files[0].read_text(encoding="utf-8") + "\nOne sentence was added to this article.\n", encoding="utf-8"
    )
    wellcited(data, "import", str(files[0]))
    wellcited(data, *approve)
    changed = wellcited(data, "publish")
    share = changed / full
    say(
        f"publish of {count} articles: {full:.1f} s in full, {changed:.2f} s after one changed article; share {share:.3f}"
    )


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--publishing-only", action="store_true", help="leave out the server")
    arguments = parser.parse_args()
    count = arguments.articles
    with tempfile.TemporaryDirectory(prefix="wellcited-bench-") as name:
        data = Path(name) / "serving"
        say(f"{os.cpu_count()} cores; building the starter library ...")
        wellcited(data, "starter", "--publish")
        if not arguments.publishing_only:
            serving(data)
            logging(data)
            triaging(data)
        if count:
            say(f"importing and publishing {count} generated articles (minutes) ...")
            publishing(Path(name) / "publishing", count)
    say("Done. Compare the ratios, not the seconds, with those in the README.")


if __name__ == "__main__":
    main()

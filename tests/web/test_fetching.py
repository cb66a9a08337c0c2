"""Fetching by address: what is on the public internet arrives, and nothing inside our own network is ever reached."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore
import pytest
from starlette.testclient import TestClient

from sources.database import open_database, upgrade
from tests.web.staff.conftest import site, somebody, text
from tests.web.staff.test_articles import as_
from web.access import Role
from web.fetching import FetchError, Network, fetch

PAGE = (
    b"<!doctype html><html><head><title>Wild geese</title></head><body><article><h1>Wild geese</h1><p>Wild geese fly "
    b"south in autumn and rest on lakes along the way, often in large groups.</p></article></body></html>"
)
PUBLIC = "93.184.216.34"


@dataclass
class Listening:
    """A server on 127.0.0.1 that notes every request; `answers` are status, headers and body by path."""

    port: int
    asked: list[str] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)

    def network(self, **names: list[str]) -> Network:
        """A network on which each of these names has these addresses; whatever is connected to is this server."""
        return Network(lambda host, _: names.get(host.split(".")[0], []), self.connect)

    def connect(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout)


@contextmanager
def listening() -> Iterator[Listening]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            status, headers, body = found.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Listening(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def server() -> Iterator[Listening]:
    with listening() as found:
        yield found


# As they may be typed: what the system makes of them is an inner address, whatever way they are written.
HOSTS = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "0177.1",
    "00000177.0.0.1",
    "0",
    "0.0.0.0",
    "0.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "10.0.0.1",
    "10.255.255.255",
    "0xa000001",
    "012.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1",
    "3232235521",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "169.254.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:7f00:1::1]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[100::1]",
    "[3fff::1]",
    "[::ffff:0:127.0.0.1]",
    "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
    "\u2460\u2461\u2466.0.0.1",
    "127\u30020\u30020\u30021",
    "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
)
# Names that are harmless to read, with the addresses they turn out to have: one, several, first a good one.
NAMES = {
    f"name{number}": addresses
    for number, addresses in enumerate(
        (
            ["127.0.0.1"],
            ["::1"],
            ["10.1.2.3"],
            ["169.254.169.254"],
            ["::ffff:127.0.0.1"],
            ["fe80::1%lo"],
            ["0.0.0.0"],
            ["fd00::1"],
            [PUBLIC, "127.0.0.1"],
            ["127.0.0.1", PUBLIC],
            [PUBLIC, "::1"],
            ["2606:2800:220:1::1", "192.168.1.1"],
            ["64:ff9b::7f00:1"],
            ["nonsense"],
            [""],
            [],
        )
    )
}
TRICKS = (
    "http://a:b@127.0.0.1/",
    "http://public.example@127.0.0.1/",
    "http://127.0.0.1\\@public.example/",
    "http:///127.0.0.1/",
    "http:127.0.0.1",
    "//127.0.0.1/",
    "ftp://public.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:80/_x",
    "http://public.example:22/",
    "http://public.example:0/",
    "http://public.example:99999/",
    "http://public.example:{port}/",
    "http://[::1",
    "http://public.example\t@127.0.0.1/",
    "http://127.0.0.1\n/",
    "http://127.0.0.1 /",
    "javascript:1",
    "data:text/html,a",
    "dict://127.0.0.1:80/",
    "http://",
    "https://",
    "",
    "http://public.example/" + "a" * 3_000,
    "http://\x00127.0.0.1/",
    "jar:http://a/",
)


def test_inner_addresses_are_reached_by_no_way(server: Listening) -> None:
    system = Network().resolve

    def resolve(host: str, port: int) -> list[str]:
        name = host.split(".")[0]
        return NAMES[name] if name in NAMES else system(host, port) if name != "public" else [PUBLIC]

    network = Network(resolve, server.connect)
    typed = [
        f"{scheme}://{host}/{scheme}"
        for scheme, host in itertools.product(("http", "https"), (*HOSTS, *(f"{n}.example" for n in NAMES)))
    ]
    tried = [*typed, *(one.format(port=server.port) for one in TRICKS)]
    for address in tried:
        with pytest.raises(FetchError):
            fetch(address, network=network)
    assert len(tried) >= 120
    assert server.asked == []


def test_no_redirect_leads_inside(server: Listening) -> None:
    tried = 0
    network = Network(
        lambda host, port: [PUBLIC] if host == "public.example" else Network().resolve(host, port), server.connect
    )
    for host in HOSTS:
        for status, target in ((302, f"http://{host}/inner"), (307, f"//{host}/inner")):
            server.answers["/on"] = (status, {"Location": target.encode("utf-8").decode("latin-1")}, b"")
            with pytest.raises(FetchError):
                fetch("http://public.example/on", network=network)
            tried += 1
    assert server.asked == ["/on"] * tried


def test_a_name_that_changes_is_asked_for_once_a_hop(server: Listening) -> None:
    """A name that is public when it is looked at and inside when it is connected to: there is no second look."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    reached: list[str] = []

    def connect(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        reached.append(address)
        return server.connect(address, port, timeout)

    server.answers["/a"] = (302, {"Location": "/b"}, b"")
    with pytest.raises(FetchError, match="not on the public internet"):
        fetch("http://changing.example/a", network=Network(lambda *_: next(answers), connect))
    assert (server.asked, reached) == (["/a"], [PUBLIC])


def test_what_is_public_is_fetched_with_its_name_and_type(server: Listening) -> None:
    network = server.network(public=[PUBLIC], other=["2606:2800:220:1::1", PUBLIC])
    server.answers = {
        "/geese?a=1": (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE),
        "/on": (301, {"Location": "http://other.example/geese?a=1#part"}, b""),
        "/leaflet.pdf": (200, {"Content-Type": "application/octet-stream"}, b"%PDF-1.4"),
    }
    found = fetch("http://public.example/on", network=network)
    assert (found.address, found.file_name, found.content) == ("http://other.example/geese?a=1", "geese.html", PAGE)
    assert fetch("http://public.example/leaflet.pdf", network=network).file_name == "leaflet.pdf"


@pytest.mark.parametrize(
    ("status", "headers", "body", "said"),
    [
        (302, {"Location": "/a"}, b"", "it leads on to other addresses more than 3 times"),
        (302, {}, b"", "it leads on without saying where to"),
        (404, {}, b"", "the site answers with status 404"),
        (200, {"Content-Type": "image/png"}, b"", "of the type image/png, which cannot be read"),
        (200, {}, b"", "of the type nothing, which cannot be read"),
        (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, b"", "the site sends it packed"),
        (200, {"Content-Type": "text/html"}, b"a" * 2_000, "it has more than 0 MB"),
        (200, {"Content-Type": "text/html", "Content-Length": "999999999999"}, b"", "it has more than 0 MB"),
    ],
)
def test_what_a_site_answers_is_held_to_limits(
    server: Listening, status: int, headers: dict[str, str], body: bytes, said: str
) -> None:
    server.answers["/a"] = (status, headers, body)
    with pytest.raises(FetchError, match=said):
        fetch("http://public.example/a", network=server.network(public=[PUBLIC]), most=1_000)
    assert len(server.asked) == (4 if "more than 3" in said else 1)


def test_https_is_not_left_and_a_certificate_must_be_the_names(server: Listening) -> None:
    with pytest.raises(FetchError, match="could not be reached"):
        fetch("https://public.example/", network=server.network(public=[PUBLIC]))
    assert server.asked == []


def test_a_curator_brings_in_what_an_address_leads_to(
    server: Listening, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("data")
    engine = open_database(data)
    upgrade(engine)
    somebody(engine, "kim", "Kim Bo", Role.CURATOR)
    engine.dispose()
    server.answers["/geese"] = (200, {"Content-Type": "text/html"}, PAGE)
    for client in site(data, WELLCITED_FETCH="on"):
        assert isinstance(client, TestClient)
        client.app.state.network = server.network(public=[PUBLIC], inner=["10.0.0.1"])  # type: ignore[attr-defined]
        kim = as_(client, "kim")
        refused = kim.post("/staff/bring-in", 422, address="http://inner.example/")
        assert "http://inner.example/: it leads to an address that is not on the public internet" in refused.text
        arrival = kim.get(kim.post("/staff/bring-in", address="http://public.example/geese").headers["location"])
        assert arrival.get_element_by_id("url").get("value") == "http://public.example/geese"
        assert "Wild geese fly south in autumn" in text(arrival)
    for client in site(data):
        kim = as_(client, "kim")
        assert not kim.get("/staff/bring-in").xpath('//input[@name="address"]')
        refused = kim.post("/staff/bring-in", 422, address="http://public.example/geese")
        assert server.asked == ["/geese"]

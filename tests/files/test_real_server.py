"""What a running Parc makes of a body of a gigabyte: it says no at once, and keeps none of it."""

import socket

import pytest

from tests.servers.parc import Parc

GIGABYTE = 1024**3


@pytest.fixture(scope="module")
def parc(tmp_path_factory):
    if reason := Parc.available():
        pytest.skip(reason)
    with Parc(tmp_path_factory.mktemp("parc")) as running:
        yield running


def answer_to(parc, head, body=b""):
    """Send the head of a request and the beginning of its body; return the first line of the answer."""
    with socket.create_connection(("127.0.0.1", parc.port), timeout=20) as line:
        line.sendall(head + body)
        return line.recv(4096).split(b"\r\n")[0]


def test_a_gigabyte_is_refused_by_its_length_before_it_is_sent(parc):
    head = (
        b"POST /files/on/asset/0000000000aa HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n" % GIGABYTE
    )
    assert b" 413 " in answer_to(parc, head, b"--x\r\n")


def test_a_body_over_the_limit_is_heard_out_so_that_a_page_answers_it(parc):
    length = 20 * 2**20
    head = (
        b"POST /files/on/asset/0000000000aa HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\nConnection: close\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n" % length
    )
    with socket.create_connection(("127.0.0.1", parc.port), timeout=60) as line:
        line.sendall(head)
        for _ in range(20):
            line.sendall(b"x" * 2**20)
        answer = b"".join(iter(lambda: line.recv(65_536), b"")).decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert "This is larger than Parc accepts: 16 MB at once." in answer
    assert "nothing was imported or changed" in answer


def test_a_body_without_a_length_is_refused_once_it_is_too_large(parc):
    head = (
        b"POST /files/on/asset/0000000000aa HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    piece = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", parc.port), timeout=20) as line:
        line.sendall(head)
        for _ in range(40):
            line.sendall(piece)
        line.sendall(b"0\r\n\r\n")
        assert b" 413 " in line.recv(4096).split(b"\r\n")[0]

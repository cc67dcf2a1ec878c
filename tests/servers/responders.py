"""Devices that announce themselves: `python -m tests.servers.responders mdns|ssdp|wsd ADDRESS`, each until it is ended."""

from __future__ import annotations

import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

PRINTER = "Brother HL-L5100DN series"
GATEWAY = """<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><friendlyName>Box de la mairie</friendlyName>
<manufacturer>Exemple</manufacturer><modelName>Box 6</modelName></device></root>"""
MATCH = """<?xml version="1.0"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:n="http://www.onvif.org/ver10/network/wsdl"><e:Body>
<d:ProbeMatches><d:ProbeMatch><d:Types>n:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/name/Cam%20Hall
 onvif://www.onvif.org/hardware/M3045</d:Scopes></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"""


def mdns(address: str) -> None:
    """Announce a printer as avahi or a printer's own firmware does."""
    from zeroconf import IPVersion, ServiceInfo, Zeroconf

    service = ServiceInfo(
        "_ipp._tcp.local.", "Imprimante accueil._ipp._tcp.local.", 631, properties={"ty": PRINTER},
        server="imp-accueil.local.", addresses=[socket.inet_aton(address)],
    )  # fmt: skip
    served = Zeroconf(interfaces=[address], ip_version=IPVersion.V4Only)
    served.register_service(service)


def _listen(address: str, group: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", port))
    sock.setsockopt(
        socket.IPPROTO_IP,
        socket.IP_ADD_MEMBERSHIP,
        struct.pack("4s4s", *map(socket.inet_aton, (group, address))),
    )
    return sock


def _answer(sock: socket.socket, sign: bytes, answer: bytes) -> None:
    while True:
        data, sender = sock.recvfrom(4096)
        if sign in data:
            sock.sendto(answer, sender)


class _Description(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = GATEWAY.encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)


def ssdp(address: str) -> None:
    """Answer searches as a gateway does, with a description beside."""
    described = HTTPServer((address, 49152), _Description)
    threading.Thread(target=described.serve_forever, daemon=True).start()
    answer = f"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: Linux/4.4 UPnP/1.1 Box/6\r\nLOCATION: http://{address}:49152/d.xml\r\n\r\n"
    sock = _listen(address, "239.255.255.250", 1900)
    threading.Thread(target=_answer, args=(sock, b"M-SEARCH", answer.encode()), daemon=True).start()


def wsd(address: str) -> None:
    """Answer probes as a camera does."""
    sock = _listen(address, "239.255.255.250", 3702)
    threading.Thread(target=_answer, args=(sock, b"Probe", MATCH.encode()), daemon=True).start()


if __name__ == "__main__":
    {"mdns": mdns, "ssdp": ssdp, "wsd": wsd}[sys.argv[1]](sys.argv[2])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threading.Event().wait()

"""The part of a service that takes requests, whose answers a test decides: drafts, orders, messages, tables.

It keeps the wire contract of docs/api.md: keys, ETags, `If-Match`, 304.
"""

from __future__ import annotations

import re
from email.parser import BytesParser
from email.policy import HTTP

from shapely.geometry import box, mapping

PRODUCTS = ("pleiades-archive", "spot-archive", "pleiades-programming", "spot-programming")
FORM = {
    "type": "object",
    "properties": {"purpose": {"type": "string", "title": "Finalité", "x-section": "request"}},
}


class RequestsService:
    """Keeps what it is told; `break_orders` says what happens to an order on its way."""

    def __init__(self, scripted):
        self.orders = {}
        self.keys = {}
        self.drafts = {}
        self.messages = {}
        self.posts = 0
        self.version = 0
        self.break_orders = None
        self.refuses = None
        routes = scripted.server.routes
        routes["/api/quotas"] = lambda *_: (200, {"year": 2026, "sensors": []})
        routes["/api/projects"] = lambda *_: (
            200,
            {"projects": [{"id": "2026-001-SCI", "title": "Littoral", "status": "open"}]},
        )
        routes["/stapi/products"] = lambda *_: (200, {"products": [{"id": one} for one in PRODUCTS]})
        routes["/stapi/orders"] = self._list
        routes["/api/estimate"] = lambda *_: (200, {"year": 2026, "area_km2": 90, "quota_km2": 1500})
        routes["/api/drafts"] = self._drafts
        routes["/api/orders.csv"] = lambda *_: (200, "\ufeffid;état\n".encode(), {"Content-Type": "text/csv"})
        for product in PRODUCTS:
            routes[f"/stapi/products/{product}/order-parameters"] = lambda *_: (200, FORM)
            routes[f"/stapi/products/{product}/opportunities"] = lambda *_: (200, {"features": []})
            routes[f"/stapi/products/{product}/orders"] = self._take
        self._routes = routes

    def order(self, number=1, state="submitted", **properties):
        """Let the service have a request; gives its document."""
        order_id = f"2026-001-SCI-2026-A-{number:03d}-PLEIADES"
        self.version += 1
        document = {
            "id": order_id,
            "geometry": mapping(box(3.6, 43.5, 3.7, 43.6)),
            "links": [{"rel": "messages"}, {"rel": "cancel"}],
            "properties": {
                "product_id": "pleiades-archive",
                "created": "2026-11-01T10:00:00Z",
                "dinamis:state": state,
                "dinamis:sensor": "PLEIADES",
                "dinamis:kind": "archive",
                "dinamis:etag": f"v{self.version}",
                **properties,
            },
        }
        self.orders[order_id] = document
        self._routes[f"/stapi/orders/{order_id}"] = lambda *_: (200, self.orders[order_id])
        self._routes[f"/stapi/orders/{order_id}/statuses"] = lambda *_: (200, self._statuses(order_id))
        self._routes[f"/stapi/orders/{order_id}/cancel"] = lambda *_: (200, self._cancel(order_id))
        self._routes[f"/api/orders/{order_id}/messages"] = self._thread
        return document

    def _list(self, request, _handler):
        tag = f'"{self.version}"'
        if request.headers.get("If-None-Match") == tag:
            return 304, b"", {"ETag": tag}
        return 200, {"features": list(self.orders.values())[::-1]}, {"ETag": tag}

    def _statuses(self, order_id):
        state = self.orders[order_id]["properties"]["dinamis:state"]
        first = {"timestamp": "2026-11-01T10:00:00Z", "dinamis:state": "submitted", "dinamis:by": "requester"}
        now = {"timestamp": "2026-11-02T10:00:00Z", "dinamis:state": state, "dinamis:by": "operator"}
        return {"statuses": [first] if state == "submitted" else [first, now]}

    def _cancel(self, order_id):
        self.version += 1
        self.orders[order_id]["properties"]["dinamis:state"] = "cancelled"
        self.orders[order_id]["links"] = [{"rel": "messages"}]
        return self.orders[order_id]

    def _take(self, request, handler):
        """Make the order of this key, once, and take the draft of this key away."""
        self.posts += 1
        key = request.headers["Idempotency-Key"]
        if self.refuses is not None and key not in self.keys:
            return self.refuses
        known = self.keys.get(key)
        if known is None:
            made = self.order(len(self.orders) + 1)
            known = self.keys[key] = (made, request.json)
            self.drafts.pop(key, None)
        elif known[1] != request.json:
            return 409, {"code": "conflict", "detail": "another content"}
        if self.break_orders is not None:
            return self.break_orders(request, handler)
        return 201, known[0]

    def _drafts(self, request, _handler):
        if request.method == "GET":
            return 200, {"drafts": list(self.drafts.values())}
        draft = request.json
        if draft["id"] not in self.drafts:
            self.put_draft(draft)
        return 201, self.drafts[draft["id"]]

    def put_draft(self, draft):
        """Let the account have a draft as it is now."""
        self.version += 1
        times = {"created": "2026-11-01T10:00:00Z", "changed": f"2026-11-01T10:00:{self.version % 60:02d}Z"}
        self.drafts[draft["id"]] = {**times, **draft, "etag": f"d{self.version}"}
        self._routes[f"/api/drafts/{draft['id']}"] = self._draft

    def _draft(self, request, _handler):
        draft_id = request.path.rpartition("/")[2]
        there = self.drafts.get(draft_id)
        if there is None:
            return 404, {"code": "not-found", "detail": "no such draft"}
        if request.headers.get("If-Match") != there["etag"]:
            return 412, {"code": "changed-meanwhile", "detail": "changed"}
        if request.method == "DELETE":
            del self.drafts[draft_id]
            return 204, b""
        self.put_draft(request.json)
        return 200, self.drafts[draft_id]

    def _thread(self, request, _handler):
        """Keep a message by its key; a file called refused.pdf is refused."""
        thread = self.messages.setdefault(request.path.split("/")[3], {})
        if request.method == "POST":
            fields, files = parts_of(request)
            if "refused.pdf" in files:
                problem = {"field": "files", "message": "Ce n'est pas un PDF."}
                return 422, {"code": "invalid", "detail": "Refusé.", "errors": [problem]}
            attachments = [
                {"id": name, "name": name, "size": len(content)} for name, content in files.items()
            ]
            message = {
                "id": len(thread) + 1,
                "moment": "2026-11-03T10:00:00Z",
                "side": "requester",
                "author": "Camille Martin",
                "own": True,
                "text": fields["text"],
                "attachments": attachments,
            }
            return 201, thread.setdefault(request.headers["Idempotency-Key"], message)
        return 200, {"messages": list(thread.values())}


def parts_of(request):
    """The fields and the files of a form in parts."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    document = BytesParser(policy=HTTP).parsebytes(head + request.body)
    fields, files = {}, {}
    for part in document.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_filename():
            files[part.get_filename()] = content
        else:
            fields[name] = content.decode("utf-8")
    return fields, files


def cut(_request, handler):
    """Hang up before the answer."""
    handler.close_connection = True
    handler.connection.close()


def paths(scripted, pattern):
    """The requests whose method and path match."""
    seen = [f"{one.method} {one.path}" for one in scripted.server.requests]
    return [one for one in seen if re.fullmatch(pattern, one)]

"""The part of a scripted service that keeps projects, notifications and preferences (docs/api.md)."""

from __future__ import annotations

import copy
import hashlib
import json

from . import people_support as people

THEMES = {"themes": [{"id": "littoral", "title": "Littoral"}, {"id": "urbain", "title": "Urbain"}]}


class ScriptedPeople:
    """Keeps what is made and changed; `lose_answers` cuts the next connections after the work was done."""

    def __init__(self, scripted):
        self.projects = {one["id"]: copy.deepcopy(one) for one in (people.FULL, people.SHARED, people.CLOSED)}
        self.made = {}
        self.notifications = copy.deepcopy(people.NOTIFICATIONS["notifications"])
        self.preferences = {"language": None, "emails": {"state": True, "message": False}, "etag": '"1"'}
        self.lose_answers = 0
        self.not_modified = 0
        scripted.documents.update({"/api/quotas": people.QUOTAS, "/api/calls": people.CALLS})
        scripted.documents["/api/themes"] = THEMES
        scripted.documents["/stapi/orders"] = {"type": "FeatureCollection", "features": []}
        scripted.documents["/stapi/products"] = {"products": []}
        routes = scripted.server.routes
        routes["/api/projects"] = self._all
        for project_id in self.projects:
            self._serve(routes, project_id)
        routes["/api/notifications"] = self._notifications
        routes["/api/notifications/read"] = self._read
        routes["/api/preferences"] = self._preferences
        self._routes = routes

    def _serve(self, routes, project_id):
        routes[f"/api/projects/{project_id}"] = self._one
        routes[f"/api/projects/{project_id}/close"] = self._close
        routes[f"/api/projects/{project_id}/reopen"] = self._close
        routes[f"/api/projects/{project_id}/history"] = lambda _request, _handler: (200, people.HISTORY)

    def change(self, project_id, **fields):
        """Change a project, as somebody else does."""
        project = self.projects[project_id]
        project.update(fields)
        project["etag"] = f'"{hashlib.md5(json.dumps(project).encode()).hexdigest()}"'

    def tell(self, **fields):
        """Put one more notification before the others."""
        self.notifications.insert(0, {"kind": "state", "read": False, "text": "", **fields})

    def _all(self, request, handler):
        if request.method == "GET":
            return 200, {"projects": list(self.projects.values())}
        key = request.headers["Idempotency-Key"]
        if key in self.made and self.made[key][1] != request.json:
            return 409, {"code": "conflict", "detail": "This key made another project."}
        if key not in self.made:
            number = f"2026-{40 + len(self.made):03d}-SCI"
            self.projects[number] = {**request.json, "id": number, "status": "open", "etag": '"n"'}
            self.projects[number].update({"kind": "SCI", "own": True, "editable": True, "request_count": 0})
            self.made[key] = (number, request.json)
            self._serve(self._routes, number)
        if self.lose_answers:
            self.lose_answers -= 1
            handler.close_connection = True
            handler.connection.close()
            return None
        return 201, self.projects[self.made[key][0]]

    def _one(self, request, _handler):
        project = self.projects[request.path.rsplit("/", 1)[1]]
        if request.method == "PATCH":
            if request.headers["If-Match"] != project["etag"]:
                return 412, {"code": "changed", "detail": "It was changed meanwhile."}
            self.change(project["id"], **request.json)
        return 200, project

    def _close(self, request, _handler):
        project_id, action = request.path.split("/")[-2:]
        closing = action == "close"
        self.change(
            project_id,
            status="closed" if closing else "open",
            closed="2026-11-25" if closing else None,
        )
        return 200, self.projects[project_id]

    def _notifications(self, request, _handler):
        unread = sum(not one["read"] for one in self.notifications)
        document = {"unread": unread, "notifications": self.notifications}
        etag = f'"{hashlib.md5(json.dumps(document).encode()).hexdigest()}"'
        if request.headers.get("If-None-Match") == etag:
            self.not_modified += 1
            return 304, b"", {"ETag": etag}
        return 200, document, {"ETag": etag}

    def _read(self, request, _handler):
        for one in self.notifications:
            one["read"] = one["read"] or request.json.get("all", False) or one["id"] in request.json["ids"]
        return 200, {"unread": sum(not one["read"] for one in self.notifications)}

    def _preferences(self, request, _handler):
        if request.method == "PUT":
            if request.headers["If-Match"] != self.preferences["etag"]:
                return 412, {"code": "changed", "detail": "They were changed meanwhile."}
            self.preferences = {**request.json, "etag": f'{self.preferences["etag"][:-1]}1"'}
        return 200, self.preferences

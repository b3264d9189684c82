"""Users, tokens and the Authorization header of the fake Jellyfin."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from servers import ids
from servers.fake import json_answer
from servers.wire import Answer, Request

PAIR = re.compile(r'\s*(\w+)=("[^"]*"|[^,"]*)\s*(?:,|$)')
REQUIRED = ("Client", "Device", "DeviceId", "Version")
LEGACY_HEADERS = ("X-Emby-Token", "X-MediaBrowser-Token", "X-Emby-Authorization")


@dataclass
class User:
    number: int
    name: str
    password: str
    token: str
    admin: bool = False
    download: bool = True  # may fetch files
    libraries: set[str] | None = None  # names of those that the user sees; None: all
    id: str = field(init=False)

    def __post_init__(self):
        self.id = ids.to_hex(ids.Item("user", 0, 0, self.number))

    def sees(self, library_name):
        return self.libraries is None or library_name in self.libraries


@dataclass
class Caller:
    """Who sent a request. An API key is an administrator without a user."""

    user: User | None
    request: Request

    @property
    def is_api_key(self):
        return self.user is None

    @property
    def admin(self):
        return self.user is None or self.user.admin


class Refusal(Exception):
    """Ends a request with an answer."""

    def __init__(self, answer):
        super().__init__(answer.status)
        self.answer = answer


def refused(status, body=None):
    """As the real server says it: middleware errors are plain text, refusals of the framework have no body."""
    if body is None:
        return Refusal(Answer(status))
    return Refusal(json_answer(body, status) if status in (401, 404) else Answer(status, body.encode(), "text/plain"))


BROKEN = "Error processing request."


def header_values(header):
    """The pairs of `MediaBrowser Token="…", Client="…"`; None for another scheme."""
    scheme, blank, rest = (header or "").partition(" ")
    if scheme != "MediaBrowser" or not blank:
        return None
    return {match[1]: unquote(match[2].strip('"')) for match in PAIR.finditer(rest)}


class Users:
    def __init__(self, fake, api_key):
        self.fake, self.api_key, self.all = fake, api_key, []

    def add(self, name, password, **rights):
        number = len(self.all) + 1
        user = User(number, name, password, f"{number:04x}{ids.to_hex(ids.Item('user', 1, 0, number))[4:]}", **rights)
        self.all.append(user)
        return user

    def find(self, text):
        """By id, in either spelling."""
        item = ids.from_hex(text or "")
        return next((user for user in self.all if item and user.id == ids.to_hex(item)), None)

    def caller(self, request):
        """Raises 401 without a valid token. Only the header that all versions read is taken; others are a violation."""
        for name in LEGACY_HEADERS:
            if name in request.headers:
                self.fake.violation(request, f"{name} is not read by version 12")
        values = header_values(request.headers.get("Authorization"))
        if values is None or not values.get("Token"):
            raise refused(401)
        missing = [name for name in REQUIRED if not values.get(name)]
        if missing:
            self.fake.violation(request, f"the Authorization header has no {', '.join(missing)}")
        if values["Token"] == self.api_key:
            return Caller(None, request)
        user = next((user for user in self.all if user.token == values["Token"]), None)
        if user is None:
            raise refused(401)
        return Caller(user, request)

    def authenticate(self, request, body):
        values = header_values(request.headers.get("Authorization"))
        if values is None or any(not values.get(name) for name in REQUIRED):
            raise refused(400, BROKEN)
        user = next((user for user in self.all if user.name.lower() == (body.get("Username") or "").lower()), None)
        if user is None or user.password != body.get("Pw"):
            raise refused(401, BROKEN)
        return json_answer({"User": self.dto(user), "AccessToken": user.token, "ServerId": self.fake.server_id})

    def acting(self, caller, user_id):
        """The user that a `userId` parameter means: the caller when it is absent (None for an API key), 403 for somebody else's."""
        if not user_id or set(user_id) <= {"0", "-"}:
            return caller.user
        user = self.find(user_id)
        if not caller.admin and user is not caller.user:
            raise refused(403, BROKEN)
        if user is None:
            raise refused(404, BROKEN)
        return user

    def dto(self, user):
        policy = {
            "IsAdministrator": user.admin, "IsHidden": False, "IsDisabled": False, "EnableContentDownloading": user.download, "EnableMediaPlayback": True,
            "EnableContentDeletion": user.admin, "EnableAllFolders": user.libraries is None,
            "EnabledFolders": [view.id for view in self.fake.views if user.libraries is not None and user.sees(view.name)],
            "AuthenticationProviderId": "Jellyfin.Server.Implementations.Users.DefaultAuthenticationProvider",
            "PasswordResetProviderId": "Jellyfin.Server.Implementations.Users.DefaultPasswordResetProvider",
        }
        return {"Name": user.name, "ServerId": self.fake.server_id, "Id": user.id, "HasPassword": True, "HasConfiguredPassword": True,
                "HasConfiguredEasyPassword": False, "EnableAutoLogin": False, "Policy": policy}

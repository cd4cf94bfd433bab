"""The requests to an object store: everything that is asked of it is asked here.

The library is obstore (decision 39). It finds credentials in the usual places by itself: the
variables ``AWS_…``, ``GOOGLE_…`` and ``AZURE_…``, the files that they name, and the metadata of the
machine. They are never read, shown or written here; and as the text of an error may hold a signed
address, only its status and its code are passed on.

What the stores promise, and the rest of `common.storage` relies on:

* A written object is there as a whole or not at all, and whoever reads or lists after that sees it:
  strong consistency. S3 since December 2020, https://aws.amazon.com/s3/consistency/; Google,
  https://docs.cloud.google.com/storage/docs/consistency; Azure, by design of its blobs.
* A file of several parts appears when the last request completes it. Parts without an end are never
  seen; a rule of the bucket should remove them (``AbortIncompleteMultipartUpload``).
* An object can be written on the condition that there is none, or that it is still the same one:
  ``If-None-Match`` and ``If-Match``, at Google generations. S3 since August and November 2024,
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import errno
import io
import os
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from common.errors import UserError
from common.loopback import bypass_proxies, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from obstore import UpdateVersion
    from obstore.store import ObjectStore

# By scheme: the prefix of its variables, those that name another server, and what helps where the
# credentials do not.
_PREFIXES = {"s3": "AWS", "gs": "GOOGLE", "az": "AZURE"}
_ENDPOINTS = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "gs": ("GOOGLE_BASE_URL",),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
}
_CREDENTIALS = {
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}
_TRUE = ("1", "true", "yes", "on")
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>|\"code\": ?\"(\w+)\"")
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "specified bucket does not exist")
_NOT_ALLOWED = ("401", "403")
# The addresses at which machines in a cloud give credentials: asked where no variable has any.
_METADATA = ("169.254.169.254", "169.254.170.2", "metadata.google.internal", "/latest/api/token")
_RETRIES: Any = {"max_retries": 5, "retry_timeout": timedelta(seconds=60)}
_TIMEOUT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a listing has it.

    Attributes
    ----------
    size
        Its bytes.
    tag
        Another one for another content.
    """

    size: int
    tag: str


class Exists(Exception):  # noqa: N818  # an answer
    """An object that was to be written for the first time is there, or is another one by now."""


def size_and_time(bucket: str, key: str) -> tuple[int, datetime]:
    """Return how many bytes an object has, and when it was written.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    with _asking("read", bucket, key) as store:
        head = _obstore().head(store, key)
        return int(head["size"]), head["last_modified"]


def exists(bucket: str, key: str) -> bool:
    """Say whether there is an object of this name."""
    try:
        size_and_time(bucket, key)
    except FileNotFoundError:
        return False
    return True


def is_folder(bucket: str, key: str) -> bool:
    """Say whether there is an object under a name."""
    with _asking("list", bucket, key) as store:
        return any(map(len, _obstore().list(store, key or None, chunk_size=1)))


def names(bucket: str, key: str) -> tuple[list[str], list[str]]:
    """Return the names of the objects and of the folders directly in a folder, each sorted."""
    with _asking("list", bucket, key) as store:
        found = _obstore().list_with_delimiter(store, key or None)
    objects = [each["path"].removeprefix(key).strip("/") for each in found["objects"]]
    folders = [path.removeprefix(key).strip("/") for path in found["common_prefixes"]]
    # What shows a folder as empty in a console is an object with the name of the folder.
    return sorted(filter(None, objects)), sorted(filter(None, folders))


def under(bucket: str, key: str) -> dict[str, Listed]:
    """Return the objects in and under a folder by their name from there."""
    with _asking("list", bucket, key) as store:
        found = [each for page in _obstore().list(store, key or None) for each in page]
    listed = {each["path"].removeprefix(key).strip("/"): each for each in found}
    return {
        name: Listed(int(each["size"]), each["e_tag"] or str(each["last_modified"]))
        for name, each in listed.items()
        if name
    }


def read(bucket: str, key: str, address: str) -> bytes:
    """Return a whole object.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    with _asking("read", bucket, key, address) as store:
        return bytes(_obstore().get(store, key).bytes())


def read_tagged(bucket: str, key: str) -> tuple[bytes, UpdateVersion]:
    """Return a whole object, and which one it is, for `replace`."""
    with _asking("read", bucket, key) as store:
        answer = _obstore().get(store, key)
        return bytes(answer.bytes()), _version(answer.meta)


def write(bucket: str, key: str, content: bytes | Path) -> None:
    """Write an object, all at once, whatever was there.

    Parameters
    ----------
    bucket, key
        The object.
    content
        Its bytes, or a file of this machine: a large one goes in parts and appears with the last.
    """
    with _asking("write", bucket, key) as store:
        _obstore().put(store, key, content)


def create(bucket: str, key: str, content: bytes) -> UpdateVersion:
    """Write an object where there is none; return which one it is.

    Raises
    ------
    Exists
        If there is one.
    """
    with _asking("write", bucket, key) as store:
        return _version(_obstore().put(store, key, content, mode="create"))


def replace(bucket: str, key: str, content: bytes, replaced: UpdateVersion) -> UpdateVersion:
    """Write an object in the place of one that is still the same; return which one it is now.

    Raises
    ------
    Exists
        If it is another one by now, or there is none.
    """
    with _asking("write", bucket, key) as store:
        try:
            return _version(_obstore().put(store, key, content, mode=replaced))
        except FileNotFoundError:
            raise Exists from None


def remove(bucket: str, key: str) -> None:
    """Remove an object, if there is one."""
    with _asking("remove", bucket, key) as store:
        try:
            _obstore().delete(store, key)
        except FileNotFoundError:
            return


class ObjectReader(io.RawIOBase):
    """An object as a file to read from any position: each read is one request for those bytes.

    DuckDB shares one file among its threads, and each of them seeks and then reads. So a position
    that was sought is of the thread that sought it, until it has read there.
    """

    def __init__(self, bucket: str, key: str, address: str) -> None:
        super().__init__()
        self._bucket, self._key, self._address = bucket, key, address
        self.size, _ = size_and_time(bucket, key)
        self._position = 0
        self._sought = threading.local()

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position; ask for nothing."""
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self.size}[whence]
        position = max(0, begin + offset)
        self._position = self._sought.position = position
        return position

    def tell(self) -> int:
        """Return where this thread reads next."""
        return int(getattr(self._sought, "position", self._position))

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # any buffer
        """Ask for the bytes that fit."""
        begin = self.tell()
        self._sought.__dict__.pop("position", None)
        length = min(len(buffer), self.size - begin)
        if length <= 0:
            return 0
        with _asking("read", self._bucket, self._key, self._address) as store:
            found = _obstore().get_range(store, self._key, start=begin, length=length)
        buffer[:length] = memoryview(found)
        self._position = begin + length
        return length


def _version(of: Mapping[str, Any]) -> UpdateVersion:
    """Return which object it is, in what the store has for that."""
    version: UpdateVersion = {}
    if of["e_tag"] is not None:
        version["e_tag"] = of["e_tag"]
    if of["version"] is not None:
        version["version"] = of["version"]
    return version


def _obstore() -> Any:  # noqa: ANN401  # a module
    """Return the library, loaded at the first request."""
    try:
        import obstore  # noqa: PLC0415
    except ModuleNotFoundError:
        raise UserError(
            "obstore is required for s3://, gs:// and az:// but not installed; run "
            "`pip install 'caspers-kitchens[objects]'`."
        ) from None
    return obstore


def _store(bucket: str) -> ObjectStore:
    _obstore()
    scheme = urlsplit(bucket).scheme
    variables = sorted(each for each in os.environ.items() if each[0].startswith(_PREFIXES[scheme]))
    # The connections of a process are of no use to its children.
    return _connected(bucket, tuple(variables), os.getpid())


@lru_cache(maxsize=8)
def _connected(bucket: str, _variables: tuple[tuple[str, str], ...], _process: int) -> ObjectStore:
    from obstore.store import from_url  # noqa: PLC0415

    scheme = urlsplit(bucket).scheme
    options: Any = {"timeout": _TIMEOUT, "connect_timeout": timedelta(seconds=10)}
    if _speaks_http(scheme):
        options["allow_http"] = True
    try:
        return from_url(bucket, client_options=options, retry_config=_RETRIES)
    except Exception as error:
        # It may quote what it was given.
        raise UserError(
            f"{bucket} cannot be used with the variables {_PREFIXES[scheme]}_… of the environment "
            f"({type(error).__name__}): set {_CREDENTIALS[scheme]}."
        ) from None


def _speaks_http(scheme: str) -> bool:
    """Say whether the server that the environment names is asked without encryption."""
    found = [(name, os.environ[name]) for name in _ENDPOINTS[scheme] if os.environ.get(name)]
    if not found:
        emulator = os.environ.get("AZURE_STORAGE_USE_EMULATOR", "").lower()
        return scheme == "az" and emulator in _TRUE
    name, endpoint = found[0]
    if is_loopback(endpoint):
        os.environ.update(bypass_proxies(os.environ, endpoint))
    if not endpoint.lower().startswith("http://"):
        return False
    allow = f"{_PREFIXES[scheme]}_ALLOW_HTTP"
    if is_loopback(endpoint) or os.environ.get(allow, "").lower() in _TRUE:
        return True
    raise UserError(
        f"{name} in the environment names a server without encryption: use https://, or set "
        f"{allow}=true if everybody on the way may read what is stored."
    )


@contextmanager
def _asking(
    action: str, bucket: str, key: str, address: str | None = None
) -> Iterator[ObjectStore]:
    """Offer the store, and turn what it answers into errors of one sentence.

    Raises
    ------
    FileNotFoundError
        If there is no such object.
    Exists
        If a condition of writing does not hold.
    UserError
        If it cannot be reached, does not know the bucket, or does not allow it.
    """
    store = _store(bucket)
    exceptions = _obstore().exceptions
    address = address or f"{bucket}/{key}".rstrip("/")
    try:
        yield store
    except (exceptions.AlreadyExistsError, exceptions.PreconditionError):
        raise Exists from None
    except FileNotFoundError as error:
        if any(code in str(error) for code in _NO_BUCKET):
            raise _refusal(str(error), action, bucket, address) from None
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), address) from None
    except exceptions.BaseError as error:
        raise _refusal(str(error), action, bucket, address) from None


def _refusal(text: str, action: str, bucket: str, address: str) -> UserError:
    scheme = urlsplit(bucket).scheme
    status = _STATUS.search(text)
    code = _CODE.search(text)
    answer = " ".join([*([status[1]] if status else []), *([code[1] or code[2]] if code else [])])
    failed = f"Could not {action} {address}"
    if any(each in text for each in _NO_BUCKET):
        return UserError(f"{failed}: there is no {bucket}; make it, or name another bucket.")
    if any(each in text for each in _METADATA):
        return UserError(
            f"{failed}: there are no credentials in the environment; set {_CREDENTIALS[scheme]}, "
            "or run where the machine itself is allowed to."
        )
    if "redirect" in text.lower():
        return UserError(f"{failed}: the bucket is in another region; set AWS_REGION.")
    if status is None:
        return UserError(
            f"{failed}: the object store did not answer; check the network, and "
            f"{_ENDPOINTS[scheme][-1 if scheme != 's3' else 1]} if it names a server of your own."
        )
    if status[1] in _NOT_ALLOWED:
        return UserError(
            f"{failed}: these credentials may not do that ({answer}); check "
            f"{_CREDENTIALS[scheme]}, and what they are allowed to do with {bucket}."
        )
    return UserError(f"{failed}: the object store answered {answer}; try again later.")

"""A bucket of moto's server, as somebody else sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.jobs.mirroring.s3_servers import client


class Bucket:
    """One of its own for each test."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint, self.name = endpoint, f"b-{uuid4().hex}"
        self.client: Any = client(endpoint)
        self.client.create_bucket(Bucket=self.name)
        self._copied: dict[str, str] = {}

    @property
    def address(self) -> str:
        return f"s3://{self.name}/finance"

    def objects(self) -> dict[str, bytes]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        return {key.removeprefix("finance/"): self.get(key) for key in keys}

    def copied_to(self, folder: Path) -> Path:
        """What a reader sees who takes the copy as it is now; a folder that was taken before is brought level."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix="finance/")
        lying = {found["Key"]: found["ETag"] for page in pages for found in page.get("Contents", ())}
        for key in lying.keys() | self._copied.keys():
            path = folder / key.removeprefix("finance/")
            if key not in lying:
                path.unlink()
            elif lying[key] != self._copied.get(key):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self.get(key))
        self._copied = lying
        return folder

    def get(self, key: str) -> bytes:
        with self.client.get_object(Bucket=self.name, Key=key)["Body"] as body:
            return bytes(body.read())

    def flip(self, file: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=f"finance/{file}", Body=data, ChecksumAlgorithm="SHA256")

"""A bucket of moto's server, as somebody else sees it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.jobs.mirroring.s3_servers import client


class Bucket:
    """One of its own for each test."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint, self.name = endpoint, f"b-{uuid4().hex}"
        self.client: Any = client(endpoint)
        self.client.create_bucket(Bucket=self.name)

    @property
    def address(self) -> str:
        return f"s3://{self.name}/finance"

    def objects(self) -> dict[str, bytes]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        return {key.removeprefix("finance/"): self.get(key) for key in keys}

    def get(self, key: str) -> bytes:
        with self.client.get_object(Bucket=self.name, Key=key)["Body"] as body:
            return bytes(body.read())

    def flip(self, file: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=f"finance/{file}", Body=data, ChecksumAlgorithm="SHA256")

"""The OpenAPI document: `python -m ui.care.out.contract [--check]` writes it to docs/api."""

import json
from functools import cache
from typing import Any

from ui.care.out.api.operations import api
from ui.care.out.api.problems import TYPE

PREFIX = "/api/v1"


@cache
def openapi_text() -> str:
    """Return the document as it is served and as it stands in docs."""
    document: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    answer["content"] = {TYPE: answer["content"]["application/json"]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

"""The documents of what leaves: `python -m ui.care.out.contract [--check]` writes docs/api and docs/fhir.

OpenAPI of the API; code systems and the profile of FHIR. Made from the code and from nothing else.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parents[3] / "docs"


def documents() -> Iterator[tuple[str, str]]:
    """Yield each document: its path below docs, and its text. Django must be set up."""
    from ui.care.out.api.contract import openapi_text  # noqa: PLC0415 models can be imported only then
    from ui.care.out.fhir import codes, profile  # noqa: PLC0415

    yield "api/openapi.json", openapi_text()
    for name, document in {**codes.code_systems(), **profile.files()}.items():
        yield f"fhir/{name}", json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def stale() -> list[str]:
    """Return the documents that are not as the code makes them."""
    return [name for name, text in documents() if _read(DOCS / name) != text]


def _read(file: Path) -> str | None:
    return file.read_text("utf-8") if file.exists() else None


def main(argv: Sequence[str] | None = None) -> int:
    """Write the documents, or with `--check` only name those that are stale (exit code 1)."""
    import django  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="python -m ui.care.out.contract", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    check = parser.parse_args(argv).check
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ui.care.settings")
    django.setup()
    if check:
        names = stale()
        for name in names:
            sys.stderr.write(f"docs/{name} is stale: run python -m ui.care.out.contract\n")
        return 1 if names else 0
    for name, text in documents():
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Files with secrets of the embedded default: made once, whole, readable by their owner only."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def read_or_create(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's bytes; where there is none, what `make` gives. Of several racing callers the first one's stands."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # A draft of this call's own, 0600 from its first byte, takes the name only when it is whole and on disk.
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as draft:
            draft.write(make())
            draft.flush()
            os.fsync(draft.fileno())
            with suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_bytes()

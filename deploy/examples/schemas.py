"""Python classes of Plimsoll's messages, made from the schema files when a program starts.

Nothing is installed and nothing is committed: `protoc` (Debian and Ubuntu: protobuf-compiler)
writes the modules into a temporary directory, and the `protobuf` package reads them.
"""

import atexit
import importlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

# Schemas/ of the repository that this file lies in.
DEFAULT = pathlib.Path(__file__).resolve().parents[2] / "Schemas"


def load(directory, *names):
    """Compile the schemas of a directory and return the modules of the named files.

    `load(DEFAULT, "liquidations")` gives the module of plimsoll/v1/liquidations.proto.
    """
    root = pathlib.Path(directory)
    files = sorted(root.glob("plimsoll/v1/*.proto"))
    if not files:
        raise SystemExit(f"no schema in {root}/plimsoll/v1, expected .proto files")
    if shutil.which("protoc") is None:
        raise SystemExit("protoc is not there; Debian and Ubuntu have it as protobuf-compiler")
    target = tempfile.mkdtemp(prefix="plimsoll-schemas-")
    atexit.register(shutil.rmtree, target, ignore_errors=True)
    command = ["protoc", f"--proto_path={root}", f"--python_out={target}", *map(str, files)]
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit(f"protoc could not compile the schemas in {root}")
    sys.path.insert(0, target)
    return [importlib.import_module(f"plimsoll.v1.{name}_pb2") for name in names]

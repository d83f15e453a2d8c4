#!/bin/sh
# Generates src/bidwright/v1 (messages, services, type stubs) from the .proto files. A test proves that what is committed is current.
# Usage: proto/generate.sh [OUTPUT_DIR]
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-../.venv/bin/python}
out=${1:-../src}
googleapis=$("$python" -c 'import google.type, pathlib; print(pathlib.Path(list(google.type.__path__)[0]).parent.parent)')
mkdir -p "$out/bidwright/v1" "$out/bidwright/buf"
"$python" -m grpc_tools.protoc -I. -I"$googleapis" --python_out="$out" --pyi_out="$out" --grpc_python_out="$out" \
  --plugin=protoc-gen-mypy_grpc="$(dirname "$python")/protoc-gen-mypy_grpc" --mypy_grpc_out=quiet:"$out" bidwright/v1/*.proto
"$python" -m grpc_tools.protoc -I. --python_out="$out/bidwright" --pyi_out="$out/bidwright" buf/validate/validate.proto
# The rules' module lives inside our package, so that the wheel installs nothing outside it.
sed -i 's/^from buf\.validate import/from bidwright.buf.validate import/' "$out"/bidwright/v1/*_pb2.py "$out"/bidwright/v1/*_pb2.pyi
# Records-only files have no service; their empty gRPC modules would only confuse.
for grpc in "$out"/bidwright/v1/*_pb2_grpc.py; do grep -q 'class .*Stub' "$grpc" || rm "$grpc" "${grpc}i"; done
echo '"""The generated contract: messages and services of proto/bidwright/v1."""' > "$out/bidwright/v1/__init__.py"
echo '"""Generated: the validation options used in the contract."""' > "$out/bidwright/buf/__init__.py"
echo '"""Generated: the validation options used in the contract."""' > "$out/bidwright/buf/validate/__init__.py"

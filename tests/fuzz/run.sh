#!/usr/bin/env bash
# Looks for inputs that crash, hang or break what must hold:
#
#     tests/fuzz/run.sh mask 600          # seconds; or description
#
# New inputs of interest go to corpus/ beside this file, made small; what breaks something stays in
# the build folder, and its name is printed.
set -euo pipefail
target=$1 seconds=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../.ci/setup.sh"
setup
build fuzz "10 minutes" "fuzz_$target"
found=$root/build/fuzz/found/$target
mkdir -p "$found"
# MLIR is not instrumented: its containers look overflown, and memory from its allocators poisoned.
export ASAN_OPTIONS=detect_container_overflow=0:allow_user_poisoning=0
"$root/build/fuzz/bin/fuzz_$target" "$found" "$here/corpus/$target" -dict="$here/$target.dict" \
  -max_len=4000 -timeout=20 -max_total_time="$seconds" -artifact_prefix="$found-"
"$root/build/fuzz/bin/fuzz_$target" -merge=1 "$here/corpus/$target" "$found"

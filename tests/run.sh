#!/usr/bin/env bash
# Builds everything without warnings and runs all tests, the runtime's also under the sanitizers.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../.ci/setup.sh"
setup

configure_flags=(-DCMAKE_COMPILE_WARNING_AS_ERROR=ON)
build sanitize "5 minutes, 1 with a warm compiler cache" all
build release "12 minutes, 2 with a warm compiler cache" all
echo "== Tests of the runtime under the address and undefined-behaviour sanitizers"
ctest --test-dir "$root/build/sanitize" --output-on-failure -j 2
echo "== All tests"
ctest --test-dir "$root/build/release" --output-on-failure -j 2

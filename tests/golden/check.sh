#!/usr/bin/env bash
# The printed programs are as stored: check.sh LOUP. With LOUP_UPDATE_GOLDEN set they are stored anew;
# read the difference before it is committed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
same=0
for schedule in textbook fused specialised packed; do
  golden=$here/tiny.$schedule.txt
  printed=$("$1" build "$here/tiny.toml" --schedule "$schedule" --emit cpp 2>/dev/null)
  if [ -n "${LOUP_UPDATE_GOLDEN-}" ]; then
    printf '%s\n' "$printed" >"$golden"
  else
    diff -u "$golden" - <<<"$printed" || same=1
  fi
done
[ "$same" = 0 ] || echo "LOUP_UPDATE_GOLDEN=1 stores what is printed now" >&2
exit "$same"

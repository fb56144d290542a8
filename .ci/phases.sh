# Running long commands so that nobody has to wonder: `phase TITLE EXPECTED COMMAND...` says what
# begins and how long it should take, shows the command's last line every five seconds, and the end
# of its output where it fails.

phase() {
  local title=$1 expected=$2
  shift 2
  echo "== $title (expected: $expected)"
  local log start=$SECONDS
  log=$(mktemp)
  # In the background Ctrl-C would not reach the command: it has a group of its own, ended with us.
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  local command=$!
  set +m
  trap 'kill -- "-$command" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$command" 2>/dev/null; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      sleep 0.5
      kill -0 "$command" 2>/dev/null || break
    done
    if kill -0 "$command" 2>/dev/null; then
      printf '   %4d s  %s\n' $((SECONDS - start)) "$(tail -n 1 "$log" | tr '\r' '\n' | tail -n 1 | cut -c1-80)"
    fi
  done
  trap - INT TERM
  if wait "$command"; then
    echo "   done in $((SECONDS - start)) s"
    rm -f "$log"
  else
    echo "   failed after $((SECONDS - start)) s; the end of its output:"
    tail -n 40 "$log"
    echo "   all of it: $log"
    return 1
  fi
}

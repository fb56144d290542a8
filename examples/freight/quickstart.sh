#!/usr/bin/env bash
# From a fresh Debian 12 machine to structured JSON from freight manifests: installs what is missing,
# builds loup, compiles freight.toml into a trainer and a translator, trains, and translates.
#   examples/freight/quickstart.sh [MINUTES [PARTS]]     trains PARTS (default 4) times MINUTES (1)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../.ci/setup.sh"
minutes=${1:-1}
parts=${2:-4}
work=$root/build/freight

echo "Loup: a description of a model becomes a trainer and a translator. Files go to build/."
setup
build release "6 minutes, 1 with a warm compiler cache" loup freight-manifests freight-check

mkdir -p "$work"
cd "$work"
bin=$root/build/release/bin
phase "Compiling freight.toml into two programs" "90 s, 5 s when its kernels are known" \
  "$bin/loup" build "$here/freight.toml" -o "$work"

echo "== Making manifests and their JSON (expected: 2 s)"
manifests="$bin/freight-manifests"
"$manifests" train.src train.tgt --count 60000
"$manifests" valid.src valid.tgt --count 200 --level 1 --split valid
"$manifests" unseen.src unseen.tgt --count 100 --level 1 --split test

# Training goes on where it stopped. Each part ends in a validation, its only one, and a look at what
# it has learned by then.
[ ! -e freight.safetensors ] ||
  echo "== Training goes on with build/freight/freight.safetensors (remove it to begin anew)"
interrupted=
trap 'interrupted=yes' INT
for part in $(seq "$parts"); do
  echo "== Training, part $part of $parts (expected: $minutes min; Ctrl-C saves and stops)"
  resume=()
  [ ! -e freight.safetensors ] || resume=(--resume)
  ./train --train train.src train.tgt --valid valid.src valid.tgt --save freight.safetensors \
    --minutes "$minutes" --valid-every 1000000000 "${resume[@]}"
  if [ -n "$interrupted" ]; then
    echo "== Stopped. The same command goes on from here."
    exit 130
  fi
  echo "== Manifests it has never seen, the JSON it makes of them, and what is wrong in it"
  ./translate --model freight.safetensors <unseen.src |
    "$bin/freight-check" - unseen.tgt --source unseen.src --show 5
done
trap - INT
echo
echo "Try it yourself, from build/freight:"
echo "  echo 'G.W. 380 kgs, 41 bdls, POL Zeebrugge, dest DKAAR' | ./translate --model freight.safetensors"

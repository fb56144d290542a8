#!/usr/bin/env bash
# Trains English to German on Multi30k and translates its test set of 2016.
#   run.sh LOUP DATA [OUT]    the compiler, the folder of train.en, train.de, ... (or .gz), results
set -euo pipefail

if [ $# -lt 2 ]; then
  sed -n '2,3s/^# *//p' "$0" >&2
  exit 1
fi
loup=$1 data=$2 out=${3:-multi30k}
here=$(dirname "$0")

# The file of a name, packed or not.
file() {
  for candidate in "$data/$1" "$data/$1.gz"; do
    [ -e "$candidate" ] && echo "$candidate" && return
  done
  echo "$data has neither $1 nor $1.gz" >&2
  return 1
}

train_source=$(file train.en)
train_target=$(file train.de)
valid_source=$(file val.en)
valid_target=$(file val.de)
test_source=$(file test_2016_flickr.en)
test_target=$(file test_2016_flickr.de)

"$loup" build "$here/multi30k.toml" -o "$out"
"$out/train" --train "$train_source" "$train_target" --valid "$valid_source" "$valid_target" \
    --save "$out/multi30k.safetensors" --epochs 40 --valid-every 500
gzip -cdf "$test_source" |
    "$out/translate" --model "$out/multi30k.safetensors.best" > "$out/test_2016_flickr.out.de"
echo "translations: $out/test_2016_flickr.out.de"

if command -v sacrebleu > /dev/null; then
  sacrebleu <(gzip -cdf "$test_target") -i "$out/test_2016_flickr.out.de" -b
fi

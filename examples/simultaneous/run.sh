#!/usr/bin/env bash
# Trains a translator for each way to wait, and prints the BLEU of its greedy translations.
#   run.sh LOUP DATA [OUT [WAIT...]]    the compiler, the folder of Multi30k's train.en, train.de, ...,
#                                       results, and numbers of tokens or "all" [1 3 5 7 all]
# What is there already is not trained again, and what was interrupted goes on.
set -euo pipefail

if [ $# -lt 2 ]; then
  sed -n '2,5s/^# *//p' "$0" >&2
  exit 1
fi
loup=$1 data=$2 out=${3:-simultaneous}
waits=("${@:4}")
[ ${#waits[@]} -gt 0 ] || waits=(1 3 5 7 all)
here=$(dirname "$0")

# The file of a name, packed or not.
file() {
  for candidate in "$data/$1" "$data/$1.gz"; do
    [ -e "$candidate" ] && echo "$candidate" && return
  done
  echo "$data has neither $1 nor $1.gz" >&2
  return 1
}

train=("$(file train.en)" "$(file train.de)")
valid=("$(file val.en)" "$(file val.de)")
test_source=$(file test_2016_flickr.en)
test_target=$(file test_2016_flickr.de)

# The description with another mask on its cross-attention.
description() {
  if [ "$1" = all ]; then
    sed 's/k <= q + 2/padding/' "$here/simultaneous.toml"
  else
    sed "s/k <= q + 2/k <= q + $(($1 - 1))/" "$here/simultaneous.toml"
  fi
}

for wait in "${waits[@]}"; do
  folder=$out/wait-$wait
  mkdir -p "$folder"
  description "$wait" > "$folder/simultaneous.toml"
  "$loup" build "$folder/simultaneous.toml" -o "$folder"
  resume=
  [ ! -e "$folder/model.safetensors.state" ] || resume=--resume
  "$folder/train" --train "${train[@]}" --valid "${valid[@]}" --save "$folder/model.safetensors" \
      --steps 1500 --valid-every 500 --save-every 100 $resume
  gzip -cdf "$test_source" |
      "$folder/translate" --model "$folder/model.safetensors.best" > "$folder/test_2016_flickr.out.de"
  echo "wait-$wait: BLEU $(sacrebleu -b -w 1 <(gzip -cdf "$test_target") \
      -i "$folder/test_2016_flickr.out.de")"
done

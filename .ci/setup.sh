# Installs what Loup is built with, where it is missing: Debian packages, and a Python environment
# with Halide, CMake, Ninja and lit. Sourced by the scripts that need it; safe to run again.
source "$(dirname "${BASH_SOURCE[0]}")/phases.sh"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/loup
venv=$cache/venv
sentencepiece=sentencepiece-0.2.1

packages=(ca-certificates git g++ clang-22 clang-format-22 libclang-rt-22-dev llvm-22-dev libmlir-22-dev
  mlir-22-tools ccache python3-venv libfmt-dev nlohmann-json3-dev libcli11-dev libtomlplusplus-dev
  libgtest-dev libgmock-dev libbenchmark-dev zlib1g-dev libpng-dev libjpeg-dev)

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

install_packages() {
  local sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y --no-install-recommends $(missing_packages)
}

install_python() {
  python3 -m venv "$venv"
  "$venv/bin/pip" install --disable-pip-version-check halide==21.0.0 cmake==4.4.4 ninja==1.13.2 lit==23.1.5
  touch "$venv/complete"
}

install_sentencepiece() {
  mkdir -p "$cache"
  local folder
  folder=$(mktemp -d)
  "$venv/bin/pip" download --disable-pip-version-check --no-deps --no-binary :all: --no-build-isolation \
    --dest "$folder" "${sentencepiece/-/==}" ||
    "$venv/bin/pip" download --disable-pip-version-check --no-deps --no-binary :all: --dest "$folder" \
      "${sentencepiece/-/==}"
  tar xzf "$folder/$sentencepiece.tar.gz" -C "$folder"
  rm -rf "${cache:?}/$sentencepiece"
  mv "$folder/$sentencepiece" "$cache/$sentencepiece"
  rm -rf "$folder"
}

setup() {
  # A password is asked for here, since phases run in the background.
  [ -z "$(missing_packages)" ] || [ "$(id -u)" = 0 ] || sudo -v
  [ -z "$(missing_packages)" ] || phase "Installing Debian packages" "2 minutes" install_packages
  [ -e "$venv/complete" ] || phase "Installing Halide, CMake and Ninja" "1 minute" install_python
  [ -e "$cache/$sentencepiece/sentencepiece/CMakeLists.txt" ] ||
    phase "Fetching SentencePiece's source" "30 s" install_sentencepiece
  export PATH=$venv/bin:$PATH
  export CLICOLOR_FORCE=0
}

# build PRESET EXPECTED TARGET... : configures and builds in build/PRESET.
build() {
  local preset=$1 expected=$2
  shift 2
  (cd "$root" && phase "Configuring ($preset)" "10 s" cmake --preset "$preset" "${configure_flags[@]}")
  (cd "$root" && phase "Building ($preset)" "$expected" cmake --build --preset "$preset" --target "$@")
}
configure_flags=()

# What a machine needs before Aloe can be built, run and tested. Sourced by ./run and ./test.
# shellcheck shell=bash

rust_wanted=1.95
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin:/usr/sbin:/sbin

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Runs a command as root, through sudo when this is somebody else.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root, and there is no sudo: run as root once: $*"
  fi
}

indexed=''
# Installs Debian packages, after fetching the index once.
install_packages() {
  command -v apt-get >/dev/null || fail "these Debian packages are missing, and there is no apt-get: $*"
  local how=''
  [ "$(id -u)" = 0 ] || how=' with sudo'
  say "installing from Debian's packages$how: $*"
  if [ -z "$indexed" ]; then
    as_root apt-get update -q
    indexed=yes
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

has_postgresql() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

# Aloe runs a private cluster: a package that is installed for it must not start one of its own.
install_postgresql() {
  has_postgresql && return
  local settings=/etc/postgresql-common/createcluster.conf
  [ -e "$settings" ] || install_packages postgresql-common
  as_root sed -i 's/^#\{0,1\} *create_main_cluster *=.*/create_main_cluster = false/' "$settings"
  grep -q '^create_main_cluster = false' "$settings" ||
    echo 'create_main_cluster = false' | as_root tee -a "$settings" >/dev/null
  install_packages postgresql-15
}

install_compiler() {
  command -v cc >/dev/null && [ -e /usr/include/stdio.h ] || install_packages gcc libc6-dev
}

# What only the tests need: a browser, a key store in software, and something to drive the browser with.
install_test_tools() {
  local missing=()
  [ -x "${ALOE_CHROMIUM:-/usr/bin/chromium}" ] || missing+=(chromium)
  command -v softhsm2-util >/dev/null || missing+=(softhsm2)
  command -v openssl >/dev/null || missing+=(openssl)
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
  [ ${#missing[@]} = 0 ] || install_packages ca-certificates "${missing[@]}"
}

# The tool that sends the API broken input, of one version, in an environment of its own. Takes the folder to put it in.
install_schemathesis() {
  local wanted=4.32.5
  [ "$("$1/bin/schemathesis" --version 2>/dev/null)" = "schemathesis, version $wanted" ] && return
  say "fetching schemathesis $wanted, for the tests of the API alone"
  python3 -m venv --clear "$1" && "$1/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$wanted"
}

# Debian 12's Node.js is too old to drive the browser; then one of the locked version is put beside the tests.
# Takes the folder of the repository.
choose_node() {
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] && return
  local own=$1/e2e/node bin
  bin=$own/node_modules/node-linux-$(node -p process.arch)/bin
  if [ ! -x "$bin/node" ]; then
    say "fetching a newer Node.js than $(node --version), for the browser tests alone"
    (cd "$own" && npm ci --no-audit --no-fund --ignore-scripts)
    [ -x "$bin/node" ] || fail 'Node.js 20 or newer is needed for the browser tests. Install it and try again.'
  fi
  PATH=$bin:$PATH
}

# Whether version $1 is at least version $2.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

require_rust() {
  local get='apt-get install -y curl && curl -sSf https://sh.rustup.rs | sh -s -- -y'
  [ "$(id -u)" = 0 ] || get="sudo $get"
  local rustc cargo
  rustc=$(rustc --version 2>/dev/null | cut -d ' ' -f 2) || true
  cargo=$(cargo --version 2>/dev/null | cut -d ' ' -f 2) || true
  if [ -z "$rustc" ] || [ -z "$cargo" ]; then
    fail "Rust $rust_wanted or newer is missing. Get it with: $get"
  fi
  at_least "$rustc" "$rust_wanted" && at_least "$cargo" "$rust_wanted" ||
    fail "Rust $rustc is too old; $rust_wanted or newer is needed. Get it with: rustup update stable (without rustup: $get)"
}

# Whether the user that PostgreSQL runs as can enter a folder: when root starts it, that is postgres.
reachable_for_postgres() {
  [ "$(id -u)" != 0 ] || setpriv --reuid=postgres --regid=postgres --clear-groups test -x "$1"
}

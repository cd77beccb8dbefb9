# What `./dev` needs from outside, and how it gets it: Debian packages through apt-get, npm packages
# of third_party/package-lock.json through npm. Sourced by ../dev; does nothing when all is there.

packages_build="g++ cmake ninja-build pkg-config ca-certificates
    libboost1.81-dev libboost-json1.81-dev libssl-dev libsimdjson-dev libre2-dev libsoci-dev libsqlite3-dev
    libsodium-dev libspdlog-dev libfmt-dev libtomlplusplus-dev libcli11-dev libcurl4-openssl-dev libxxhash-dev libzstd-dev zlib1g-dev
    prometheus-cpp-dev libical-dev libicu-dev libhowardhinnant-date-dev tzdata"
packages_test="libgtest-dev libgmock-dev chromium python3-minimal python3-requests python3-tz"
packages_check="clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev"
packages_bench="wrk nginx-light nghttp2-client"
packages_helpful="ccache mold"  # faster with them, right without them

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@" 2>/dev/null || sudo "$@"; fi
}

retry_3() {
    local attempt
    for attempt in 1 2 3; do
        "$@" && return 0
        printf 'dev: attempt %d of 3 failed: %s\n' "$attempt" "$*" >&2
        sleep $((attempt * 2))
    done
    return 1
}

# apt_install PACKAGE...: installs those; fails with a sentence when it cannot.
apt_install() {
    command -v apt-get >/dev/null || die "these Debian packages are missing and there is no apt-get: $*"
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        die "run this as root, or install sudo: apt-get install --no-install-recommends $*"
    fi
    say "install $*"
    retry_3 as_root apt-get -q -o Acquire::Retries=3 update >&2 || die "apt-get update failed"
    retry_3 as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 \
        -o Dpkg::Options::=--force-confold install --no-install-recommends "$@" </dev/null >&2 ||
        die "apt-get could not install: $*"
}

# True once npm has brought DuckDB's library; it is an optional package there, of one processor
# each, and npm stays silent when it could not fetch such a one.
npm_ci() {
    npm --prefix third_party ci --ignore-scripts --no-audit --no-fund --no-update-notifier \
        --loglevel=error </dev/null >&2 &&
        ls third_party/node_modules/@duckdb/node-bindings-linux-*/libduckdb.so >/dev/null
}

npm_install() {
    local stamp=third_party/node_modules/.installed-lock hash
    hash=$(sha256sum <third_party/package-lock.json)
    [ "$(cat "$stamp" 2>/dev/null)" = "$hash" ] && return 0
    say "npm ci in third_party/"
    retry_3 npm_ci || die "npm could not install what third_party/package-lock.json lists"
    printf '%s\n' "$hash" >"$stamp"
}

# need SET...: sets are build, test, check, bench.
need() {
    local set_name name missing=()
    for set_name in "$@"; do
        local -n names="packages_$set_name"
        for name in $names; do installed "$name" || missing+=("$name"); done
    done
    # Node may come from elsewhere than Debian, and then Debian's npm must not be put beside it.
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    if [ ${#missing[@]} -gt 0 ]; then
        for name in $packages_helpful; do installed "$name" || missing+=("$name"); done
        apt_install "${missing[@]}"
    fi
    local major
    major=$(node -p 'process.versions.node.split(".")[0]')
    [ "$major" -ge 18 ] || die "node 18 or newer is needed, this one is $(node --version)"
    npm_install
}

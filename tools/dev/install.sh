#!/usr/bin/env bash
# Installs what the services, the demonstration and the tests need and what is missing: on Debian and its relatives by
# apt, elsewhere it says what to install. Says what it does; does nothing where nothing is missing. Further packages may
# be named as arguments.
set -euo pipefail

say() { printf 'install: %s\n' "$*"; }

# the browser, and fonts: metric-compatible Latin, many scripts, Chinese/Japanese/Korean, colour emoji
packages=(
  chromium-headless-shell
  fonts-liberation fonts-dejavu-core fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji
)
# the rules, the alerts and the runbook's commands are tested on the real ones: promtool and amtool come with them
packages+=(prometheus prometheus-alertmanager curl)
# what the caller needs besides
packages+=("$@")
# cargo links with the C compiler's driver
command -v cc >/dev/null || packages+=(gcc libc6-dev)
# the hostile tests play in network namespaces
command -v ip >/dev/null || packages+=(iproute2)

if ! command -v cargo >/dev/null; then
  say "cargo is not on the PATH: install Rust 1.95 or newer (rustup, or your distribution's packages)" >&2
  exit 1
fi

if ! command -v apt-get >/dev/null; then
  if [[ -n ${PLAYWRIGHT_CHROMIUM_PATH:-} ]] || command -v chromium-headless-shell headless_shell chromium >/dev/null; then
    say "no apt-get here: going on with the Chromium and the fonts that are installed"
    exit 0
  fi
  say "no apt-get here: install these or their like yourself: ${packages[*]}" >&2
  say "(a Chromium in an unusual place is named by PLAYWRIGHT_CHROMIUM_PATH)" >&2
  exit 1
fi

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

missing=()
for package in "${packages[@]}"; do
  is_installed "$package" || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  say "nothing is missing"
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    say "missing: ${missing[*]}; neither root nor sudo is to be had, so install them as root" >&2
    exit 1
  fi
  as_root=(sudo)
fi
say "installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
say "done"

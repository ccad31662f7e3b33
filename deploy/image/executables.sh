#!/bin/sh
# Puts both services' executables into a folder: those that were built outside, where they are given, else compiled here.
#
#   executables.sh PREBUILT FOLDER
set -eu
prebuilt=$1
folder=$2
mkdir -p "$folder"
for service in playwright-ingestion playwright-image; do
  if [ -x "$prebuilt/$service" ]; then
    cp "$prebuilt/$service" "$folder/"
  else
    # line tables are for developers: four fifths of an executable
    CARGO_PROFILE_RELEASE_STRIP=debuginfo PLAYWRIGHT_REVISION="${REVISION:-unknown}" \
      cargo build --release --locked --package "$service"
    cp "target/release/$service" "$folder/"
  fi
done

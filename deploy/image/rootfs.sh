#!/bin/sh
# Makes the file system of the images in a folder, on a Debian of its own (a build stage): the browser, every library that
# it loads, fonts, certificates, a user, and nothing else. No shell and no package manager are in it. Nothing here names an
# architecture: libraries are found by asking the loader and dpkg.
#
#   rootfs.sh FOLDER [CHROMIUM_VERSION]
set -eu
root=$1
chromium_version=${2:-}
here=$(dirname "$0")
chromium=/usr/lib/chromium

install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  wanted=$(grep -v '^#' "$here/packages")
  if [ -n "$chromium_version" ]; then
    wanted=$(echo "$wanted" | sed "s/^chromium-headless-shell\$/&=$chromium_version/")
  fi
  # shellcheck disable=SC2086 # a list of packages
  if ! apt-get install -y -qq --no-install-recommends $wanted >/dev/null; then
    echo "rootfs: Chromium '$chromium_version' is not to be had, or something else of deploy/image/packages. There is:" >&2
    apt-cache madison chromium-headless-shell >&2
    exit 1
  fi
}

# Puts a file where it is found in the end, in place of the links that lead to it: one copy, and no link into the void.
take() {
  folder=$(realpath "$(dirname "$1")")
  mkdir -p "$root$folder"
  [ -e "$root$folder/$(basename "$1")" ] || cp -pL "$1" "$root$folder/"
  echo "$folder/$(basename "$1")" >>/tmp/taken
}

# The loader and every library of a program or a library.
take_libraries() {
  ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }' | while read -r library; do take "$library"; done
}

# /bin, /lib and their like are links into /usr.
skeleton() {
  mkdir -p "$root"
  for link in /bin /lib /lib64 /sbin; do
    if [ -L "$link" ]; then
      mkdir -p "$root/$(readlink "$link")"
      cp -P "$link" "$root/"
    fi
  done
  mkdir -p "$root/etc" "$root/usr/local/bin" "$root/proc" "$root/sys" "$root/dev" "$root/run"
  mkdir -m 1777 "$root/tmp"
  # neither root nor anybody else has a shell; 65532 is what images without a distribution call nonroot
  printf 'root:x:0:0:root:/:/none\nplaywright:x:65532:65532:playwright:/tmp:/none\n' >"$root/etc/passwd"
  printf 'root:x:0:\nplaywright:x:65532:\n' >"$root/etc/group"
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
  cp -p /etc/os-release "$root/etc/"
}

browser() {
  for part in "$chromium"/chromium-headless-shell "$chromium"/headless_*.pak "$chromium"/icudtl.dat "$chromium"/*snapshot*.bin \
    "$chromium"/libEGL.so "$chromium"/libGLESv2.so "$chromium"/libvulkan.so.1 "$chromium"/libvk_swiftshader.so \
    "$chromium"/vk_swiftshader_icd.json; do
    take "$part"
  done
  take_libraries "$chromium/chromium-headless-shell"
  take_libraries "$chromium/libvk_swiftshader.so"
  # NSS opens these by name, so that the loader does not know of them; without them there is no TLS
  libraries=$(dirname "$(ldd "$chromium/chromium-headless-shell" | awk '$1 == "libnss3.so" { print $3 }')")
  for module in libsoftokn3 libfreebl3 libfreeblpriv3 libnssckbi; do
    take "$libraries/$module.so"
    take_libraries "$libraries/$module.so"
  done
}

fonts() {
  mkdir -p "$root/usr/share" "$root/etc" "$root/var/cache"
  cp -a /usr/share/fonts "$root/usr/share/"
  cp -a /usr/share/fontconfig "$root/usr/share/"
  cp -a /etc/fonts "$root/etc/"
  # Every script keeps a face, in two weights where there are: 75 MB are second faces, with serifs, of scripts that have one
  # without, and variants for headlines. Latin, Greek and Cyrillic keep both.
  rm -f "$root"/usr/share/fonts/opentype/noto/NotoSerifCJK-* "$root"/usr/share/fonts/truetype/noto/Noto*Display-*
  # two scripts that no shop writes in have the largest faces of all, 9 MB: Tangut, of the 11th century, and SignWriting
  rm -f "$root"/usr/share/fonts/truetype/noto/NotoSerifTangut-* "$root"/usr/share/fonts/truetype/noto/NotoSansSignWriting-*
  for face in "$root"/usr/share/fonts/truetype/noto/NotoSerif?*-*.ttf; do
    sans=$(basename "$face" | sed 's/^NotoSerif/NotoSans/')
    if [ -e "$root/usr/share/fonts/truetype/noto/$sans" ]; then rm "$face"; fi
  done
  # the root is read-only: each browser would read every font anew
  fc-cache --sysroot "$root" --system-only --force
}

certificates() { take /etc/ssl/certs/ca-certificates.crt; }

# What scanners for known holes read where there is no dpkg, and the licences.
provenance() {
  mkdir -p "$root/var/lib/dpkg/status.d"
  # dpkg knows some files by their names before /lib became /usr/lib
  sort -u /tmp/taken | sed 'p; s|^/usr/lib|/lib|' | xargs dpkg-query -S 2>/dev/null | sed 's/: .*//; s/:.*//' >/tmp/packages || true
  grep -v '^#' "$here/packages" >>/tmp/packages
  sort -u /tmp/packages | while read -r package; do
    dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$package"
    if [ -f "/usr/share/doc/$package/copyright" ]; then
      mkdir -p "$root/usr/share/doc/$package"
      cp -pL "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/"
    fi
  done
}

install
: >/tmp/taken
skeleton
browser
fonts
certificates
provenance
ldconfig -r "$root"
# it starts with what is there: the loader misses nothing
chroot "$root" "$chromium/chromium-headless-shell" --version
du -sm "$root" | awk '{ print "rootfs: " $1 " MB" }'

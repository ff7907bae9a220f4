# Programs of Debian unstable, unpacked into a folder beside whatever Debian the machine runs: MySQL, which
# Debian's releases don't have, and newer PostgreSQL and MariaDB. Sourced by tests/run.
#
# Needs no root, and the machine's packages are not touched. A folder is unpacked once for each version
# and kept. Deliberately not here: which packages, and how a server starts.

# Where unpacked folders are kept. Root's servers run as another account, which can't enter root's home.
unstable_cache() {
    local home=${HOME:-/nonexistent}/.cache
    if ((EUID == 0)); then home=/var/cache; fi
    echo "${XDG_CACHE_HOME:-$home}/orm-tests"
}

# Says why a server can't be had, in one line, for the summary.
unstable_fails() { # REASON
    echo "$1" >"$folder/$id.reason"
    return 1
}

# Unpacks PACKAGES, the first of which gives the version, and writes the folder to $folder/$id.root.
# PROGRAMS are their files, which then start with the libraries beside them.
unstable_unpack() { # PROGRAMS PACKAGES
    local cache lock kind status=0
    local -a programs packages
    read -ra programs <<<"$1"
    read -ra packages <<<"$2"
    cache=$(unstable_cache)
    # What else was unpacked with it, by an older version of these scripts perhaps.
    kind=$(cksum <<<"$*" | cut -d' ' -f1)
    # The body of the work is a subshell: the lock and the mask end with it.
    (
        umask 022
        mkdir -p "$cache" && exec {lock}>"$cache/lock" || unstable_fails "can't write to $cache" || exit
        # Another run may be downloading the same.
        flock --timeout 900 "$lock" || unstable_fails "another run holds $cache/lock" || exit
        unstable_unpack_locked
    ) || status=$?
    return "$status"
}

# The caller's `cache`, `kind`, `programs` and `packages` say what.
unstable_unpack_locked() {
    local mirror options target
    unstable_options || return
    target=$(unstable_newest) || return
    touch "$target"
    unstable_forget_old
    rm -f "$folder/$id.reason" # why the mirror was of no help
    echo "$target" >"$folder/$id.root"
}

# Prints the folder of the newest version, which is there afterwards. Asks the mirror once a day, and before
# each download, since yesterday's packages may be gone. Without a mirror, what an earlier run has unpacked
# serves as well.
unstable_newest() {
    local target
    if unstable_is_fresh && target=$(unstable_target) && [[ -d $target ]]; then
        echo "$target"
    elif unstable_refresh >&2 && target=$(unstable_target) && { [[ -d $target ]] || unstable_download "$target" >&2; }; then
        echo "$target"
    else
        target=$(find "$cache" -maxdepth 1 -name "${packages[0]}_*_$kind" | sort -V | tail -n 1)
        [[ -n $target ]] && echo "$target"
    fi
}

# Sets `mirror`, the machine's own, and `options`, which keep apt away from the machine's packages.
unstable_options() {
    type -P apt-get dpkg-deb >/dev/null || unstable_fails "this machine has no apt-get" || return
    mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' 2>/dev/null |
        awk '$2 !~ /security/ { print $1; exit }')
    [[ -n $mirror ]] || unstable_fails "the apt sources of this machine name no mirror" || return
    mkdir -p "$cache/lists/partial"
    : >"$cache/status" # nothing is installed, as far as this apt knows
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keys] $mirror sid main" >"$cache/sources.list"
    options=(
        -q -o Dir::Etc::sourcelist="$cache/sources.list" -o Dir::Etc::sourceparts=-
        -o Dir::State::lists="$cache/lists" -o Dir::State::status="$cache/status"
        -o Dir::Cache="$cache" -o Dir::Log="$cache" -o Debug::NoLocking=1
        -o APT::Sandbox::User="$(id -un)" -o APT::Install-Recommends=0
        -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=30
    )
}

# Whether the list of this mirror's packages is less than a day old.
unstable_is_fresh() {
    [[ -n $(find "$cache/fetched" -mmin -1440 2>/dev/null) && $(cat "$cache/fetched") == "$mirror" ]]
}

unstable_refresh() {
    apt-get "${options[@]}" -o APT::Update::Error-Mode=any update ||
        unstable_fails "the package list of $mirror can't be fetched" || return
    echo "$mirror" >"$cache/fetched"
}

# The folder of the version that the mirror offers.
unstable_target() {
    local version
    version=$(apt-cache "${options[@]}" policy "${packages[0]}" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }')
    [[ -n $version ]] || unstable_fails "Debian unstable has no package ${packages[0]}" || return
    # A colon would part the path of libraries.
    echo "$cache/${packages[0]}_${version//:/.}_$kind"
}

# Unpacks beside the target and renames at the end, so that an interrupted run leaves no half of it.
unstable_download() { # TARGET
    local work status=0
    work=$(mktemp -d "$cache/unpacking.XXXXXX") || return
    mkdir -p "$work/archives/partial"
    { apt-get "${options[@]}" -o Dir::Cache::archives="$work/archives" install -y --download-only "${packages[@]}" &&
        unstable_extract "$work/archives" "$work/unpacked" &&
        unstable_wrap "$work/unpacked" "$1" && mv -T "$work/unpacked" "$1"; } || status=$?
    rm -rf "$work"
    ((status == 0)) || unstable_fails "${packages[0]} of Debian unstable can't be downloaded and unpacked"
}

unstable_extract() { # ARCHIVES FOLDER
    local package
    mkdir "$2" || return
    for package in "$1"/*.deb; do dpkg-deb -x "$package" "$2" || return; done
    rm -rf "$2"/usr/share/{doc,locale,man}
}

# Puts a script in the place of each program. The program needs the C library that lies beside it, and
# only the dynamic linker of that library finds it. The program takes the script for itself, so that
# programs that start each other (initdb starts postgres) find scripts, too.
unstable_wrap() { # UNPACKED TARGET
    local program libraries linker
    libraries=$(find "$1/usr/lib" -name libc.so.6 -printf '%h\n' -quit)
    linker=$(find "$1/usr" -name 'ld-linux*.so.*' -print -quit)
    [[ -n $libraries && -n $linker ]] || return
    for program in "${programs[@]}"; do
        mv "$1/$program" "$1/$program.unwrapped" || return
        printf '#!/bin/sh\nexec "%s" --argv0 "$0" --library-path "%s" "%s" "$@"\n' \
            "$2${linker#"$1"}" "$2${libraries#"$1"}" "$2/$program.unwrapped" >"$1/$program"
        chmod 755 "$1/$program"
    done
}

# Versions that no run has used for a month, and what interrupted runs have left.
unstable_forget_old() {
    find "$cache" -mindepth 1 -maxdepth 1 -type d -name '*_*' -mtime +30 -exec rm -rf {} +
    find "$cache" -mindepth 1 -maxdepth 1 -type d -name 'unpacking.*' -mmin +60 -exec rm -rf {} +
}

# What the servers and tests/run share. Sourced, not run.
#
# A server has an ID, which is its KIND, or its KIND and `_unstable` for the one of Debian unstable. Every
# file that is named after a KIND describes such servers by the same functions:
#   KIND_missing        prints the Debian packages to install, nothing if all programs are there
#   KIND_unpack         sets `programs` to the folder into which unstable.sh has unpacked its programs
#   KIND_prepare ID     writes an empty data folder; may run beside other servers' KIND_prepare
#   KIND_start ID OPTIONS...  starts the server in the background; the caller keeps the process id
#   KIND_ready ID       succeeds once the server answers and the test database exists
#   KIND_stop PROCESS   stops a process; the data is thrown away, so the fastest way is the right one
#   KIND_url ID         prints where the test database is, in the form that the library takes

# Not every user has the folders of server programs in the search path.
PATH=$PATH:/usr/sbin:/sbin

# The account and database of the tests, on every server. They guard nothing: the servers listen on
# the loopback interface only and live as long as one test run.
readonly db_user=orm db_password=orm-secret db_name=orm_tests

declare -A port # ID -> where the server listens

kind_of() { echo "${1%_unstable}"; } # ID

# The folder of an unpacked server's programs, as seen from /; nothing for Debian's own.
root_of() { # ID
    if [[ -e $folder/$1.root ]]; then cat "$folder/$1.root"; fi
}

# Messages go to stderr, so that the output of --servers-only can be sourced by a shell.
say() { printf '%s\n' "tests/run: $*" >&2; }

fail() {
    say "error: $*"
    exit 1
}

show_log() { # LOG
    if [[ -s $1 ]]; then
        say "the last lines of ${1##*/}:"
        tail -n 30 "$1" >&2
    fi
}

# Fails with the end of a server's log: what went wrong is in there, and the folder is about to go.
fail_with_log() { # MESSAGE LOG
    show_log "$2"
    fail "$1"
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Runs a program as the account that owns the servers' data: server programs refuse to be root.
# SIGNAL reaches the program when its parent dies, so that even `kill -9` of this script leaves no
# server behind.
as_server() { # SIGNAL PROGRAM ARGUMENTS...
    local drop=()
    if ((EUID == 0)); then
        drop=(--reuid=nobody --regid=nogroup --clear-groups)
    fi
    # `exec`, so that a background job's id is the server's own and not that of a shell around it.
    exec setpriv "${drop[@]}" --pdeathsig="$1" -- "${@:2}"
}

# Makes a folder that only the servers' account (and root) can enter.
server_folder() { # FOLDER
    mkdir -m 700 "$1"
    if ((EUID == 0)); then chown nobody:nogroup "$1"; fi
}

# Prints a port without a listener, at or above FROM. Each server has a range of its own, below
# the ports that the kernel gives to clients, so that neither can take the other's choice.
free_port() { # FROM
    local port
    while :; do
        port=$(($1 + RANDOM % 2000))
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    printf '%s' "$port"
}

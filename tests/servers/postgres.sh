# A throw-away PostgreSQL. Sourced by tests/run; common.sh says what each function must do.

# The folder of the newest server programs. Debian keeps them out of the search path, because
# several versions may be installed at once.
postgres_programs() { # [ROOT]
    local found
    found=$(printf '%s\n' "${1-}"/usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
    [[ -x $found ]] || found=$(command -v initdb) || return 1
    dirname "$found"
}

postgres_missing() {
    if ! postgres_programs >/dev/null; then echo postgresql; fi
    # Tests start it in front of the server. It lies where not every user looks for programs.
    PATH=$PATH:/usr/sbin type -P pgbouncer >/dev/null || echo pgbouncer
}

postgres_unpack() {
    local programs=usr/lib/postgresql/18/bin
    unstable_unpack "$programs/postgres $programs/initdb $programs/createdb" postgresql-18
}

postgres_prepare() { # ID
    server_folder "$folder/$1"
    printf '%s' "$db_password" >"$folder/$1.password"
    # Over TCP the password is really asked for, so that the tests of a wrong one mean something.
    # The socket lies in a folder that no other user can enter.
    as_server TERM "$(postgres_programs "$(root_of "$1")")/initdb" --pgdata="$folder/$1/data" \
        --username="$db_user" --pwfile="$folder/$1.password" \
        --auth-host=scram-sha-256 --auth-local=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions
}

postgres_start() { # ID OPTIONS...
    # fsync and its companions protect from power loss, which matters to no test.
    # The time zone is far from UTC, so that a forgotten conversion is seen.
    as_server QUIT "$(postgres_programs "$(root_of "$1")")/postgres" -D "$folder/$1/data" \
        -c listen_addresses=127.0.0.1 -c port="${port[$1]}" \
        -c unix_socket_directories="$folder/$1" \
        -c max_connections=60 -c timezone=Asia/Kathmandu \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off "${@:2}"
}

# createdb is the question and the work in one: it fails until the server takes connections, and
# its first success ends the waiting.
postgres_ready() { # ID
    "$(postgres_programs "$(root_of "$1")")/createdb" --host="$folder/$1" --port="${port[$1]}" \
        --username="$db_user" --maintenance-db=postgres "$db_name" 2>/dev/null
}

# SIGQUIT is PostgreSQL's immediate shutdown; SIGKILL would leave its shared memory behind.
postgres_stop() { kill -QUIT "$1" 2>/dev/null || true; }

postgres_url() { echo "postgresql://$db_user:$db_password@127.0.0.1:${port[$1]}/$db_name"; }

# A throw-away MariaDB. Sourced by tests/run; common.sh says what each function must do.

mariadb_missing() {
    # The -core packages hold the server and its shell, and no system service that would start.
    if ! type -P mariadbd mariadb-install-db >/dev/null; then echo mariadb-server-core; fi
    if ! type -P mariadb >/dev/null; then echo mariadb-client-core; fi
}

mariadb_unpack() {
    unstable_unpack 'usr/sbin/mariadbd usr/bin/mariadb usr/bin/my_print_defaults usr/bin/resolveip' \
        'mariadb-server-core mariadb-client-core'
}

# Runs a server program with the options that the installation and the server must agree on.
# --no-defaults has to be the first; it keeps the machine's own /etc/mysql out of the tests.
mariadb_program() { # SIGNAL ID PROGRAM OPTIONS...
    local root program base=()
    root=$(root_of "$2")
    program=$(PATH=$root/usr/sbin:$root/usr/bin:$PATH type -P "$3")
    if [[ -n $root ]]; then base=(--basedir="$root/usr" --lc-messages-dir="$root/usr/share/mariadb"); fi
    as_server "$1" "$program" --no-defaults --datadir="$folder/$2/data" "${base[@]}" \
        --innodb-log-file-size=32M "${@:4}"
}

mariadb_prepare() { # ID
    server_folder "$folder/$1"
    # The test account is the only one that can log in. The installation's own accounts go, since
    # some have no password, and an anonymous one would win against orm@% on the socket.
    # The server reads this file before it takes the first connection.
    cat >"$folder/$1.sql" <<SQL
DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';
FLUSH PRIVILEGES;
CREATE USER '$db_user'@'%' IDENTIFIED BY '$db_password';
GRANT ALL PRIVILEGES ON *.* TO '$db_user'@'%' WITH GRANT OPTION;
CREATE DATABASE $db_name CHARACTER SET utf8mb4;
SQL
    mariadb_program TERM "$1" mariadb-install-db \
        --auth-root-authentication-method=normal --skip-test-db
}

mariadb_start() { # ID OPTIONS...
    # Flushing protects from power loss, which matters to no test.
    # The time zone and the lax SQL mode are the worst that users meet: the driver must set its
    # own, and a test sees it if it doesn't.
    mariadb_program KILL "$1" mariadbd \
        --bind-address=127.0.0.1 --port="${port[$1]}" --socket="$folder/$1/socket" \
        --init-file="$folder/$1.sql" --skip-name-resolve \
        --character-set-server=utf8mb4 --default-time-zone=+05:45 --sql-mode= \
        --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --innodb-doublewrite=0 \
        --innodb-buffer-pool-size=64M "${@:2}"
}

mariadb_ready() { # ID
    local root
    root=$(root_of "$1")
    PATH=$root/usr/bin:$PATH mariadb --no-defaults --socket="$folder/$1/socket" \
        --user="$db_user" --password="$db_password" --execute='SELECT 1' >/dev/null 2>&1
}

# A killed MariaDB leaves nothing but its files, and an orderly shutdown takes a second.
mariadb_stop() { kill -KILL "$1" 2>/dev/null || true; }

mariadb_url() { echo "mysql://$db_user:$db_password@127.0.0.1:${port[$1]}/$db_name"; }

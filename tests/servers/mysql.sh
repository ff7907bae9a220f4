# A throw-away MariaDB. Sourced by tests/run; common.sh says what each function must do.

mysql_missing() {
    # The -core packages hold the server and its shell, and no system service that would start.
    if ! type -P mariadbd mariadb-install-db >/dev/null; then echo mariadb-server-core; fi
    if ! type -P mariadb >/dev/null; then echo mariadb-client-core; fi
}

# Runs a server program with the options that the installation and the server must agree on.
# --no-defaults has to be the first; it keeps the machine's own /etc/mysql out of the tests.
mysql_program() { # SIGNAL PROGRAM OPTIONS...
    as_server "$1" "$2" --no-defaults --datadir="$folder/mysql/data" \
        --innodb-log-file-size=32M "${@:3}"
}

mysql_prepare() {
    server_folder "$folder/mysql"
    # The test account is the only one that can log in. The installation's own accounts go, since
    # some have no password, and an anonymous one would win against orm@% on the socket.
    # The server reads this file before it takes the first connection.
    cat >"$folder/mysql.sql" <<SQL
DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';
FLUSH PRIVILEGES;
CREATE USER '$db_user'@'%' IDENTIFIED BY '$db_password';
GRANT ALL PRIVILEGES ON *.* TO '$db_user'@'%' WITH GRANT OPTION;
CREATE DATABASE $db_name CHARACTER SET utf8mb4;
SQL
    mysql_program TERM mariadb-install-db \
        --auth-root-authentication-method=normal --skip-test-db
}

mysql_start() {
    # Flushing at each commit protects from power loss, which matters to no test.
    # The time zone and the lax SQL mode are the worst that users meet: the driver must set its
    # own, and a test sees it if it doesn't.
    mysql_program KILL mariadbd \
        --bind-address=127.0.0.1 --port="$mysql_port" --socket="$folder/mysql/socket" \
        --init-file="$folder/mysql.sql" --skip-name-resolve \
        --character-set-server=utf8mb4 --default-time-zone=+05:45 --sql-mode= \
        --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 \
        --innodb-buffer-pool-size=64M
}

mysql_ready() {
    mariadb --no-defaults --socket="$folder/mysql/socket" \
        --user="$db_user" --password="$db_password" --execute='SELECT 1' >/dev/null 2>&1
}

# A killed MariaDB leaves nothing but its files, and an orderly shutdown takes a second.
mysql_stop() { kill -KILL "$1" 2>/dev/null || true; }

mysql_url() { echo "mysql://$db_user:$db_password@127.0.0.1:$mysql_port/$db_name"; }

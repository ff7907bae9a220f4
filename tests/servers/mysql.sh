# A throw-away MySQL itself, of Debian unstable: Debian's releases have MariaDB instead. Sourced by tests/run;
# common.sh says what each function must do.

mysql_missing() { :; }

mysql_unpack() {
    unstable_unpack 'usr/sbin/mysqld usr/bin/mysql' 'mysql-server-core mysql-client-core'
}

# Runs the server with the options that the installation and the server must agree on. --no-defaults has
# to be the first; it keeps the machine's own /etc/mysql out of the tests.
mysql_program() { # SIGNAL ID OPTIONS...
    local root
    root=$(root_of "$2")
    as_server "$1" "$root/usr/sbin/mysqld" --no-defaults --datadir="$folder/$2/data" \
        --basedir="$root/usr" --lc-messages-dir="$root/usr/share/mysql" \
        --character-sets-dir="$root/usr/share/mysql/charsets" --plugin-dir="$root/usr/lib/mysql/plugin" \
        --secure-file-priv= --mysqlx=OFF --skip-log-bin --innodb-redo-log-capacity=64M "${@:3}"
}

mysql_prepare() { # ID
    server_folder "$folder/$1"
    # The test account is the only one that can log in. The server reads this file before it takes the
    # first connection.
    cat >"$folder/$1.sql" <<SQL
CREATE USER '$db_user'@'%' IDENTIFIED BY '$db_password';
GRANT ALL PRIVILEGES ON *.* TO '$db_user'@'%' WITH GRANT OPTION;
CREATE DATABASE $db_name CHARACTER SET utf8mb4;
DROP USER 'root'@'localhost';
SQL
    mysql_program TERM "$1" --initialize-insecure
}

mysql_start() { # ID OPTIONS...
    # As MariaDB's: no protection from power loss, and the worst settings that users meet.
    mysql_program KILL "$1" \
        --bind-address=127.0.0.1 --port="${port[$1]}" --socket="$folder/$1/socket" \
        --init-file="$folder/$1.sql" --skip-name-resolve \
        --character-set-server=utf8mb4 --default-time-zone=+05:45 --sql-mode= \
        --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --innodb-doublewrite=0 \
        --innodb-buffer-pool-size=64M "${@:2}"
}

# The login over the socket also lets the server remember the password's hash, so that later logins in
# plain text need no exchange of keys.
mysql_ready() { # ID
    "$(root_of "$1")/usr/bin/mysql" --no-defaults --socket="$folder/$1/socket" \
        --user="$db_user" --password="$db_password" --execute='SELECT 1' >/dev/null 2>&1
}

mysql_stop() { kill -KILL "$1" 2>/dev/null || true; }

mysql_url() { echo "mysql://$db_user:$db_password@127.0.0.1:${port[$1]}/$db_name"; }

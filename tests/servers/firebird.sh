# A throw-away Firebird, for the third-party dialect. Sourced by tests/run; common.sh says what each function must do.

firebird_missing() {
    if ! type -P firebird isql-fb >/dev/null; then echo firebird3.0-server; fi
}

# Runs a program of Firebird's with the configuration and locks of this server, not with those of the machine.
firebird_program() { # SIGNAL ID PROGRAM OPTIONS...
    export FIREBIRD=$folder/$2 FIREBIRD_LOCK=$folder/$2/locks FIREBIRD_TMP=$folder/$2/locks
    as_server "$1" "$(type -P "$3")" "${@:4}"
}

firebird_prepare() { # ID
    server_folder "$folder/$1"
    # The cases of the suite make a file of a database each.
    mkdir "$folder/$1"/{locks,data}
    cat >"$folder/$1/firebird.conf" <<CONF
RemoteServicePort = ${port[$1]}
RemoteBindAddress = 127.0.0.1
SecurityDatabase = $folder/$1/security.fdb
DeadlockTimeout = 1
WireCrypt = Enabled
AuthServer = Srp
UserManager = Srp
CONF
    cp /etc/firebird/3.0/plugins.conf "$folder/$1"
    : >"$folder/$1/databases.conf"
    if ((EUID == 0)); then chown -R nobody:nogroup "$folder/$1"; fi
    # Without a server the programs open the file themselves, and ask for no password.
    firebird_sql "$1" <<<"CREATE DATABASE '$folder/$1/security.fdb';"
    firebird_sql "$1" "$folder/$1/security.fdb" </usr/share/firebird/3.0/security.sql
    firebird_sql "$1" "$folder/$1/security.fdb" <<<"CREATE USER sysdba PASSWORD '$db_password';"
}

# A subshell, since the program takes its place.
firebird_sql() ( # ID [DATABASE]
    firebird_program TERM "$1" isql-fb -quiet -bail -user sysdba "${@:2}"
)

firebird_start() { # ID
    firebird_program KILL "$1" firebird
}

firebird_ready() { # ID
    (: <>"/dev/tcp/127.0.0.1/${port[$1]}") 2>/dev/null
}

# The files are thrown away.
firebird_stop() { kill -KILL "$1" 2>/dev/null || true; }

# The folder of the databases.
firebird_url() { echo "firebird://sysdba:$db_password@127.0.0.1:${port[$1]}$folder/$1/data"; }

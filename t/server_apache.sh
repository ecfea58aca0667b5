# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# A private Apache httpd for tests: sourced behind t/tap.sh. It listens on 127.0.0.1 and ::1:
#
#   apache_start          starts it; certificates are made with it
#   $apache_http          its port; /index.html /secret/ (user "monitor", password "right")
#                         /moved (302 to /index.html) /circle (302 to itself) /server-status
#   $apache_https[good]   its port with a certificate for localhost and the loopback's addresses
#   $apache_https[expired] [other]   ports whose certificates have expired, and are for "other.example"
#   $apache_ca            the file of the authority that all are of
# server_signal apache SIG, server_stop apache: as t/server.sh says.
. "$srcdir/t/server.sh"
PATH=$PATH:/usr/sbin
need apache2 apache2-bin
need openssl openssl
apache_modules=/usr/lib/apache2/modules
[ -f "$apache_modules/mod_status.so" ] || skip_all "no modules of apache2 in $apache_modules"
apache_http='' apache_ca=''
declare -A apache_https=()

# apache_certificate NAME HOSTS FROM TO: one of the authority's, good between two days
apache_certificate() {
    local d=$server_folder/apache
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$1.test" -keyout "$d/$1.key" -out "$d/$1.csr" &&
        printf 'subjectAltName=%s\n' "$2" >"$d/$1.ext" &&
        openssl ca -batch -config "$d/ca.cnf" -in "$d/$1.csr" -out "$d/$1.pem" -extfile "$d/$1.ext" \
            -startdate "$3" -enddate "$4" -notext
}

apache_certificates() {
    local d=$server_folder/apache day
    cat >"$d/ca.cnf" <<CNF
[ca]
default_ca = test
[test]
database = $d/index.txt
rand_serial = yes
new_certs_dir = $d
certificate = $d/ca.pem
private_key = $d/ca.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
CNF
    : >"$d/index.txt"
    day() { date -u -d "$1" +%Y%m%d%H%M%SZ; }
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=haetae test authority' \
        -keyout "$d/ca.key" -out "$d/ca.pem" &&
        apache_certificate good 'DNS:localhost,IP:127.0.0.1,IP:::1' "$(day yesterday)" "$(day '+20 days 1 hour')" &&
        apache_certificate expired 'DNS:localhost,IP:127.0.0.1,IP:::1' "$(day '-10 days')" "$(day '-3 days')" &&
        apache_certificate other 'DNS:other.example' "$(day yesterday)" "$(day '+20 days')"
}

apache_conf() {
    local d=$server_folder/apache name
    for name in mpm_event authz_core authz_user authn_core authn_file auth_basic alias status ssl dir; do
        printf 'LoadModule %s_module %s/mod_%s.so\n' "$name" "$apache_modules" "$name"
    done
    cat <<CONF
ServerRoot $d
ServerName localhost
PidFile $d/apache.pid
ErrorLog $d/error.log
DefaultRuntimeDir $d
Mutex file:$d
DocumentRoot $d/www
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
MinSpareThreads 1
MaxSpareThreads 8
GracefulShutdownTimeout 1
KeepAliveTimeout 1
RedirectMatch 302 ^/moved$ /index.html
RedirectMatch 302 ^/circle$ /circle
<Location /server-status>
  SetHandler server-status
</Location>
<Location /secret>
  AuthType Basic
  AuthName test
  AuthUserFile $d/users
  Require valid-user
</Location>
Listen 127.0.0.1:$apache_http
Listen [::1]:$apache_http
CONF
    [ "$(id -u)" != 0 ] || printf 'User nobody\nGroup nogroup\n'
    for name in good expired other; do
        cat <<CONF
Listen 127.0.0.1:${apache_https[$name]}
Listen [::1]:${apache_https[$name]}
<VirtualHost *:${apache_https[$name]}>
  SSLEngine on
  SSLCertificateFile $d/$name.pem
  SSLCertificateKeyFile $d/$name.key
</VirtualHost>
CONF
    done
}

apache_answers() { server_listens "$apache_http"; }
apache_start() {
    local d name
    server_folder || return 1
    d=$server_folder/apache
    if [ ! -d "$d" ]; then
        mkdir -p "$d/www/secret"
        printf 'hello from haetae\n' | tee "$d/www/index.html" >"$d/www/secret/index.html"
        printf 'monitor:%s\n' "$(openssl passwd -apr1 right)" >"$d/users"
        server_port
        apache_http=$server_port
        for name in good expired other; do
            server_port
            apache_https[$name]=$server_port
        done
        apache_ca=$d/ca.pem
        apache_certificates >"$d/openssl.log" 2>&1 || { diag "$(tail -n 5 "$d/openssl.log")"; return 1; }
        apache_conf >"$d/apache.conf"
    fi
    server_run apache apache2 -f "$d/apache.conf" -DFOREGROUND
    wait_for 5 apache_answers && return 0
    diag "no apache: $(tail -n 5 "$server_folder/apache.log" "$d/error.log")"
    return 1
}

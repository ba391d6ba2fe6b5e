#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# Servers on a fixed port: it is free at each start, whoever is connected.
load helper
load processes

# free_port: sets $port. Not one of those that the kernel gives to clients: one that tries to reach its
# own number while no server is there reaches itself, and holds the port then.
free_port() {
	port=$(python3 -c '
import random, socket
while True:
    port = random.randrange(20000, 30000)
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break')
}

# under_load: clients that connect, ask, and hang up or not, all the time.
under_load() {
	local i

	for i in 1 2; do
		perl -MIO::Socket::INET -e 'my @kept;
			while (1) {
				my $server = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or select(undef, undef, undef, 0.005), next;
				print $server "GET / HTTP/1.0\r\n\r\n";
				push @kept, $server if rand() < 0.3;
				@kept = () if @kept > 20;
				<$server> if rand() < 0.7 }' "$port" </dev/null >/dev/null 2>&1 {events}>&- {output}>&- \
			{kept_stdin}>&- {launched}>&- 3>&- &
		clients+=("$!")
	done
}

teardown() {
	[ ${#clients[@]} -eq 0 ] || kill -s KILL "${clients[@]}" 2>/dev/null || true
	end_everything
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_what_was_seen
}

# is_served FILE COUNT: by each of so many generations, one for each save.
is_served() {
	local i

	expect_line 'serving 1'
	[ -n "${unloaded-}" ] || under_load
	for ((i = 2; i <= $2; i++)); do
		expect_watching "$project/$1"
		sed -i "s/serving $((i - 1))/serving $i/" "$1"
		expect_line "serving $i"
		expect started generation="$i"
	done
	[ ${#clients[@]} -eq 0 ] || kill -s KILL "${clients[@]}"
	[ ${#clients[@]} -eq 0 ] || wait "${clients[@]}" || true
	clients=()
	stop
	assert_equal "$generation" "$2"
}

@test "a Python server under load, saved 50 times" {
	local clients=() port

	free_port
	cat >server.py <<-'END'
		import http.server, sys
		class Handler(http.server.BaseHTTPRequestHandler):
		    def do_GET(self):
		        self.send_response(200)
		        self.end_headers()
		        self.wfile.write(b"x" * 10000)
		    def log_message(self, *words):
		        pass
		class Server(http.server.ThreadingHTTPServer):
		    def handle_error(self, *words):
		        pass
		server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
		print("serving 1", flush=True)
		server.serve_forever()
	END
	start python3 server.py "$port"
	is_served server.py 50
	run ! grep -i 'address already in use' "$io/terminal"
}

@test "a Node server under load, saved 50 times" {
	local clients=() port

	free_port
	cat >server.js <<-'END'
		const server = require('http').createServer((request, response) => response.end('x'.repeat(10000)));
		server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('serving 1'));
	END
	start node server.js "$port"
	is_served server.js 50
	run ! grep -i 'address already in use' "$io/terminal"
}

@test "a server with workers that share its port, and without SO_REUSEADDR, saved 20 times" {
	local clients=() port unloaded=1

	free_port
	cat >server.py <<-'END'
		import os, socket, sys
		server = socket.socket()
		server.bind(("127.0.0.1", int(sys.argv[1])))
		server.listen()
		for i in range(3):
		    if os.fork() == 0:
		        os.setsid()
		        while True:
		            server.accept()
		print("serving 1", flush=True)
		server.accept()
	END
	start python3 server.py "$port"
	is_served server.py 20
}

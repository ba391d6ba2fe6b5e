#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# Programs that bring a reloader of their own: said once, and no two of them restart each other.
load helper
load processes

# reloads FILE ADVICE COMMAND...: two saves of FILE, which holds word-1, are two more generations, each
# with the new word; ADVICE is given, once.
reloads() {
	local file=$1 advice=$2 i

	shift 2
	start "$@"
	expect_output '*up: word-1*'
	expect_watching "$project/$file"
	for i in 2 3; do
		sed -i "s/word-[0-9]/word-$i/" "$file"
		expect started generation="$i"
		expect_output "*up: word-$i*"
		expect_watching "$project/$file"
	done
	stop
	assert_equal "$generation" 3
	assert_equal "$(printf '%s\n' "${seen[@]}" | grep -c '^{"event":"reloader",')" 1
	[[ $(printf '%s\n' "${seen[@]}" | grep '"event":"reloader"') == *"$advice"* ]]
	assert_equal "$(grep '^autoreload-run: ' "$io/terminal" | grep -c 'reloader')" 1
	grep '^autoreload-run: .*reloader' "$io/terminal" | grep -qF -e "$advice"
}

# is_served NEEDLE URL: curl finds it there.
gives() {
	curl -s --max-time 5 "$2" | grep -q "$1"
}

free_port() {
	port=$(python3 -c 'import socket; one = socket.socket(); one.bind(("127.0.0.1", 0)); print(one.getsockname()[1])')
}

django() {
	free_port
	cat >manage.py <<-'END'
		import os, sys
		import django
		from django.conf import settings
		from django.core.management import execute_from_command_line
		settings.configure(DEBUG=True, ROOT_URLCONF="views", ALLOWED_HOSTS=["*"], SECRET_KEY="x")
		execute_from_command_line(sys.argv)
	END
	cat >views.py <<-'END'
		import os
		from django.http import HttpResponse
		from django.urls import path
		word = "word-1"
		urlpatterns = [path("", lambda request: HttpResponse(word))]
		print(os.environ.get("RUN_MAIN", "alone"), "up:", word, flush=True)
	END
}

@test "Django's runserver" {
	django
	reloads views.py --noreload python3 manage.py runserver "127.0.0.1:$port"
}

@test "Django's runserver without its reloader: nothing is said" {
	django
	start python3 manage.py runserver --noreload "127.0.0.1:$port"
	expect_output 'alone up: word-1'
	expect_watching "$project/views.py"
	sed -i 's/word-1/word-2/' views.py
	expect started generation=2
	expect_output 'alone up: word-2'
	eventually gives word-2 "http://127.0.0.1:$port/"
	stop
	assert_equal "$generation" 2
	[[ ${seen[*]} != *'"event":"reloader"'* ]]
}

flask() {
	free_port
	cat >app.py <<-'END'
		import os, flask
		app = flask.Flask(__name__)
		word = "word-1"
		@app.route("/")
		def root():
		    return word
		print(os.environ.get("WERKZEUG_RUN_MAIN", "alone"), "up:", word, flush=True)
	END
}

@test "Flask's debug mode" {
	flask
	reloads app.py --no-reload python3 -m flask --app app --debug run -p "$port"
}

@test "Flask's debug mode without its reloader: nothing is said" {
	flask
	start python3 -m flask --app app --debug run --no-reload -p "$port"
	expect_output 'alone up: word-1'
	expect_watching "$project/app.py"
	sed -i 's/word-1/word-2/' app.py
	expect started generation=2
	expect_output 'alone up: word-2'
	stop
	[[ ${seen[*]} != *'"event":"reloader"'* ]]
}

@test "Werkzeug's reloader, asked for by the program" {
	flask
	echo "app.run(port=$port, debug=True)" >>app.py
	reloads app.py use_reloader=False python3 app.py
}

uvicorn_app() {
	free_port
	cat >app.py <<-'END'
		word = "word-1"
		async def app(scope, receive, send):
		    if scope["type"] == "http":
		        await send({"type": "http.response.start", "status": 200})
		        await send({"type": "http.response.body", "body": word.encode()})
		print("up:", word, flush=True)
	END
}

@test "uvicorn --reload" {
	uvicorn_app
	reloads app.py --reload python3 -m uvicorn --reload --port "$port" app:app
}

@test "uvicorn without its reloader: nothing is said" {
	uvicorn_app
	start python3 -m uvicorn --port "$port" app:app
	expect_output 'up: word-1'
	expect_watching "$project/app.py"
	sed -i 's/word-1/word-2/' app.py
	expect started generation=2
	eventually gives word-2 "http://127.0.0.1:$port/"
	stop
	[[ ${seen[*]} != *'"event":"reloader"'* ]]
}

node_app() {
	echo 'console.log("up: word-1"); setInterval(() => {}, 1000)' >app.js
}

@test "node --watch" {
	node_app
	reloads app.js --watch node --watch app.js
}

@test "node --watch-path" {
	node_app
	reloads app.js --watch node --watch-path=. app.js
}

@test "node with a word of its own that is called --watch: nothing is said" {
	node_app
	start node app.js --watch
	expect_line 'up: word-1'
	expect_watching "$project/app.js"
	stop
	[[ ${seen[*]} != *'"event":"reloader"'* ]]
}

@test "with -q nothing is said, and the event is there" {
	node_app
	start -q node --watch app.js
	expect_output 'up: word-1'
	expect_watching "$project/app.js"
	kill -s USR1 "$launcher"
	expect started generation=2
	expect_output 'up: word-1'
	stop
	[ ! -s "$io/terminal" ] || run ! grep '^autoreload-run' "$io/terminal"
	assert_equal "$(printf '%s\n' "${seen[@]}" | grep -c '^{"event":"reloader",')" 1
}

"""The team's own batch script: posts each case, and appends one JSON line for each answer."""
import argparse
import json
import time
import urllib.error
import urllib.request

WORDS = {"pass": "APPROVE", "warn": "REFER", "reject": "REJECT", "blocked": "UNREADABLE"}

parser = argparse.ArgumentParser()
parser.add_argument("--cases", required=True)
parser.add_argument("--out", required=True)
parser.add_argument("--endpoint", required=True)
parser.add_argument("--pause", type=float, default=3.0)
parser.add_argument("--die-at", type=int, default=0, help="for the test: ends with an exception at this case")
options = parser.parse_args()

with open(options.cases, encoding="utf-8") as file:
    cases = json.load(file)["cases"]

for number, case in enumerate(cases, start=1):
    if options.die_at and len(cases) > 1 and number == options.die_at:
        raise RuntimeError("connection pool exhausted")
    begun = time.monotonic()
    body = json.dumps({"case_id": case["id"], "documents": case["documents"]}).encode()
    request = urllib.request.Request(options.endpoint, body, {"content-type": "application/json"})
    tries, code, answer = 0, 0, {}
    while tries < 7:
        tries += 1
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                code, answer = response.status, json.load(response)
        except urllib.error.HTTPError as error:
            code = error.code
        if code != 429:
            break
        time.sleep(1)
    row = {
        "ref": case["id"],
        "gold": WORDS[case["expected"]],
        "outcome": {"decision": answer.get("decision"), "demo": answer.get("demo")},
        "code": code,
        "tries": tries,
        "secs": round(time.monotonic() - begun, 3),
    }
    with open(options.out, "a", encoding="utf-8") as out:
        out.write(json.dumps(row) + "\n")
    time.sleep(options.pause)

# Validations per second of CPU time: python-jsonschema, without and with parsing.
import json
import sys
import time

sys.path.pop(0)  # this file has the module's name
from jsonschema import Draft202012Validator, FormatChecker

schema_file, request_file, rounds = sys.argv[1:]
validator = Draft202012Validator(json.load(open(schema_file)), format_checker=FormatChecker())
text = open(request_file).read()
parsed = json.loads(text)


def rate(n, once):
    start = time.process_time()
    for _ in range(n):
        if not once():
            sys.exit('the request is not valid')
    return n / (time.process_time() - start)


for _ in range(int(rounds)):
    print(rate(300, lambda: validator.is_valid(parsed)),
          rate(300, lambda: validator.is_valid(json.loads(text))))

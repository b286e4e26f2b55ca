# SPDX-License-Identifier: GPL-2.0-only
# Columns of text.

def left($width): tostring | . + " " * ($width - length) // .;
def right($width): tostring | " " * ($width - length) + . // .;

def fixed($digits): if . == null then "-" else
	pow(10; $digits) as $scale | (. * $scale | round | if . < 0 then "-" else "" end) as $sign
	| (. * $scale | round | fabs | tostring) as $t
	| if $digits == 0 then $sign + $t else
		("0" * ($digits + 1 - ($t | length)) // "") + $t
		| $sign + .[:-$digits] + "." + .[-$digits:]
	end end;

# "231 ±12": median and half the distance of the quartiles.
def around: if . == null then "-" else
	"\(.median | fixed(0)) ±\((.q3 - .q1) / 2 | fixed(0))" end;

# "1.23 (1.19-1.30)"
def times: if . == null then "-"
	elif .q1 == null then .median | fixed(2)
	elif .median >= 10 then "\(.median | fixed(1)) (\(.q1 | fixed(1))-\(.q3 | fixed(1)))"
	else "\(.median | fixed(2)) (\(.q1 | fixed(2))-\(.q3 | fixed(2)))" end;

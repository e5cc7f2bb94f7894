# What the benchmarks share.  To be sourced.

sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# the median of the numbers on standard input, one a line
median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# ratio A B: A / B
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }

# build SOURCE PROGRAM: a client program
build()
{
	local config=${PG_CONFIG:-pg_config}
	${CC:-gcc} -O2 -I"$("$config" --includedir)" -o "$2" "$1" -L"$("$config" --libdir)" -lpq -lpthread
}

# quartile COLUMN N: the N-th quartile of the lines on standard input
quartile() { cut -d '|' -f "$1" | sort -g | awk -v n="$2" '{ v[NR] = $1 } END { print v[int((NR - 1) * n / 4) + 1] }'; }

# compare_passes BASE: a table of the lines workload|contestant|pass|per second|CPU
# on standard input: medians of the passes, and of the ratios of each pass to
# the mean of the two contestants whose names begin with BASE.
compare_passes()
{
	local dir line
	dir=$(mktemp -d)
	cat >"$dir/figures"
	awk -F '|' -v base="$1" '
		FNR == NR { if (index($2, base) == 1) { rate[$1, $3] += $4 / 2; cpu[$1, $3] += $5 / 2 }; next }
		{ printf "%s|%.4f|%.4f\n", $0, $4 / rate[$1, $3], $5 / cpu[$1, $3] }' "$dir/figures" "$dir/figures" >"$dir/ratios"

	printf '%-30s | %-28s | %10s | %6s | %13s | %10s | %6s\n' workload contestant 'per second' ratio 'half within' 'CPU us each' ratio
	cut -d '|' -f 1,2 "$dir/ratios" | awk '!seen[$0]++' | while read -r line; do
		grep -F "$line|" "$dir/ratios" >"$dir/one"
		printf '%-30s | %-28s | %10.0f | %6.3f | %5.3f - %5.3f | %10.2f | %6.3f\n' "${line%|*}" "${line#*|}" \
			"$(quartile 4 2 <"$dir/one")" "$(quartile 6 2 <"$dir/one")" "$(quartile 6 1 <"$dir/one")" "$(quartile 6 3 <"$dir/one")" \
			"$(quartile 5 2 <"$dir/one")" "$(quartile 7 2 <"$dir/one")"
	done
	rm -rf "$dir"
}

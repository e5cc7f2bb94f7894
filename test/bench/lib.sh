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

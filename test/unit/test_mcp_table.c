/*
 * test_mcp_table.c
 *		Results as the model gets them: values, caps, what is cut.
 */
#include "bin/mcp/table.h"

#include "bin/common/jsontext.h"

#include "tap.h"

#include <stdlib.h>

static PGresult *
result(int columns, const char *const *names, const Oid *types)
{
	PGresult   *made = PQmakeEmptyPGresult(NULL, PGRES_SINGLE_TUPLE);
	PGresAttDesc attributes[8];

	memset(attributes, 0, sizeof(attributes));
	for (int i = 0; i < columns; i++)
	{
		attributes[i].name = (char *) names[i];
		attributes[i].typid = types[i];
	}
	PQsetResultAttrs(made, columns, attributes);
	return made;
}

static void
set(PGresult *made, int row, int column, const char *value)
{
	PQsetvalue(made, row, column, (char *) value, value ? (int) strlen(value) : -1);
}

/* One column of one type, one value: how it is in JSON. */
static void
check_value(Oid type, const char *value, const char *want)
{
	PGresult   *made = result(1, (const char *const[]) {"x"}, &type);
	AsbTable	table = {.max_rows = 10, .max_bytes = 1000};

	set(made, 0, 0, value);
	asb_table_add(&table, made);
	is_str(table.json.data, want, "type %u: %s", type, want);
	ok(asb_json_valid(table.json.data, table.json.length), "which is JSON");
	asb_table_free(&table);
	PQclear(made);
}

static void
check_text(void)
{
	PGresult   *made = result(2, (const char *const[]) {"a|b", "c\"d"}, (const Oid[]) {25, 99999});
	AsbTable	table = {.max_rows = 10, .max_bytes = 1000};

	set(made, 0, 0, "one\ntwo|three\\\t\r");
	set(made, 0, 1, NULL);
	asb_table_add(&table, made);
	is_str(table.text.data, "a\\|b | c\"d\none\\ntwo\\|three\\\\\\t\\r | NULL\n", "one line a row, bars escaped");
	is_str(table.columns.data, "{\"name\":\"a|b\",\"type\":\"text\"},{\"name\":\"c\\\"d\"}", "columns, with the types that are known");
	is_str(table.json.data, "[\"one\\ntwo|three\\\\\\u0009\\u000d\",null]", "JSON has the value itself");
	asb_table_free(&table);
	PQclear(made);
}

static void
check_caps(void)
{
	PGresult   *made = result(1, (const char *const[]) {"x"}, (const Oid[]) {25});
	AsbTable	table = {.max_rows = 3, .max_bytes = 1000};

	set(made, 0, 0, "v");
	for (int i = 0; i < 5; i++)
		asb_table_add(&table, made);
	is_int(table.shown, 3, "rows are capped");
	is_int(table.rows, 5, "... and counted");
	ok(table.cut, "... and the cut is known");
	asb_table_free(&table);

	table = (AsbTable) {.max_rows = 10, .max_bytes = 5};
	set(made, 0, 0, "a\xc3\xa9\xc3\xa9\xc3\xa9");
	asb_table_add(&table, made);
	asb_table_add(&table, made);
	is_str(table.json.data, "[\"a\xc3\xa9\xc3\xa9\"]", "bytes are capped at a whole character");
	ok(table.cut && table.rows == 2 && table.shown == 1, "... and the next row is not shown");
	asb_table_free(&table);

	table = (AsbTable) {.max_rows = 10, .max_bytes = 4};
	asb_table_add(&table, made);
	is_str(table.json.data, "[\"a\xc3\xa9\"]", "never half a character");
	asb_table_free(&table);
	PQclear(made);

	/* many rows of nothing must not grow without end */
	made = result(1, (const char *const[]) {"x"}, (const Oid[]) {25});
	set(made, 0, 0, NULL);
	table = (AsbTable) {.max_rows = INT64_MAX, .max_bytes = 1000};
	for (int i = 0; i < 100000; i++)
		asb_table_add(&table, made);
	ok(table.text.length < 100000 && table.rows == 100000 && table.cut, "rows of nulls are bounded, too");
	asb_table_free(&table);
	PQclear(made);
}

int
main(void)
{
	check_value(23, "-5", "[-5]");
	check_value(20, "123456789012345", "[123456789012345]");
	check_value(20, "9007199254740993", "[\"9007199254740993\"]");
	check_value(16, "t", "[true]");
	check_value(701, "1.5e-07", "[1.5e-07]");
	check_value(701, "NaN", "[\"NaN\"]");
	check_value(701, "-Infinity", "[\"-Infinity\"]");
	check_value(1700, "1.50", "[\"1.50\"]");
	check_value(3802, "{\"a\": [1, null]}", "[{\"a\": [1, null]}]");
	check_value(114, "{\"a\":\n1}", "[\"{\\\"a\\\":\\n1}\"]");
	check_value(25, "", "[\"\"]");
	check_value(99999, "\x01", "[\"\\u0001\"]");
	check_text();
	check_caps();
	return tap_done();
}

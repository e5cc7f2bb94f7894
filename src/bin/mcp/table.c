/*
 * table.c
 *		Collecting rows.
 */
#include "bin/mcp/table.h"

#include "bin/common/jsontext.h"

#include <string.h>

/*
 * Types that need no catalog lookup to be named, which would cost a statement
 * a result.  Their numbers are fixed (pg_type.dat).
 */
typedef enum ValueForm
{
	AS_TEXT, AS_NUMBER, AS_BOOLEAN, AS_JSON
} ValueForm;

typedef struct TypeName
{
	Oid			oid;
	const char *name;
	ValueForm	form;
} TypeName;

/* by oid; numeric stays text: a reader of JSON might round it */
static const TypeName types[] = {
	{16, "boolean", AS_BOOLEAN}, {17, "bytea", AS_TEXT}, {19, "name", AS_TEXT},
	{20, "bigint", AS_NUMBER}, {21, "smallint", AS_NUMBER}, {23, "integer", AS_NUMBER},
	{25, "text", AS_TEXT}, {26, "oid", AS_NUMBER}, {114, "json", AS_TEXT},
	{600, "point", AS_TEXT}, {700, "real", AS_NUMBER}, {701, "double precision", AS_NUMBER},
	{869, "inet", AS_TEXT}, {1000, "boolean[]", AS_TEXT}, {1007, "integer[]", AS_TEXT},
	{1009, "text[]", AS_TEXT}, {1016, "bigint[]", AS_TEXT}, {1042, "character", AS_TEXT},
	{1043, "character varying", AS_TEXT}, {1082, "date", AS_TEXT},
	{1083, "time without time zone", AS_TEXT}, {1114, "timestamp without time zone", AS_TEXT},
	{1184, "timestamp with time zone", AS_TEXT}, {1186, "interval", AS_TEXT},
	{1231, "numeric[]", AS_TEXT}, {1700, "numeric", AS_TEXT}, {2249, "record", AS_TEXT},
	{2278, "void", AS_TEXT}, {2950, "uuid", AS_TEXT}, {3802, "jsonb", AS_JSON},
};

static const TypeName *
find_type(Oid oid)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
	{
		if (types[i].oid == oid)
			return &types[i];
	}
	return NULL;
}

/* A cell of the text table: one line, and no bar that is not a border. */
static void
add_cell(AsbString *text, const char *value, size_t length)
{
	const char *end = value + length;

	while (value < end)
	{
		size_t		plain = 0;

		while (value + plain < end && strchr("\n\r\t|\\", value[plain]) == NULL)
			plain++;
		asb_string_append(text, value, plain);
		value += plain;
		if (value == end)
			break;
		asb_string_char(text, '\\');
		asb_string_char(text, *value == '\n' ? 'n' : *value == '\r' ? 'r' : *value == '\t' ? 't' : *value);
		value++;
	}
}

static void
add_header(AsbTable *table, const PGresult *result)
{
	int			fields = PQnfields(result);

	for (int i = 0; i < fields; i++)
	{
		const char *name = PQfname(result, i);
		const TypeName *type = find_type(PQftype(result, i));

		asb_string_text(&table->columns, i > 0 ? ",{\"name\":" : "{\"name\":");
		asb_json_quote(&table->columns, name, strlen(name));
		if (type != NULL)
			asb_string_format(&table->columns, ",\"type\":\"%s\"", type->name);
		asb_string_char(&table->columns, '}');
		if (i > 0)
			asb_string_text(&table->text, " | ");
		add_cell(&table->text, name, strlen(name));
	}
	asb_string_char(&table->text, '\n');
	table->has_columns = true;
}

/* Only what every reader of JSON reads back unchanged is written as a number. */
static bool
is_exact_number(const char *value, size_t length)
{
	return length <= 15 && asb_json_valid(value, length);
}

static void
add_json(AsbString *json, ValueForm form, const char *value, size_t length, bool whole)
{
	if (whole && form == AS_BOOLEAN)
		asb_string_text(json, value[0] == 't' ? "true" : "false");
	else if (whole && (form == AS_JSON || (form == AS_NUMBER && is_exact_number(value, length))))
		asb_string_append(json, value, length);
	else
		asb_json_quote(json, value, length);
}

/* How much of a value fits: whole characters. */
static size_t
fitting(const char *value, size_t length, size_t room)
{
	if (length <= room)
		return length;
	while (room > 0 && ((unsigned char) value[room] & 0xC0) == 0x80)
		room--;
	return room;
}

static void
add_row(AsbTable *table, const PGresult *result, int row)
{
	int			fields = PQnfields(result);

	asb_string_text(&table->json, table->shown > 0 ? ",[" : "[");
	for (int i = 0; i < fields; i++)
	{
		const char *value = PQgetvalue(result, row, i);
		size_t		length = (size_t) PQgetlength(result, row, i);
		size_t		kept = fitting(value, length, table->max_bytes - table->bytes);
		const TypeName *type = find_type(PQftype(result, i));

		if (i > 0)
		{
			asb_string_char(&table->json, ',');
			asb_string_text(&table->text, " | ");
		}
		if (PQgetisnull(result, row, i))
		{
			asb_string_text(&table->json, "null");
			asb_string_text(&table->text, "NULL");
			continue;
		}
		table->bytes += kept;
		table->cut |= kept < length;
		add_json(&table->json, type ? type->form : AS_TEXT, value, kept, kept == length);
		add_cell(&table->text, value, kept);
		if (kept < length)
			asb_string_text(&table->text, "...");
	}
	asb_string_char(&table->json, ']');
	asb_string_char(&table->text, '\n');
	table->shown++;
}

void
asb_table_add(AsbTable *table, const PGresult *result)
{
	if (!table->has_columns && PQnfields(result) > 0)
		add_header(table, result);
	for (int row = 0; row < PQntuples(result); row++)
	{
		table->rows++;
		if (table->shown < table->max_rows && table->bytes < table->max_bytes &&
			table->text.length < 2 * table->max_bytes + 65536)
			add_row(table, result, row);
		else
			table->cut = true;
	}
}

void
asb_table_free(AsbTable *table)
{
	asb_string_free(&table->columns);
	asb_string_free(&table->json);
	asb_string_free(&table->text);
}

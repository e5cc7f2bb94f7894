/*
 * table.h
 *		The result of a statement as the model gets it: a table as text and the
 *		same as JSON, cut to a number of rows and bytes.
 *
 * Rows are taken one by one and only what will be shown is kept, so a result
 * of any size takes bounded memory.  Rows beyond the cut are still read and
 * counted: breaking the statement off would undo what it does.
 */
#ifndef ASB_MCP_TABLE_H
#define ASB_MCP_TABLE_H

#include "bin/common/util.h"

#include <libpq-fe.h>

typedef struct AsbTable
{
	int64_t		max_rows;
	size_t		max_bytes;		/* of values, counted once */
	int64_t		rows;			/* that the statement returned */
	int64_t		shown;
	size_t		bytes;			/* of values shown */
	bool		has_columns;
	bool		cut;			/* rows or parts of values are missing */
	AsbString	columns;		/* JSON, without the brackets */
	AsbString	json;			/* rows as JSON, without the brackets */
	AsbString	text;			/* header and rows */
} AsbTable;

/* Takes the rows of a result: one in single-row mode, none at its end. */
extern void asb_table_add(AsbTable *table, const PGresult *result);

extern void asb_table_free(AsbTable *table);

#endif

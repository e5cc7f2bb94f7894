/*
 * canonical.h
 *	  The one text of a JSON value: what is validated, hashed, metered, reviewed
 *	  and sent is this byte string.
 *
 * RFC 8785 (JSON Canonicalization Scheme), with exact numbers in place of
 * IEEE doubles:
 *
 * - no insignificant space; members sorted by the UTF-16 code units of their
 *	 names, as RFC 8785 says, so that its other implementations agree; no
 *	 Unicode normalisation;
 * - in strings only ", \ and control characters are escaped, as \" \\ \b \t \n
 *	 \f \r and otherwise \u00xx in lower case;
 * - a number is its significant decimal digits, no zero at either end, laid out
 *	 as ECMAScript's Number::toString does: with n digits and value
 *	 0.DIGITS * 10^p, plain for -6 < p <= 21, else d.ddde+x or d.ddde-x.  Minus
 *	 zero is 0.  A number whose shortest double spelling is exact gets the
 *	 bytes that RFC 8785 gives it; all others keep every digit.
 *
 * So two jsonb values are equal exactly when their canonical texts are, and
 * parsing the text gives the value back.  The text of 1e131071 has eight bytes.
 */
#ifndef ASB_RPC_CANONICAL_H
#define ASB_RPC_CANONICAL_H

#include "utils/jsonb.h"

/*
 * The canonical text, UTF-8, NUL-terminated, palloc'ed; *len is its length.
 * Errors: 54001 when nested deeper than ASB_JSON_MAX_DEPTH, 0A000 when the
 * database's encoding is not UTF8.
 */
extern char *asb_canonical_json(Jsonb *jb, int *len);

/*
 * How many digits its numbers have where the server writes them, which knows no
 * exponents: jsonb_out(), COPY and so pg_dump, whatever person looks at a row.
 */
extern int64 asb_json_digits(Jsonb *jb);

#endif							/* ASB_RPC_CANONICAL_H */

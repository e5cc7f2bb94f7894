/*
 * template.h
 *		Requests made from validated arguments: the path, where each value is
 *		percent-encoded, and the body, where each value stays a JSON value.
 *
 * A placeholder is {name} or {outer.inner}: a member of the arguments object.
 * A value that is missing, or in a path not a scalar, fails the expansion;
 * nothing is ever left out or guessed.
 */
#ifndef ASB_GATEWAY_TEMPLATE_H
#define ASB_GATEWAY_TEMPLATE_H

#include "bin/common/util.h"

#include <cjson/cJSON.h>

typedef struct AsbPathTemplate AsbPathTemplate;

/*
 * Compiles "/v1/{a}/x?q={b.c}".  NULL and a reason in *error for anything but
 * URL characters and well-formed placeholders.
 */
extern AsbPathTemplate *asb_path_template_compile(const char *text, char **error);
extern void asb_path_template_free(AsbPathTemplate *template);

/*
 * Appends the path for these arguments (valid JSON).  Fails, with a reason that
 * quotes no value, when a value is missing, null or no scalar, or when one that
 * stands before the "?" is empty or would make a "." or ".." segment, also for
 * a server that decodes too early.
 */
extern bool asb_path_template_expand(const AsbPathTemplate *template, const char *arguments,
									 AsbString *out, char **error);

/*
 * Is the tree a usable body template?  A string in it either contains no brace
 * or is one placeholder.  NULL when it is, else a reason; free it.
 */
extern char *asb_body_template_check(const cJSON *template);

/* Appends the body for these arguments (valid JSON). */
extern bool asb_body_template_expand(const cJSON *template, const char *arguments,
									 AsbString *out, char **error);

#endif

/*
 * schema_validate.c
 *	  Is a jsonb value valid against a compiled schema?
 *
 * The fast path allocates nothing: values are looked at where they are, an
 * object's keys and the schema's properties are walked side by side since both
 * are sorted, and the place of a value is a chain of frames on the stack from
 * which a JSON pointer is only made for the first fault.
 *
 * Two things are allocated when a schema asks for them: the set of evaluated
 * items or members (unevaluatedItems, unevaluatedProperties), and the memory of
 * verdicts for subschemas that are part of a recursion, which keeps validation
 * polynomial: without it two branches that both recurse would take time
 * exponential in the depth of an instance that an agent chooses.
 */
#include "postgres.h"

#include "rpc/schema_validate.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

/* ---- faults ---- */

/* JSON pointer of a place: its frames from the root on. */
static void
write_place(StringInfo out, const AsbPlace *place)
{
	char		index[12];
	char	   *next;

	if (place == NULL)
		return;
	write_place(out, place->up);
	if (place->key == NULL)
		next = asb_pointer_append("", index,
								  snprintf(index, sizeof(index), "%d", place->n));
	else
		next = asb_pointer_append("", place->key, place->n);
	appendStringInfoString(out, next);
	pfree(next);
}

/* Note the first fault, unless it decides nothing; always false. */
bool
asb_fault(AsbValidation *vn, const AsbNode *node, const char *keyword,
		  const AsbPlace *place, const char *message,...)
{
	StringInfoData out;
	va_list		args;

	if (vn->error == NULL || vn->speculative > 0 || vn->error->message != NULL)
		return false;
	initStringInfo(&out);
	write_place(&out, place);
	vn->error->instance_pointer = out.data;
	vn->error->keyword_pointer = keyword == NULL ? pstrdup(node->pointer) :
		psprintf("%s/%s", node->pointer, keyword);
	va_start(args, message);
	vn->error->message = asb_schema_vformat(message, args);
	va_end(args);
	return false;
}

/* ---- rules about one value ---- */

static bool
check_type(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
		   const AsbPlace *place)
{
	/* what number it is matters only where not all are allowed */
	if (v->type == ASB_J_NUMBER && (node->types & ASB_TYPE_NUMBER) == ASB_TYPE_NUMBER)
		return true;
	return (node->types & asb_json_type(v)) != 0 ||
		asb_fault(vn, node, "type", place, "the value has the wrong type");
}

static bool
check_values(AsbValidation *vn, const AsbNode *node, const AsbValueSet *set,
			 const AsbJValue *v, const AsbPlace *place)
{
	int			first = 0;
	int			end = set->count;

	/* by halves: an agent chooses how many values are looked up */
	while (first < end)
	{
		int			middle = first + (end - first) / 2;
		int			order = asb_j_compare(v, &set->values[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			end = middle;
		else
			first = middle + 1;
	}
	return asb_fault(vn, node, set->keyword, place,
					 "the value is none of those that are allowed");
}

static bool
check_number(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
			 const AsbPlace *place)
{
	const AsbNumberRules *r = node->number_rules;
	AsbDecimal	d;

	asb_decimal_read(v->number, &d);
	if (r->minimum && asb_bound_compare(v->number, &d, r->minimum) < 0)
		return asb_fault(vn, node, "minimum", place, "the number is too small");
	if (r->maximum && asb_bound_compare(v->number, &d, r->maximum) > 0)
		return asb_fault(vn, node, "maximum", place, "the number is too large");
	if (r->exclusive_minimum &&
		asb_bound_compare(v->number, &d, r->exclusive_minimum) <= 0)
		return asb_fault(vn, node, "exclusiveMinimum", place, "the number is too small");
	if (r->exclusive_maximum &&
		asb_bound_compare(v->number, &d, r->exclusive_maximum) >= 0)
		return asb_fault(vn, node, "exclusiveMaximum", place, "the number is too large");
	if (r->multiple_of && !asb_decimal_is_multiple(&d, r->multiple_of))
		return asb_fault(vn, node, "multipleOf", place, "the number is not such a multiple");
	return true;
}

static bool
check_string(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
			 const AsbPlace *place)
{
	const AsbStringRules *r = node->string_rules;

	/* A character takes one to four bytes: often no need to count. */
	if (v->len > r->max_length || v->len / 4 < r->min_length)
	{
		int			length = asb_utf8_length(v->string, v->len);

		if (length < r->min_length)
			return asb_fault(vn, node, "minLength", place,
							 "the string has %d characters, fewer than %d",
							 length, r->min_length);
		if (length > r->max_length)
			return asb_fault(vn, node, "maxLength", place,
							 "the string has %d characters, more than %d",
							 length, r->max_length);
	}
	if (r->pattern && !asb_regex_match(r->pattern, v->string, v->len))
		return asb_fault(vn, node, "pattern", place, "the string does not match the pattern");
	if (r->format && !r->format(v->string, v->len))
		return asb_fault(vn, node, "format", place, "the string is not a valid %s",
						 r->format_name);
	return true;
}

/* ---- subschemas that apply to the same value ---- */

/*
 * Evaluate a branch whose failure is no failure of the whole.  What it
 * evaluates counts only if it succeeds.
 */
static bool
try_branch(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
		   const AsbPlace *place, AsbEvaluated *evaluated)
{
	AsbEvaluated mine;
	bool		ok;

	vn->speculative++;
	if (evaluated == NULL)
		ok = asb_validate_node(vn, node, v, place, NULL);
	else
	{
		asb_evaluated_init(&mine, v);
		ok = asb_validate_node(vn, node, v, place, &mine);
		if (ok)
			asb_evaluated_add(evaluated, &mine);
		asb_evaluated_free(&mine);
	}
	vn->speculative--;
	return ok;
}

static bool
check_any_of(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
			 const AsbPlace *place, AsbEvaluated *evaluated)
{
	const AsbNodeList *list = &node->in_place->any_of;
	bool		ok = false;

	for (int i = 0; i < list->count && (!ok || evaluated != NULL); i++)
		ok |= try_branch(vn, list->nodes[i], v, place, evaluated);
	return ok || asb_fault(vn, node, "anyOf", place, "the value matches no alternative");
}

static bool
check_one_of(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
			 const AsbPlace *place, AsbEvaluated *evaluated)
{
	const AsbNodeList *list = &node->in_place->one_of;
	int			matches = 0;

	for (int i = 0; i < list->count && matches < 2; i++)
		matches += try_branch(vn, list->nodes[i], v, place, evaluated);
	return matches == 1 ||
		asb_fault(vn, node, "oneOf", place, matches == 0 ?
				  "the value matches no alternative" :
				  "the value matches more than one alternative");
}

static bool
check_in_place(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
			   const AsbPlace *place, AsbEvaluated *evaluated)
{
	const AsbInPlaceRules *r = node->in_place;

	if (r->ref && !asb_validate_node(vn, r->ref, v, place, evaluated))
		return false;
	for (int i = 0; i < r->all_of.count; i++)
		if (!asb_validate_node(vn, r->all_of.nodes[i], v, place, evaluated))
			return false;
	if (r->any_of.count > 0 && !check_any_of(vn, node, v, place, evaluated))
		return false;
	if (r->one_of.count > 0 && !check_one_of(vn, node, v, place, evaluated))
		return false;
	if (r->not && try_branch(vn, r->not, v, place, NULL))
		return asb_fault(vn, node, "not", place, "the value matches what it must not");
	if (r->if_ && (r->then || r->else_ || evaluated))
	{
		const AsbNode *then = try_branch(vn, r->if_, v, place, evaluated) ?
		r->then : r->else_;

		if (then && !asb_validate_node(vn, then, v, place, evaluated))
			return false;
	}
	return true;
}

/* ---- a node ---- */

static bool
check_node(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
		   const AsbPlace *place, AsbEvaluated *evaluated)
{
	if (node->types != ASB_TYPE_ANY && !check_type(vn, node, v, place))
		return false;
	if (node->const_ && !check_values(vn, node, node->const_, v, place))
		return false;
	if (node->enum_ && !check_values(vn, node, node->enum_, v, place))
		return false;
	if (node->in_place && !check_in_place(vn, node, v, place, evaluated))
		return false;
	switch (v->type)
	{
		case ASB_J_NUMBER:
			return !node->number_rules || check_number(vn, node, v, place);
		case ASB_J_STRING:
			return !node->string_rules || check_string(vn, node, v, place);
		case ASB_J_ARRAY:
			return !node->array_rules || asb_check_array(vn, node, v, place, evaluated);
		case ASB_J_OBJECT:
			return !node->object_rules || asb_check_object(vn, node, v, place, evaluated);
		default:
			return true;
	}
}

/* A node with unevaluated* sees only what is evaluated within itself. */
static bool
check_node_apart(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
				 const AsbPlace *place, AsbEvaluated *evaluated)
{
	AsbEvaluated mine;
	bool		ok;

	asb_evaluated_init(&mine, v);
	ok = check_node(vn, node, v, place, &mine);
	if (ok && evaluated != NULL)
		asb_evaluated_add(evaluated, &mine);
	asb_evaluated_free(&mine);
	return ok;
}

static bool
has_unevaluated(const AsbNode *node, const AsbJValue *v)
{
	if (v->type == ASB_J_OBJECT)
		return node->object_rules && node->object_rules->unevaluated;
	return v->type == ASB_J_ARRAY &&
		node->array_rules && node->array_rules->unevaluated;
}

bool
asb_validate_node(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
				  const AsbPlace *place, AsbEvaluated *evaluated)
{
	bool		remember;
	bool		ok;

	while (node->alias)
		node = node->alias;
	if (node->is_true)
		return true;
	if (node->is_false)
		return asb_fault(vn, node, NULL, place, "no value is allowed here");
	if (v->type < ASB_J_ARRAY)
	{
		if (node->in_place)
		{
			check_stack_depth();
			CHECK_FOR_INTERRUPTS();
		}
		return check_node(vn, node, v, place, NULL);
	}

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();

	/*
	 * A verdict is only asked for where nobody wants to know what was
	 * evaluated, and failure only where nobody wants to know why.
	 */
	remember = node->memo && evaluated == NULL;
	if (remember && asb_memo_find(vn, node, v, &ok) &&
		(ok || vn->error == NULL || vn->speculative > 0))
		return ok;
	if (has_unevaluated(node, v))
		ok = check_node_apart(vn, node, v, place, evaluated);
	else
		ok = check_node(vn, node, v, place, evaluated);
	if (remember)
		asb_memo_store(vn, node, v, ok);
	return ok;
}

bool
asb_schema_validate(const AsbSchema *schema, Jsonb *instance, AsbSchemaError *err)
{
	AsbValidation vn = {.error = err};
	AsbJValue	root;
	bool		ok;

	if (err != NULL)
		memset(err, 0, sizeof(*err));
	if (!asb_j_depth_ok(instance))
		return asb_fault(&vn, schema->root, NULL, NULL,
						 "the value is nested deeper than %d levels",
						 ASB_JSON_MAX_DEPTH);
	asb_j_root(instance, &root);
	ok = asb_validate_node(&vn, schema->root, &root, NULL, NULL);
	asb_memo_free(&vn);
	return ok;
}

/*
 * surface_label.c
 *	  The part of the surface that is labels: which ones a conversation can
 *	  collect, and what raises them.
 *
 * The rows stand beside those of what is labelled and have the same paths; what
 * raises the label is in the notes.  Labels of responses come with methods.
 */
#include "postgres.h"

#include "access/sysattr.h"

#include "audit/surface_label.h"
#include "audit/surface_relation.h"
#include "confine/flow.h"
#include "flow/object.h"

static void
add_labels(AsbSurface *surface, AsbLabelSet set, AsbPath *via, char *cause)
{
	int			n;
	char	  **names = asb_labels_names(set, &n);

	for (int i = 0; i < n; i++)
		asb_surface_add(surface, "label", names[i], "RAISE", NULL, via, cause);
}

void
asb_surface_label_relation(AsbSurface *surface, const AsbRelation *relation, AsbPath *via)
{
	const AsbRelationLabels *labels;

	if (asb_objects()->all == 0)
		return;
	labels = asb_relation_labels(relation->oid);
	if (labels && (labels->own | labels->below) != 0)
		add_labels(surface, labels->own | labels->below, via,
				   psprintf("SELECT on %s", relation->identity));
}

void
asb_surface_label_column(AsbSurface *surface, const AsbRelation *relation,
						 AttrNumber attnum, AsbPath *via)
{
	const AsbRelationLabels *labels;
	AsbLabelSet set;

	if (asb_objects()->all == 0)
		return;
	labels = asb_relation_labels(relation->oid);
	set = labels ? asb_column_labels(labels, attnum) & ~(labels->own | labels->below) : 0;
	if (set != 0)
		add_labels(surface, set, via,
				   psprintf("SELECT on %s", asb_world_column_identity(relation, attnum)));
}

void
asb_surface_label_writes(AsbSurface *surface, const AsbRelation *relation, AclMode privileges,
						 const Bitmapset *columns, AsbPath *via)
{
	static const AclMode writes[] = {ACL_INSERT, ACL_UPDATE, ACL_DELETE};
	Bitmapset  *written;

	if (asb_objects()->all == 0)
		return;
	written = bms_copy(columns);
	for (AttrNumber attnum = 1; columns == NULL && attnum <= relation->form->relnatts; attnum++)
		written = bms_add_member(written, attnum - FirstLowInvalidHeapAttributeNumber);
	for (int i = 0; i < lengthof(writes); i++)
	{
		if (privileges & writes[i])
			add_labels(surface, asb_flow_of_write(relation->oid, writes[i], written), via,
					   psprintf("%s on %s", asb_privilege_text(writes[i]), relation->identity));
	}
}

void
asb_surface_label_function(AsbSurface *surface, Oid funcid, const char *identity, AsbPath *via)
{
	bool		undefined;
	AsbLabelSet set;

	if (asb_objects()->all == 0)
		return;
	set = asb_function_labels(funcid, &undefined);
	if (set != 0)
		add_labels(surface, set, via, psprintf("EXECUTE of %s", identity));
}

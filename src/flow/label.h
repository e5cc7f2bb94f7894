/*
 * label.h
 *	  Sets of labels.
 *
 * A label has a bit, given when it is made (agentsandbox.label_definitions);
 * it keeps it as long as anything uses it.  In SQL a set is a sorted text[].
 */
#ifndef ASB_LABEL_H
#define ASB_LABEL_H

#include "utils/array.h"

typedef uint64 AsbLabelSet;

/* built-in labels, as tables/35_labels.sql makes them */
#define ASB_LABEL_UNTRUSTED	(UINT64CONST(1) << 1)
#define ASB_LABEL_SEALED	(UINT64CONST(1) << 2)

/* From now on asb_labels_on_change()'s callback learns of changes, though nothing was read yet. */
extern void asb_labels_watch(void);

/* The set that holds one label; 0 if there is none of that name. */
extern AsbLabelSet asb_label_find(const char *name, int length);

/*
 * A list of names with commas between, as SECURITY LABEL gives it.  On an
 * unknown name *unknown (if not NULL) is set to it, palloc'd; otherwise it is
 * left alone.
 */
extern AsbLabelSet asb_labels_parse(const char *list, char **unknown);

/* A text[]; names that do not exist are left out and *unknown is set to true. */
extern AsbLabelSet asb_labels_from_array(ArrayType *array, bool *unknown);
extern ArrayType *asb_labels_to_array(AsbLabelSet set);

/* "private, untrusted"; for people.  Palloc'd. */
extern char *asb_labels_text(AsbLabelSet set);

/* The names of a set, sorted; palloc'd. */
extern char **asb_labels_names(AsbLabelSet set, int *n);

/* Locks label_definitions against drop_label() until the transaction ends. */
extern void asb_labels_lock(void);

/* The same, but false if somebody holds it. */
extern bool asb_labels_try_lock(void);

/*
 * Called when definitions or the labels of objects have changed; from the
 * relation cache's callback, so it may not look at a catalog.
 */
typedef void (*AsbLabelsCallback) (void);
extern void asb_labels_on_change(AsbLabelsCallback callback);

/* Makes every backend read definitions and labels of objects again, at commit. */
extern void asb_labels_changed(void);

extern void asb_label_init(void);

#endif							/* ASB_LABEL_H */

/*
 * revision.h
 *		The revisions of the Model Context Protocol that the program speaks.
 *
 * Up to 2025-11-25 a client says initialize once, and what was agreed there
 * holds until the end.  Since 2026-07-28 there is no such handshake: every
 * request names its revision in params._meta.  Both kinds are served, by the
 * same process if need be.
 */
#ifndef ASB_MCP_REVISION_H
#define ASB_MCP_REVISION_H

#include <stddef.h>

typedef enum AsbRevision
{
	ASB_REVISION_NONE = -1,		/* nothing agreed yet */
	ASB_REVISION_2024_11,
	ASB_REVISION_2025_03,		/* batches (only here), annotations, progress messages */
	ASB_REVISION_2025_06,		/* structured content, output schemas, titles */
	ASB_REVISION_2025_11,
	ASB_REVISION_2026_07		/* no handshake */
} AsbRevision;

#define ASB_REVISION_LAST_HANDSHAKE ASB_REVISION_2025_11

/* oldest first, as in the enum */
static const char *const asb_revisions[] = {
	"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"
};
#define ASB_REVISION_COUNT (sizeof(asb_revisions) / sizeof(asb_revisions[0]))

#endif
